"""What health reads and writes: the WatchStore's part; no decisions are told in this world."""

from itertools import islice

from botctl.core.breakers import Breaker
from botctl.core.health import CycleFact, Ended, ErrorSeen, Match, Transition, Vitals
from botctl.core.intent import Side
from botctl.core.lifecycle import TERMINAL, OrderState
from botctl.core.orders import Order, OrderKind
from botctl.core.pauses import Pause
from botctl.core.units import BPS_ONE
from botctl.sim.store.books import Books

HOUR_MS, DAY_MS = 3_600_000, 86_400_000
CYCLES, ORDERS, ERRORS = 60, 40, 200


class Watching(Books):
    def vitals(self, bot: str, now_ms: int) -> Vitals:
        assert bot == self._t.bot
        cycles = tuple(islice(reversed(self._t.cycles.values()), CYCLES))
        decided = any(cycle.decided_ms is not None for cycle in cycles)
        waiting = sorted((o.created_ms for o in self._t.open_orders()), reverse=True)
        errors = (e for e in reversed(self._t.errors) if e.at_ms >= now_ms - HOUR_MS)
        return Vitals(
            cycles=tuple(
                CycleFact(c.started_ms, c.scan_ms, c.markets, c.decided_ms) for c in cycles
            ),
            match=Match(0, 0) if decided else None,
            waiting_ms=tuple(waiting),
            ended=self._ended(now_ms - DAY_MS),
            errors=tuple(islice(errors, ERRORS)),
            realised_today_wei=self._realised_since(now_ms - now_ms % DAY_MS),
            breakers=tuple(self._t.breakers[name] for name in sorted(self._t.breakers)),
            pauses=self.pauses(),
            last=self._t.transitions[-1] if self._t.transitions else None,
        )

    def _ended(self, since_ms: int) -> tuple[Ended, ...]:
        swaps = (
            o
            for o in self._t.orders.values()
            if o.kind is OrderKind.SWAP and o.created_ms >= since_ms
        )
        newest = sorted(swaps, key=lambda o: -o.created_ms)[:ORDERS]
        ended = [self._fact(o) for o in newest if o.state in TERMINAL]
        return tuple(sorted(ended, key=lambda one: -one.at_ms))

    def _fact(self, order: Order) -> Ended:
        return Ended(
            pair=order.intent.pair,
            code=order.code,
            at_ms=order.changed_ms,
            took_ms=order.changed_ms - order.created_ms,
            sent=order.nonce is not None,
            confirmed=order.state is OrderState.CONFIRMED,
            shortfall_bps=self._shortfall(order),
        )

    def _shortfall(self, order: Order) -> int | None:
        row, expected = self._t.fills.get(order.id), order.intent.expected_out
        if row is None or expected <= 0:
            return None
        buys = order.intent.side is Side.BUY
        got = row.fill.token_delta if buys else row.fill.native_delta_wei
        return -(-(expected - got) * BPS_ONE // expected) if got > 0 else None

    def note_error(self, error: ErrorSeen) -> None:
        self._t.errors = [e for e in self._t.errors if e.at_ms >= error.at_ms - DAY_MS]
        self._t.errors.append(error)

    def set_breaker(self, breaker: Breaker) -> None:
        self._t.breakers[breaker.name] = breaker
        self._t.history.add("breaker", breaker.name, breaker.state)

    def pauses(self) -> tuple[Pause, ...]:
        return tuple(self._t.pauses[scope] for scope in sorted(self._t.pauses))

    def set_pause(self, pause: Pause) -> None:
        self._t.pauses[pause.scope] = pause
        self._t.history.add("pause", pause.scope, pause.until_ms)

    def record_transition(self, row: Transition) -> None:
        self._t.transitions.append(row)
        self._t.history.add("health", row.was, row.now)

    def transitions(self, most: int) -> tuple[Transition, ...]:
        return tuple(reversed(self._t.transitions[-most:]))
