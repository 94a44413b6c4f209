"""What each breaker counts, with the settings' own thresholds; and which markets rest by themselves."""

from dataclasses import replace

import pytest

from botctl.core.breakers import PROVIDER, Breaker, BreakerState
from botctl.core.circuits import due_pauses, moved
from botctl.core.codes import Code
from botctl.core.health import DependencyReading, ErrorSeen, Vitals
from botctl.core.pauses import (
    EVERYWHERE,
    Pause,
    longer,
    pair_sources,
    paused,
    paused_everywhere,
)
from botctl.core.permission import Level, SourceKind
from botctl.core.reasons import Reason
from tests.support.builders import NOW_MS
from tests.support.watching import CIRCUIT_PLAN as PLAN
from tests.support.watching import cycles, ended

S = BreakerState
SLOW, SLIP = PLAN.confirm_max_ms + 1, PLAN.slippage_max_bps + 1


def errors(count: int, code: str, ago_ms: int = 0) -> tuple[ErrorSeen, ...]:
    return tuple(ErrorSeen(NOW_MS - ago_ms - n, code, "cycle") for n in range(count))


def opened(vitals: Vitals, *readings: DependencyReading) -> set[str]:
    return {b.name for b in moved(vitals, readings, PLAN, NOW_MS) if b.state is S.OPEN}


@pytest.mark.parametrize(
    ("name", "below", "at"),
    [
        (
            "node",
            Vitals(errors=errors(2, Code.ERR_RPC_TIMEOUT)),
            Vitals(errors=errors(3, Code.ERR_RPC_TIMEOUT)),
        ),
        (
            "checks",
            Vitals(errors=errors(4, Code.ERR_NODE_NO_OVERRIDE)),
            Vitals(errors=errors(5, Code.ERR_NODE_NO_OVERRIDE)),
        ),
        (
            "errors",
            Vitals(errors=errors(9, Code.ERR_CHAIN_REORGED)),
            Vitals(errors=errors(10, Code.ERR_CHAIN_REORGED)),
        ),
        (
            "reverts",
            Vitals(ended=tuple(ended(n, code=Code.ERR_TX_REVERTED) for n in range(2))),
            Vitals(ended=tuple(ended(n, code=Code.ERR_TX_REVERTED) for n in range(3))),
        ),
        (
            "confirmation",
            Vitals(ended=(ended(took_ms=SLOW), ended(1, took_ms=SLOW - 1))),
            Vitals(ended=(ended(took_ms=SLOW), ended(1, took_ms=SLOW))),
        ),
        (
            "slippage",
            Vitals(ended=tuple(ended(n, shortfall_bps=SLIP - (n == 0)) for n in range(3))),
            Vitals(ended=tuple(ended(n, shortfall_bps=SLIP) for n in range(3))),
        ),
    ],
)
def test_each_breaker_opens_exactly_at_its_threshold(name: str, below: Vitals, at: Vitals) -> None:
    assert name not in opened(below)
    assert name in opened(at)


def test_a_scan_that_went_through_wipes_the_nodes_slate() -> None:
    failed = errors(5, Code.ERR_RPC_TIMEOUT, ago_ms=1_000)
    assert "node" in opened(Vitals(errors=failed, cycles=cycles(newest_ms=NOW_MS - 2_000)))
    assert "node" not in opened(Vitals(errors=failed, cycles=cycles(newest_ms=NOW_MS - 500)))


def test_what_opened_a_breaker_does_not_open_it_twice() -> None:
    reverted = tuple(ended(n, code=Code.ERR_TX_REVERTED, confirmed=False) for n in range(1, 5))
    rested = Breaker("reverts", S.OPEN, since_ms=NOW_MS - 30_000, until_ms=NOW_MS)
    [tried] = moved(Vitals(ended=reverted, breakers=(rested,)), (), PLAN, NOW_MS)
    assert tried.state is S.HALF_OPEN
    known = Vitals(ended=reverted, breakers=(tried,))
    assert moved(known, (), PLAN, NOW_MS + 1) == ()  # nothing has happened since
    well = ended(at_ms=NOW_MS + 5)
    [closed] = moved(replace(known, ended=(well, *reverted)), (), PLAN, NOW_MS + 10)
    assert closed.state is S.CLOSED
    again = ended(at_ms=NOW_MS + 5, code=Code.ERR_TX_REVERTED)
    [open_again] = moved(replace(known, ended=(again, *reverted)), (), PLAN, NOW_MS + 10)
    assert (open_again.state, open_again.until_ms) == (
        S.OPEN,
        NOW_MS + 10 + PLAN.reverts.cooldown_ms,
    )


