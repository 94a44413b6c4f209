"""What flows rely on, on both databases: created once, written once, exact, and lost races said."""

from dataclasses import replace
from pathlib import Path

import pytest

from botctl.core.codes import Code
from botctl.core.errors import BotError, CorruptError, OperatorError
from botctl.core.lifecycle import OrderEvent, OrderState
from botctl.core.units import UINT256_MAX, OrderId
from botctl.ports.store import Moved
from tests.store.filled import (
    batch,
    cycle_row,
    fill,
    large_order,
    opened,
    sign,
)
from tests.support.builders import NOW_MS, WALLET


def test_an_empty_database_is_created_and_opens_again(database_url: str) -> None:
    for _ in range(2):
        store = opened(database_url)
        assert store.schema_revision() == "0001"
        store.close()


def test_amounts_of_256_bits_come_back_exactly(database_url: str) -> None:
    fill(database_url)
    store = opened(database_url)
    found = store.order(large_order().id)
    assert found is not None
    assert found.intent.amount_in == UINT256_MAX
    assert found.intent.gas_limit == 2**63 - 1  # saturated: it comes from outside
    store.close()


def test_a_cycle_is_recorded_once_and_decided_once(database_url: str) -> None:
    store = opened(database_url)
    assert store.record(cycle_row(), [])
    assert not store.record(cycle_row(), [])
    assert store.commit(batch(large_order()))
    assert not store.commit(batch(large_order()))
    assert len(store.recent(None)) == 1
    store.close()


def test_a_second_order_for_the_same_effect_is_left_out_and_counted(database_url: str) -> None:
    fill(database_url)
    store = opened(database_url)
    assert store.record(cycle_row(2), [])
    again = replace(large_order(), id=OrderId("another"))
    assert store.commit(batch(again, number=2))
    assert store.order("another") is None
    assert store.counters().values == {"intent_idempotency_blocks_total": 1}
    store.close()


def test_signing_what_was_signed_meanwhile_is_refused_and_takes_no_nonce(
    database_url: str,
) -> None:
    fill(database_url)
    store = opened(database_url)
    with pytest.raises(CorruptError) as lost:
        sign(store, large_order())
    assert lost.value.code is Code.ERR_MOVE_LOST
    assert store.nonce_next(1, WALLET) == 8
    assert len(store.attempts(large_order().id)) == 1
    store.close()


def test_a_move_that_lost_writes_nothing(database_url: str) -> None:
    signed = fill(database_url)
    store = opened(database_url)
    submitted = store.move(signed, Moved(OrderEvent.SUBMIT), NOW_MS)
    assert submitted.state is OrderState.SUBMITTED
    before = store.timeline(signed.id)
    with pytest.raises(CorruptError) as lost:
        store.move(signed, Moved(OrderEvent.SUBMIT), NOW_MS)
    assert lost.value.code is Code.ERR_MOVE_LOST
    assert store.timeline(signed.id) == before
    store.close()


def test_a_file_that_is_no_database_is_corrupt(tmp_path: Path) -> None:
    file = tmp_path / "botctl.db"
    file.write_bytes(b"no database at all" * 512)
    with pytest.raises(CorruptError) as found:
        opened(f"sqlite:///{file}")
    assert found.value.code is Code.ERR_DB_CORRUPT
    assert str(file) in str(found.value)


def test_a_folder_that_is_missing_or_no_folder_is_unwritable(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    for folder in (file, tmp_path / "missing"):
        with pytest.raises(OperatorError) as found:
            opened(f"sqlite:///{folder / 'botctl.db'}")
        assert found.value.code is Code.ERR_DB_UNWRITABLE


def test_the_database_file_is_nobody_elses_business(tmp_path: Path) -> None:
    file = tmp_path / "botctl.db"
    fill(f"sqlite:///{file}")
    assert file.stat().st_mode & 0o777 == 0o600


def test_no_message_tells_the_password(tmp_path: Path) -> None:
    with pytest.raises(BotError) as found:
        opened(f"postgresql://me:hush@/botctl?host={tmp_path}")
    assert found.value.code is Code.ERR_DB_UNREACHABLE
    assert "hush" not in str(found.value)
