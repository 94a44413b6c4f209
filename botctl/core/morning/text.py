"""The report as lines of plain text: the same records give the same words."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from botctl.core.morning.values import Action, Backups, Held, Morning, Profit, Restart, Uptime
from botctl.core.text import printable

MS: Final = 1_000
HOUR_MS: Final = 3_600_000
MICRO_ETHER: Final = 10**12
ACTIONS_MAX: Final = 20  # a chat's message has 4096 characters
HELD_MAX: Final = 10


def lines(report: Morning) -> Iterator[str]:
    day = datetime.fromtimestamp(report.now_ms // MS, UTC)
    hours = (report.now_ms - report.since_ms) // HOUR_MS
    yield f"botctl report {day:%Y-%m-%d %H:%M} UTC: {report.bot} ({report.mode})"
    yield f"Uptime ({hours} h): {_uptime(report.uptime)}{_restarts(report.restarts)}"
    yield f"P&L ({hours} h): {_profit(report.profit)}"
    yield from _held(report.held)
    yield from _actions(report.actions)
    yield f"Jobs: {report.missed} times missed, {report.failed} failed"
    yield f"Backups: {_backups(report.backups, report.now_ms)}"
    found = f"; {', '.join(report.findings)}" if report.findings else ""
    yield f"Now: {report.health}, {report.permission}{found}"


def percent(share_bps: int, *, signed: bool = False) -> str:
    """Two decimals, which is all that bps have."""
    whole, part = divmod(abs(share_bps), 100)
    sign = "-" if share_bps < 0 else "+" if signed and share_bps > 0 else ""
    return f"{sign}{whole}.{part:02d} %"


def _uptime(found: Uptime) -> str:
    if found.share_bps is None:
        return "no cycle was scheduled"
    return f"{percent(found.share_bps)} ({found.ran} of {found.scheduled} cycles)"


def _restarts(found: tuple[Restart, ...]) -> str:
    if not found:
        return ", no restart"
    times = ", ".join(_clock(one.at_ms) for one in found[:ACTIONS_MAX])
    more = ", ..." if len(found) > ACTIONS_MAX else ""
    return f", {len(found)} restart{'s' if len(found) > 1 else ''} at {times}{more}"


def _profit(found: Profit) -> str:
    share = "" if found.share_bps is None else f" ({percent(found.share_bps, signed=True)})"
    return (
        f"{_ether(found.realised_wei, signed=True)} ether{share}, {found.closed} closed,"
        f" {found.won} won, {found.fills} fills, gas {_ether(found.gas_wei)}"
    )


def _held(found: tuple[Held, ...]) -> Iterator[str]:
    if not found:
        yield "Positions: none"
        return
    yield f"Positions: {len(found)}"
    for one in found[:HELD_MAX]:
        yield printable(f"- {one.symbol}: {_ether(one.cost_wei)} since {_moment(one.opened_ms)}")
    if len(found) > HELD_MAX:
        yield f"- and {len(found) - HELD_MAX} more"


def _actions(found: tuple[Action, ...]) -> Iterator[str]:
    if not found:
        yield "Actions: none"
        return
    yield f"Actions: {len(found)}"
    if len(found) > ACTIONS_MAX:
        yield f"- {len(found) - ACTIONS_MAX} earlier ones: see `botctl health` and `botctl alerts --all`"
    for one in found[-ACTIONS_MAX:]:
        yield printable(f"- {_clock(one.at_ms)}: {one.what}")


def _backups(found: Backups, now_ms: int) -> str:
    if found.newest_ms is None:
        return "none"
    age_min = max(0, now_ms - found.newest_ms) // 60_000
    return f"newest {age_min} min old, {found.kept} kept"


def _ether(amount_wei: int, *, signed: bool = False) -> str:
    """Six decimals, rounded down."""
    micro = amount_wei // MICRO_ETHER
    whole, part = divmod(abs(micro), 1_000_000)
    sign = "-" if micro < 0 else "+" if signed and micro > 0 else ""
    return f"{sign}{whole}.{part:06d}"


def _clock(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms // MS, UTC):%H:%M}"


def _moment(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms // MS, UTC):%Y-%m-%d %H:%M}"
