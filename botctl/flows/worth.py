"""worth: what was gained and lost in all, and what the open positions were last worth; from the store."""

from dataclasses import dataclass

from botctl.flows.permit import Watch, look
from botctl.ports.store import Closed, LedgerFilter, Store


@dataclass(frozen=True, slots=True)
class Holding:
    """`value_wei`: what the newest decision about it would have got; None: not valued since it opened."""

    closed: Closed
    value_wei: int | None
    valued_ms: int | None

    @property
    def gain_wei(self) -> int | None:
        return None if self.value_wei is None else self.value_wei - self.closed.position.cost_wei


@dataclass(frozen=True, slots=True)
class Worth:
    """In wei, gas included. `open_wei` sums the gains of those holdings that are valued."""

    bot: str
    today_wei: int  # realised, UTC day
    realised_wei: int  # ever
    gas_wei: int  # paid for all positions, open ones too; costs and gains have it in them
    trades: int  # closed positions
    won: int
    open_wei: int
    holdings: tuple[Holding, ...]

    @property
    def unvalued(self) -> int:
        return sum(one.value_wei is None for one in self.holdings)


def worth(watch: Watch) -> Worth:
    seen, store = look(watch), watch.store
    every = store.positions(watch.bot, only_open=False)
    ended = [one for one in every if not one.open]
    held = holdings(store, tuple(one for one in every if one.open))
    return Worth(
        bot=watch.bot,
        today_wei=seen.vitals.realised_today_wei,
        realised_wei=sum(one.realised_wei for one in every),
        gas_wei=sum(one.gas_wei for one in every),
        trades=len(ended),
        won=sum(one.realised_wei > 0 for one in ended),
        open_wei=sum(one.gain_wei or 0 for one in held),
        holdings=held,
    )


def holdings(store: Store, positions: tuple[Closed, ...]) -> tuple[Holding, ...]:
    return tuple(_holding(store, one) for one in positions)


def _holding(store: Store, one: Closed) -> Holding:
    held = one.position
    wanted = LedgerFilter(pair=held.pair, since_ms=held.opened_ms, limit=1)
    row = next(iter(store.rows(wanted)), None)
    if row is None or row.value_wei is None:
        return Holding(one, None, None)
    return Holding(one, row.value_wei, row.at_ms)