def test_only_the_newest_orders_count() -> None:
    old = tuple(ended(n, code=Code.ERR_TX_REVERTED) for n in range(PLAN.window, PLAN.window + 9))
    new = tuple(ended(n) for n in range(PLAN.window))
    assert "reverts" not in opened(Vitals(ended=new + old))


@pytest.mark.parametrize(
    ("reading", "opens"),
    [
        (DependencyReading("a", 100, 20), False),
        (DependencyReading("a", 100, 21), True),
        (DependencyReading("a", 19, 19), False),
        (DependencyReading("a", 0, 0, on_hold=True), True),
    ],
)
def test_a_provider_is_judged_by_its_answers(reading: DependencyReading, *, opens: bool) -> None:
    assert (f"{PROVIDER}a" in opened(Vitals(), reading)) is opens


@pytest.mark.parametrize("code", [Reason.INV_QUOTE_FRESH, Reason.INV_BLOCK_FRESH])
def test_a_market_refused_for_stale_data_rests_a_while(code: Reason) -> None:
    refused = ended(code=code, confirmed=False, sent=False, pair="0x07")
    [pause] = due_pauses(Vitals(ended=(refused,)), PLAN, NOW_MS)
    assert (pause.scope, pause.level) == ("0x07", Level.EXITS_ONLY)
    assert pause.until_ms == NOW_MS + PLAN.stale_pause_ms
    strict = replace(PLAN, stale_reduces=False)
    assert due_pauses(Vitals(ended=(refused,)), strict, NOW_MS)[0].level is Level.HALT_ALL


def test_a_market_that_slips_again_and_again_rests_and_others_do_not() -> None:
    slipped = [ended(0, code=Reason.INV_SLIPPAGE_CAP_OK, at_ms=NOW_MS - n) for n in range(3)]
    other = ended(0, pair="0x02", code=Reason.INV_SLIPPAGE_CAP_OK)
    assert due_pauses(Vitals(ended=(*slipped[:2], other)), PLAN, NOW_MS) == ()
    [pause] = due_pauses(Vitals(ended=(*slipped, other)), PLAN, NOW_MS)
    assert (pause.scope, pause.until_ms) == ("0x01", NOW_MS + PLAN.slippage_pause_ms)
    well = ended(0, at_ms=NOW_MS + 1)  # one that ended well in between
    assert due_pauses(Vitals(ended=(well, *slipped)), PLAN, NOW_MS) == ()


def test_a_pause_is_made_once_and_a_persons_later_word_outranks_it() -> None:
    refused = ended(code=Reason.INV_QUOTE_FRESH, pair="0x07")
    [made] = due_pauses(Vitals(ended=(refused,)), PLAN, NOW_MS)
    assert due_pauses(Vitals(ended=(refused,), pauses=(made,)), PLAN, NOW_MS + 1) == ()
    lifted = Pause("0x07", NOW_MS + 1, "looked", "ann", NOW_MS + 1)
    assert due_pauses(Vitals(ended=(refused,), pauses=(lifted,)), PLAN, NOW_MS + 2) == ()
    over = due_pauses(Vitals(ended=(refused,)), PLAN, NOW_MS + PLAN.stale_pause_ms)
    assert over == ()


def test_a_machines_short_pause_never_ends_a_longer_or_harder_one() -> None:
    long = Pause("p", 1_000, "weekend", "ann", 0)
    short = Pause("p", 500, "stale", "botctl", 100)
    assert longer(long, short) is long
    assert longer(short, long) is long
    assert longer(None, short) is short
    assert longer(replace(long, until_ms=100), short) is short  # it was over by then
    harder = replace(short, level=Level.HALT_ALL)
    assert longer(long, harder) is harder


def test_a_pause_ends_by_itself_and_reaches_only_its_scope() -> None:
    market, all_ = Pause("p", 100, "odd", "ann", 0), Pause(EVERYWHERE, 200, "lunch", "bob", 0)
    both = (all_, market)
    assert paused(both, "p", 99) is market
    assert paused(both, "p", 100) is None
    assert paused(both, "q", 99) is None
    assert paused(both, EVERYWHERE, 99) is None
    assert paused_everywhere(both, 199) is all_
    assert paused_everywhere(both, 200) is None
    assert paused_everywhere((market,), 50) is None
    [source] = pair_sources(both, "p", 99)
    assert (source.kind, source.level, source.who) == (SourceKind.PAUSE, Level.EXITS_ONLY, "ann")
    assert pair_sources(both, "q", 99) == ()
