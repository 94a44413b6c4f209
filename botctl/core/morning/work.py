"""From records to the figures of the report."""

from collections.abc import Iterable, Sequence

from botctl.core.morning.values import Profit, Restart, Uptime
from botctl.core.units import BPS_ONE


def uptime(outcomes: Sequence[str], unrecorded: int, ran: frozenset[str]) -> Uptime:
    """`outcomes` of the recorded times; `unrecorded` times passed since, and nobody was there."""
    scheduled = len(outcomes) + unrecorded
    good = sum(outcome in ran for outcome in outcomes)
    return Uptime(scheduled, good, good * BPS_ONE // scheduled if scheduled else None)


def restarts(lives: Iterable[tuple[int, int | None, str]], since_ms: int) -> tuple[Restart, ...]:
    """`lives`: (start, end, how it ended), oldest first. The first life ever is no restart."""
    found, before = [], None
    for life in lives:
        started_ms, _, _ = life
        if before is not None and started_ms >= since_ms:
            _, ended_ms, how = before
            down_ms = None if ended_ms is None else max(0, started_ms - ended_ms)
            found.append(Restart(started_ms, "killed" if ended_ms is None else how, down_ms))
        before = life
    return tuple(found)


def profit(
    *, realised_wei: int, gas_wei: int, closed: int, won: int, fills: int, equity_wei: int | None
) -> Profit:
    """`equity_wei` is that of now; what it was before the profit is what the share is of.

    Rounded down: a gain is never shown larger than it is, nor a loss smaller.
    """
    before_wei = 0 if equity_wei is None else equity_wei - realised_wei
    share_bps = realised_wei * BPS_ONE // before_wei if before_wei > 0 else None
    return Profit(realised_wei, gas_wei, closed, won, fills, share_bps)
