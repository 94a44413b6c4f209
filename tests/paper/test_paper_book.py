"""The book on disk is whole, ours alone, and loses nothing (DESIGN §4, §13)."""

import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from botctl.adapters.paper.book import NATIVE, Allowance, Book, Entry, Mined, Waiting
from botctl.adapters.paper.book_file import BookFile
from botctl.core.codes import Code
from botctl.core.errors import CorruptError, OperatorError
from botctl.core.orders import Receipt
from botctl.core.units import UINT256_MAX, Address
from tests.support.builders import address, hash32

TOKEN, SPENDER = address(7), address(8)
START_WEI = 10**18


@pytest.fixture
def file(tmp_path: Path) -> BookFile:
    return BookFile(tmp_path / "state" / "paper.json", 1, address(1), START_WEI)


def mined(nonce: int, block: int = 5, *entries: Entry, allowed: int | None = None) -> Mined:
    receipt = Receipt(
        tx_hash=hash32(nonce + 1),
        block_number=block,
        block_hash=hash32(1_000 + block),
        ok=True,
        gas_used=21_000,
        gas_price_wei=1,
        transfers=((TOKEN, SPENDER, address(1), UINT256_MAX),),
    )
    allowances = () if allowed is None else (Allowance(TOKEN, SPENDER, allowed),)
    return Mined(nonce, b"\2raw", receipt, entries, allowances)


def test_before_the_first_entry_there_is_the_balance_of_the_settings(file: BookFile) -> None:
    assert file.read() == Book(START_WEI)
    assert not file.path.exists()


def test_what_was_written_is_read_back_to_the_last_digit(file: BookFile) -> None:
    book = (
        Book(START_WEI)
        .with_mined(mined(0, 5, Entry(TOKEN, UINT256_MAX), Entry(NATIVE, -1), allowed=UINT256_MAX))
        .with_waiting(Waiting(3, b"\xff\x00", hash32(9), 2, 1))
    )
    file.change(lambda _: (book, None))
    assert file.read() == book


def test_a_started_book_keeps_its_balance_when_the_settings_change(file: BookFile) -> None:
    file.change(lambda book: (book.with_mined(mined(0)), None))
    assert replace(file, start_wei=1).read().start_wei == START_WEI


def test_only_its_owner_may_read_it_and_nothing_else_is_left_behind(file: BookFile) -> None:
    file.change(lambda book: (book.with_mined(mined(0)), None))
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in file.path.parent.iterdir()}
    assert modes == {"paper.json": 0o600, "paper.lock": 0o600}


def test_a_file_that_was_cut_anywhere_is_refused_with_a_sentence(file: BookFile) -> None:
    file.change(lambda book: (book.with_mined(mined(0)), None))
    whole = file.path.read_bytes()
    for length in range(len(whole)):
        file.path.write_bytes(whole[:length])
        with pytest.raises(CorruptError, match="paper book cannot be used") as caught:
            file.read()
        assert caught.value.code is Code.ERR_DB_CORRUPT


def test_a_single_changed_bit_is_noticed(file: BookFile) -> None:
    file.change(lambda book: (book.with_mined(mined(0, 5, Entry(NATIVE, -7))), None))
    whole = file.path.read_bytes()
    for position in range(len(whole)):
        broken = bytearray(whole)
        broken[position] ^= 1
        file.path.write_bytes(broken)
        with pytest.raises(CorruptError):
            file.read()


def test_a_broken_book_is_not_written_over(file: BookFile) -> None:
    file.path.parent.mkdir()
    file.path.write_bytes(b'{"half"')
    with pytest.raises(CorruptError):
        file.change(lambda book: (book.with_mined(mined(0)), None))
    assert file.path.read_bytes() == b'{"half"'


@pytest.mark.parametrize(
    ("other", "say"),
    [({"chain_id": 2}, "it belongs to wallet"), ({"wallet": address(2)}, "it belongs to wallet")],
)
def test_the_book_of_another_wallet_or_chain_is_refused(
    file: BookFile, other: dict[str, int | Address], say: str
) -> None:
    file.change(lambda book: (book.with_mined(mined(0)), None))
    with pytest.raises(CorruptError, match=say):
        replace(file, **other).read()  # type: ignore[arg-type]  # names and values of its fields


def test_a_place_that_cannot_be_written_is_for_the_operator_to_mend(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    file = BookFile(tmp_path / "state" / "paper.json", 1, address(1), START_WEI)
    with pytest.raises(OperatorError, match="owner and free space") as caught:
        file.change(lambda book: (book.with_mined(mined(0)), None))
    assert caught.value.code is Code.ERR_DB_UNWRITABLE


def test_a_failed_change_leaves_the_book_and_the_lock_free(file: BookFile) -> None:
    def failing(_: Book) -> tuple[Book, None]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        file.change(failing)
    file.change(lambda book: (book.with_mined(mined(0)), None))
    assert file.read().nonce == 1


def test_many_writers_lose_no_entry(file: BookFile) -> None:
    def add(_: int) -> int:
        return file.change(lambda book: (book.with_mined(mined(book.nonce)), book.nonce))

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(add, range(40))) == list(range(40))
    assert [one.nonce for one in file.read().mined] == list(range(40))


def test_balances_nonce_and_allowance_are_those_of_the_asked_block() -> None:
    book = (
        Book(START_WEI)
        .with_mined(mined(0, 5, Entry(NATIVE, -10), Entry(TOKEN, 4), allowed=9))
        .with_mined(mined(1, 7, Entry(TOKEN, -1), allowed=8))
    )
    assert [book.nonce_at(block) for block in (4, 5, 6, 7)] == [0, 1, 1, 2]
    assert [book.balances(block)[NATIVE] for block in (4, 5)] == [START_WEI, START_WEI - 10]
    assert [book.balances(block).get(TOKEN, 0) for block in (4, 6, 7)] == [0, 4, 3]
    assert [book.allowance(TOKEN, SPENDER, block) for block in (4, 6, 7)] == [0, 9, 8]
    assert book.allowance(SPENDER, TOKEN) == 0


def test_a_nonce_out_of_turn_is_a_mistake_of_ours() -> None:
    with pytest.raises(AssertionError):
        Book(START_WEI).with_mined(mined(1))
