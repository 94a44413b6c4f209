"""Keys that make a thing happen at most once, and hashes that make a change visible."""

from dataclasses import asdict, dataclass, replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from botctl.core.intent import Side, intent_key
from botctl.core.journal import GENESIS, entry_hash
from botctl.core.sending import approval_key
from tests.support.builders import PAIR, TOKEN, address


@dataclass(frozen=True)
class Parts:
    """The eight of DESIGN §5."""

    bot: str = "main"
    market: str = PAIR
    side: Side = Side.BUY
    token: str = TOKEN
    amount: int = 50
    route: str = "uniswap_v2"
    strategy_version: str = "1"
    time_bucket: int = 30_000_000


def key(parts: Parts) -> str:
    return intent_key(**asdict(parts))


@pytest.mark.parametrize(
    "other",
    [
        Parts(bot="second"),
        Parts(market=address(0xA1)),
        Parts(side=Side.SELL),
        Parts(token=address(0xB1)),
        Parts(amount=51),
        Parts(route="uniswap_v3"),
        Parts(strategy_version="2"),
        Parts(time_bucket=30_000_001),
    ],
)
def test_each_of_the_eight_parts_makes_another_intent(other: Parts) -> None:
    assert key(other) != key(Parts())


def test_the_same_intent_has_the_same_key_on_every_machine() -> None:
    known = "c9ed2fabe0ea45ffcc333bac09625c690f442102b3f22a73e03719db7ad7217a"
    assert key(Parts()) == known


words = st.text(max_size=6)
parts = st.builds(
    Parts,
    bot=words,
    market=words,
    side=st.sampled_from(Side),
    token=words,
    amount=st.integers(0, 200),
    route=words,
    strategy_version=words,
    time_bucket=st.integers(0, 200),
)


@given(parts, parts)
def test_no_two_intents_share_a_key(one: Parts, other: Parts) -> None:
    assume("\n" not in "".join(str(value) for value in asdict(one).values()))
    assume("\n" not in "".join(str(value) for value in asdict(other).values()))
    assert (key(one) == key(other)) == (one == other)


def test_moving_a_letter_from_one_part_to_the_next_makes_another_intent() -> None:
    one = Parts(route="a1", strategy_version="b", amount=1, market="m", bot="b")
    assert key(one) != key(replace(one, route="a", strategy_version="1b"))
    assert key(one) != key(replace(one, market="", bot="bm"))
    assert key(replace(one, strategy_version="1", time_bucket=11)) != key(
        replace(one, strategy_version="11", time_bucket=1)
    )


@pytest.mark.parametrize("name", ["bot", "market", "token", "route", "strategy_version"])
def test_a_line_break_that_could_make_two_intents_look_alike_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="line break"):
        intent_key(**{**asdict(Parts()), name: "a\nb"})


def test_each_sell_has_one_approval_of_its_own() -> None:
    assert approval_key("a") == approval_key("a")
    assert approval_key("a") != approval_key("b")
    assert approval_key("a") != "a"


entries = st.tuples(words, st.integers(0, 99), words, words, words)


@given(entries, entries)
def test_no_two_journal_entries_share_a_hash(
    one: tuple[str, int, str, str, str], other: tuple[str, int, str, str, str]
) -> None:
    assert (entry_hash(*one) == entry_hash(*other)) == (one == other)


def test_moving_a_letter_from_one_part_to_the_next_makes_another_journal_entry() -> None:
    one = entry_hash(GENESIS, 1, "order", "sign", "ab")
    assert one != entry_hash(GENESIS, 1, "order", "signa", "b")
    assert one != entry_hash(GENESIS, 1, "orders", "ign", "ab")
    assert one != entry_hash(GENESIS + "1", 0, "order", "sign", "ab")


def test_altering_an_entry_alters_every_hash_after_it() -> None:
    def chain(bodies: list[str]) -> list[str]:
        hashes = [GENESIS]
        for number, body in enumerate(bodies):
            hashes.append(entry_hash(hashes[-1], number, "order", "sign", body))
        return hashes[1:]

    true, altered = chain(["a", "b", "c", "d"]), chain(["a", "B", "c", "d"])
    assert [x == y for x, y in zip(true, altered, strict=True)] == [True, False, False, False]
