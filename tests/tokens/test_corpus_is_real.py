"""Each trap takes our money and each honest token gives it back: seen on the chain, by trading."""

from collections import Counter
from collections.abc import Mapping
from typing import Final, NamedTuple

import pytest

from botctl.config.groups.risk import RiskGroup
from tests.tokens import trading
from tests.tokens.corpus import CORPUS, HONEST, TRAPS, token
from tests.tokens.market import opened
from tests.tokens.rows import DAY_S, NOTHING, Arm, Family, Token
from tests.tokens.trading import Trip, trips

LATER: Final = Arm(blocks=100, seconds=DAY_S)
POOL_FEES_BPS: Final = 60  # 30 each way, by the pair
ROUNDING_BPS: Final = 10
SLEEPERS: Final = tuple(trap for trap in TRAPS if trap.sleeps)


class Seen(NamedTuple):
    """Of every token, by name."""

    at_once: Mapping[str, Trip]  # with nothing between the buy and the sell but two blocks
    armed: Mapping[str, Trip]  # an honest one is given a hundred blocks and a day


@pytest.fixture(scope="module")
def seen() -> Seen:
    chains = dict.fromkeys((row.hardfork, row.waits_long) for row in CORPUS)
    found = [_seen(*chain) for chain in chains]
    return Seen(
        at_once={name: trip for each in found for name, trip in each.at_once.items()},
        armed={name: trip for each in found for name, trip in each.armed.items()},
    )


def _seen(hardfork: str | None, waits_long: bool) -> Seen:
    rows = [r for r in CORPUS if (r.hardfork, r.waits_long) == (hardfork, waits_long)]
    with opened(rows, hardfork=hardfork) as market:
        return Seen(
            trips(market, {row.name: NOTHING for row in rows}),
            trips(market, {row.name: LATER if row.honest else row.arm for row in rows}),
        )


def cap_bps() -> int:
    """What a round trip may lose by the shipped configuration."""
    cap: object = RiskGroup.model_fields["round_trip_loss_max_bps"].default
    assert isinstance(cap, int)
    return cap


@pytest.mark.parametrize("trap", TRAPS, ids=lambda row: row.name)
def test_a_trap_costs_more_than_any_cap_once_it_is_armed(seen: Seen, trap: Token) -> None:
    assert seen.armed[trap.name].loss_bps > cap_bps()


@pytest.mark.parametrize("trap", SLEEPERS, ids=lambda row: row.name)
def test_a_trap_that_sleeps_lets_go_until_it_is_armed(seen: Seen, trap: Token) -> None:
    """So it is the arm that springs it, and whoever looks only at once sees nothing."""
    assert seen.at_once[trap.name].loss_bps <= POOL_FEES_BPS + ROUNDING_BPS


@pytest.mark.parametrize("honest", HONEST, ids=lambda row: row.name)
def test_an_honest_token_costs_its_fee_and_the_pools_now_and_later(
    seen: Seen, honest: Token
) -> None:
    limit_bps = POOL_FEES_BPS + honest.fee_bps + ROUNDING_BPS
    assert limit_bps <= cap_bps()
    assert seen.at_once[honest.name].loss_bps <= limit_bps
    assert seen.armed[honest.name].loss_bps <= limit_bps


def test_tokens_are_armed_one_by_one_as_they_are_together() -> None:
    """What holds for a few of each kind of arm: a call, a crowd, a wait, a sell, a producer."""
    names = ("OwnerPauses", "TwoKeys", "SellsOnce", "ProducerIsAnother")
    with opened([token(name) for name in names]) as market:
        for stall in market.stalls.values():
            trading.buy(market, [stall])
            trading.arm(market, stall)
            trip = trading.sell(market, [stall])[stall.row.name]
            assert trip.loss_bps > cap_bps(), stall.row.name


def test_the_corpus_is_as_large_and_as_wide_as_it_must_be() -> None:
    assert len(TRAPS) >= 36
    assert len(HONEST) >= 26
    assert max(Counter(row.name for row in CORPUS).values()) == 1
    assert {row.family for row in CORPUS} == set(Family)
