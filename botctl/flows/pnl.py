"""pnl: what was made and lost, by day and by market, net of gas; from the database alone."""

from dataclasses import dataclass

from botctl.core.equity import (
    DAY_MS,
    Booked,
    Day,
    Drawdown,
    MarketMade,
    Point,
    Sum,
    by_day,
    by_market,
    curve,
    drawdown,
    summed,
    thinned,
)
from botctl.ports.store import Closed, LedgerFilter, Store

POINTS_MAX = 400


@dataclass(frozen=True, slots=True)
class Held:
    """An open position; `value_wei` is what the newest decision said a sale would bring."""

    pair: str
    symbol: str | None
    cost_wei: int
    value_wei: int | None
    valued_ms: int | None

    @property
    def unrealised_wei(self) -> int | None:
        return None if self.value_wei is None else self.value_wei - self.cost_wei


@dataclass(frozen=True, slots=True)
class PnlReport:
    """`total` is of the days shown; `unrealised_wei` of those held whose value is known now.

    `unvalued` counts the others. Amounts are wei, gas included.
    """

    bot: str
    since_ms: int
    now_ms: int
    total: Sum
    unrealised_wei: int
    unvalued: int
    drawdown: Drawdown
    days: tuple[Day, ...]
    markets: tuple[MarketMade, ...]
    held: tuple[Held, ...]
    curve: tuple[Point, ...]  # oldest first, from 0 at the first day


def pnl(store: Store, bot: str, now_ms: int, days: int) -> PnlReport:
    """`days`: today is one of them."""
    since_ms = (now_ms // DAY_MS - days + 1) * DAY_MS
    booked = store.booked(bot, since_ms)
    held = tuple(held_now(store, one) for one in store.positions(bot, only_open=True))
    return told(booked, held, bot=bot, since_ms=since_ms, now_ms=now_ms)


def told(
    booked: tuple[Booked, ...], held: tuple[Held, ...], *, bot: str, since_ms: int, now_ms: int
) -> PnlReport:
    points = curve(booked)
    worth = [each.unrealised_wei for each in held if each.unrealised_wei is not None]
    return PnlReport(
        bot=bot,
        since_ms=since_ms,
        now_ms=now_ms,
        total=summed(booked),
        unrealised_wei=sum(worth),
        unvalued=len(held) - len(worth),
        drawdown=drawdown(points),
        days=by_day(booked, since_ms, now_ms),
        markets=by_market(booked),
        held=held,
        curve=thinned(points, POINTS_MAX),
    )


def held_now(store: Store, one: Closed) -> Held:
    """Its value as last decided after it was opened: an older one was of another holding."""
    position = one.position
    newest = next(iter(store.rows(LedgerFilter(pair=position.pair, limit=1))), None)
    if newest is None or newest.value_wei is None or newest.at_ms < position.opened_ms:
        return Held(position.pair, one.symbol, position.cost_wei, None, None)
    return Held(position.pair, one.symbol, position.cost_wei, newest.value_wei, newest.at_ms)
