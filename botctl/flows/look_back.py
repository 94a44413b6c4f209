"""What a report of many days shows: profit, pace, reasons and trades; from the database alone."""

from dataclasses import dataclass

from botctl.core.equity import Point, curve, fallen, thinned
from botctl.flows.pnl import POINTS_MAX, PnlReport, held_now, told
from botctl.ports.equity import Pace
from botctl.ports.store import Closed, Store

CYCLES_MAX = 1_000
TRADES_MAX = 500
REASONS_MAX = 15
DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class LookBack:
    """`fallen`: how far below its highest the equity lay. `trades`: newest first, open ones too."""

    pnl: PnlReport
    fallen: tuple[Point, ...]
    pace: tuple[Pace, ...]
    reasons: tuple[tuple[str, str, int], ...]
    trades: tuple[Closed, ...]


def look_back(store: Store, bot: str, now_ms: int, days: int) -> LookBack:
    since_ms = (now_ms // DAY_MS - days + 1) * DAY_MS
    booked = store.booked(bot, since_ms)
    positions = store.positions(bot, only_open=False)
    held = tuple(held_now(store, one) for one in positions if one.open)
    shown = [one for one in positions if one.open or (one.closed_ms or 0) >= since_ms]
    newest = sorted(shown, key=lambda one: -(one.closed_ms or now_ms))
    return LookBack(
        pnl=told(booked, held, bot=bot, since_ms=since_ms, now_ms=now_ms),
        fallen=thinned(fallen(curve(booked)), POINTS_MAX),
        pace=store.pace(since_ms, CYCLES_MAX),
        reasons=tuple(store.reasons_since(since_ms)[:REASONS_MAX]),
        trades=tuple(newest[:TRADES_MAX]),
    )
