"""days close: the UTC days that are over go on record, so that reports and totals need no scan.

Limits a day are counted from midnight anyway: nothing has to be set to zero, and nothing can be forgotten.
"""

from botctl.ports.service import DAY_MS, DayRow, DaySum
from botctl.ports.store import Closed, Store

DAYS_MAX = 31  # closed at once: what a longer absence left out is still in the fills
KNOWN_MS = 3_600_000  # so soon after midnight the wallet is still what the day ended with


def close_days(store: Store, bot: str, now_ms: int) -> tuple[DayRow, ...]:
    """Every day that is over and not yet closed, oldest first; none twice, whoever else closes."""
    today_ms = now_ms - now_ms % DAY_MS
    last = next(iter(store.days(1)), None)
    first_ms = today_ms - DAY_MS if last is None else last.day_ms + DAY_MS
    first_ms = max(first_ms, today_ms - DAYS_MAX * DAY_MS)
    rows = [_day(store, bot, day_ms, now_ms) for day_ms in range(first_ms, today_ms, DAY_MS)]
    return tuple(row for row in rows if store.close_day(row))


def equity_wei(store: Store, bot: str, held: tuple[Closed, ...]) -> int | None:
    """The native coin by the books, and what is held at cost; None before there is a baseline."""
    baseline = store.baseline(bot)
    if baseline is None:
        return None
    return baseline.balance_wei + store.native_moved_wei(bot) + cost_wei(held)


def cost_wei(held: tuple[Closed, ...]) -> int:
    return sum(one.position.cost_wei for one in held)


def _day(store: Store, bot: str, day_ms: int, now_ms: int) -> DayRow:
    found: DaySum = store.day_sum(bot, day_ms, day_ms + DAY_MS)
    held = store.positions(bot, only_open=True)
    in_time = now_ms - (day_ms + DAY_MS) <= KNOWN_MS
    return DayRow(
        day_ms=day_ms,
        closed_ms=now_ms,
        realised_wei=found.realised_wei,
        gas_wei=found.gas_wei,
        fills=found.fills,
        closed=found.closed,
        won=found.won,
        held=len(held),
        held_cost_wei=cost_wei(held),
        equity_wei=equity_wei(store, bot, held) if in_time else None,
    )
