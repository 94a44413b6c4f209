"""Runs the real flows while a scenario plays, and writes down what can be seen of them."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from botctl.core.chaos.observed import Effects, Look, Observed, Run, Told, Trade
from botctl.core.chaos.scenario import Scenario
from botctl.core.intent import Side
from botctl.core.lifecycle import OrderState
from botctl.core.orders import Order, OrderKind
from botctl.core.reasons import Kind
from botctl.flows.cycle import cycle
from botctl.flows.observe import observed
from botctl.flows.permit import look, watch_of
from botctl.flows.reconcile import reconcile
from botctl.ports.chaos import ChaosStage
from botctl.ports.runtime import Log, Runtime
from botctl.ports.store import LedgerFilter

NEWEST = 3  # orders of one cycle: an entry, an approval and an exit
# A nonce that was given back, and one that a stranger's transaction took.
NOT_OURS = frozenset({OrderState.DROPPED, OrderState.REPLACED})


@dataclass
class Ear:
    """A log that keeps the codes it is told."""

    heard: Callable[[str], None]

    def info(self, event: str, **facts: object) -> None: ...

    def warning(self, event: str, **facts: object) -> None:  # noqa: ARG002
        self._keep(facts)

    def error(self, event: str, **facts: object) -> None:  # noqa: ARG002
        self._keep(facts)

    def bound(self, **facts: object) -> Log:  # noqa: ARG002
        return self

    def _keep(self, facts: dict[str, object]) -> None:
        if "code" in facts:
            self.heard(str(facts["code"]))


@dataclass
class Eyes:
    stage: ChaosStage
    scenario: Scenario
    now_s: int = 0
    _looks: list[Look] = field(default_factory=list)
    _told: list[Told] = field(default_factory=list)
    _trades: list[Trade] = field(default_factory=list)
    _runs: list[Run] = field(default_factory=list)
    _known: set[str] = field(default_factory=set)  # orders that are in _trades
    _held: frozenset[str] = frozenset()  # positions, by id
    _failed: set[str] = field(default_factory=set)
    _decided: set[str] = field(default_factory=set)
    _raised: set[tuple[str, int, int]] = field(default_factory=set)  # alerts that are in _told
    _began: bool = False

    def run_cycle(self) -> None:
        """As `botctl cycle` does; killed where the scenario says so."""
        log = Ear(self._hear)
        if self.stage.crashes:
            self.stage.crash(cycle, log)
            self._runs.append(Run(self.now_s, "KILLED"))
            return
        self._runs.append(Run(self.now_s, self._ended(cycle, log)))
        if self.scenario.begins_s <= self.now_s < self.scenario.ends_s:
            self.stage.attempt(self._note_decisions)  # where the database is struck there are none

    def run_reconcile(self) -> None:
        self._ended(reconcile, Ear(self._hear))

    def note_held(self) -> None:
        """The trouble begins: what is held now must still get out. Later calls change nothing."""
        if self._began:
            return
        open_now = self.stage.store.positions(self.stage.bot, only_open=True)
        self._held = frozenset(one.position.id for one in open_now)
        self._began = True

    def look(self) -> None:
        """Where a database does not answer, `health` does not either: that is seen too."""
        if code := self.stage.attempt(self._look):
            self._looks.append(Look(self.now_s, None))
            self._hear(code)

    def observed(self) -> Observed:
        return Observed(
            looks=tuple(self._looks),
            told=tuple(self._told),
            trades=tuple(self._trades),
            runs=tuple(self._runs),
            failed=frozenset(self._failed),
            decided=frozenset(self._decided),
            held=len(self._held),
            effects=self._effects(),
        )

    def _ended(self, work: Callable[[Runtime], object], log: Log) -> str:
        """The code it ended with; "" when it ended well."""

        def opened() -> None:
            with (
                self.stage.runtime(log) as rt,
                self.stage.telling(rt, log),
                observed(watch_of(rt), log, "cycle"),
            ):
                work(rt)

        if code := self.stage.attempt(opened):
            self._hear(code)
        self.stage.attempt(self._note_alerts)  # where the database is struck, none can be read
        return code

    def _note_alerts(self) -> None:
        """Those that were raised, or became more or less urgent, since this was last asked."""
        for alert in self.stage.store.alerts():
            raised = (alert.key, alert.first_ms, int(alert.tier))
            if alert.active and raised not in self._raised:
                self._raised.add(raised)
                self._told.append(Told(self.now_s, alert.code, int(alert.tier)))

    def _hear(self, code: str) -> None:
        self._told.append(Told(self.now_s, code))

    def _look(self) -> None:
        with self.stage.runtime(Ear(self._hear)) as rt:
            seen = look(watch_of(rt))
        self._looks.append(Look(self.now_s, seen.health.state))
        self._note_trades()

    def _note_trades(self) -> None:
        for order in reversed(self.stage.store.recent(None)):
            if order.kind is OrderKind.SWAP and order.id not in self._known and _is_made(order):
                self._known.add(order.id)
                self._trades.append(Trade(self.now_s, order.intent.side, order.intent.pair))

    def _note_decisions(self) -> None:
        """Of the newest cycle, and of the orders that were refused at the last moment."""
        latest = self.stage.store.latest()
        wanted = LedgerFilter(cycle_id=latest.cycle_id if latest else "", limit=None)
        rows = tuple(self.stage.store.rows(wanted))
        self._failed |= {code for row in rows for code in row.failed.split(",")}
        self._failed |= {order.code for order in self.stage.store.recent(NEWEST)}
        self._decided |= {row.reason for row in rows}

    def _effects(self) -> Effects:
        store = self.stage.store
        orders = store.recent(None)
        swaps = Counter(o.bundle_id for o in orders if o.kind is OrderKind.SWAP)
        bought = {row.pair for row in store.rows(LedgerFilter(kinds=(Kind.BUY,), limit=None))}
        held = store.positions(self.stage.bot, only_open=True)
        return Effects(
            doubled=sum(count - 1 for count in swaps.values()),
            nonces_given=len({o.nonce for o in orders if o.state not in NOT_OURS} - {None}),
            mined=self.stage.mined_transactions(),
            traps_bought=len(bought & self.stage.traps),
            left=tuple(one.position.pair for one in held if one.position.id in self._held),
            open_orders=len(store.open()),
            restrictions=tuple(source.reason for source in store.sources()),
        )


def _is_made(order: Order) -> bool:
    """What may cost money counts early, what should bring it counts late."""
    if order.intent.side is Side.SELL:
        return order.state in {OrderState.MINED, OrderState.CONFIRMED}
    return order.nonce is not None
