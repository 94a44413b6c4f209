"""Flows and a store that each break one promise, as a careless change would."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

import pytest

from botctl.core.lifecycle import OrderEvent, OrderState
from botctl.core.orders import Attempt, AttemptKind, Fill, Order, Receipt, SignedTx
from botctl.core.settlement import fill_of
from botctl.core.units import Address, OrderId
from botctl.flows import execute, reconcile, tend
from botctl.flows.send import publish
from botctl.ports.chain import SendAnswer, Sender
from botctl.ports.runtime import Runtime
from botctl.ports.store import Moved, Store
from botctl.sim.commands import Command, Commands
from botctl.sim.store import orders as stored
from botctl.sim.store.tables import Tables
from botctl.sim.wire import decoded, encoded
from tests.sim.real import REAL

Patch = pytest.MonkeyPatch


def two_orders_an_intent(patch: Patch) -> Commands:
    """A store without its unique indexes."""

    def added(tables: Tables, order: Order) -> bool:
        tables.put(order, order, stored.CREATE)
        return True

    patch.setattr(stored, "_added", added)
    return REAL


def signs_again_after_a_crash(_: Patch) -> Commands:
    """What was out already goes out once more, under a nonce of its own."""

    def again(rt: Runtime) -> object:
        for order in rt.store.open((OrderState.SUBMITTED,)):
            row, signer = rt.store.nonce(rt.identity.wallet), rt.signer()
            for attempt in rt.store.attempts(order.id):
                assert row is not None
                unsigned = replace(decoded(attempt.raw), nonce=row.next)
                rt.sender.send(signer.sign(unsigned, fence=row.fence))
        return execute.execute(rt)

    return replace(REAL, execute=again)


@dataclass(frozen=True, slots=True)
class _FreshFees:
    inner: Sender

    def send(self, signed: SignedTx, *, public: bool = True) -> SendAnswer:
        tx = decoded(signed.raw)
        return self.inner.send(encoded(replace(tx, fee_max_wei=tx.fee_max_wei + 1)), public=public)


def sends_other_bytes(_: Patch) -> Commands:
    def fresh(rt: Runtime) -> object:
        return execute.execute(replace(rt, sender=_FreshFees(rt.sender)))

    return replace(REAL, execute=fresh)


def writes_after_the_call(patch: Patch) -> Commands:
    """SUBMITTED is written when the node has answered."""

    def submit(
        rt: Runtime, order: Order, attempt: Attempt, head_number: int
    ) -> tuple[Order, SendAnswer]:
        _, answer = publish(rt, order, attempt, head_number)
        return rt.store.move(order, Moved(OrderEvent.SUBMIT), rt.clock.now_ms()), answer

    patch.setattr(execute, "submit", submit)
    return REAL


def buries_at_once(_: Patch) -> Commands:
    """One confirmation is taken for final."""
    return replace(REAL, reconcile=_with_plan(reconcile.reconcile, confirmations=1))


def _with_plan(command: Command, *, confirmations: int) -> Command:
    def changed(rt: Runtime) -> object:
        return command(replace(rt, send_plan=replace(rt.send_plan, confirmations=confirmations)))

    return changed


@dataclass(frozen=True, slots=True)
class _Newest:
    inner: Store

    def __getattr__(self, name: str) -> object:
        return getattr(self.inner, name)

    def attempts_of(self, order_ids: Sequence[OrderId]) -> Mapping[OrderId, tuple[Attempt, ...]]:
        return {key: all_[-1:] for key, all_ in self.inner.attempts_of(order_ids).items()}


def looks_at_the_newest_attempt_only(_: Patch) -> Commands:
    """What mined may be an older one (LESSONS 8)."""

    def blind(rt: Runtime) -> object:
        return reconcile.reconcile(replace(rt, store=cast("Store", _Newest(rt.store))))

    return replace(REAL, reconcile=blind)


def takes_silence_for_an_end(patch: Patch) -> Commands:
    """No node knows it, so it is gone (LESSONS 1, 2)."""
    patch.setattr(reconcile, "_buried_nonce", lambda *_: 10**9)
    return REAL


def leaves_gaps(patch: Patch) -> Commands:
    def nothing(*_: object) -> Iterator[object]:
        return iter(())

    patch.setattr(tend, "_fill", nothing)
    return REAL


def never_raises_a_fee(patch: Patch) -> Commands:
    def nothing(*_: object) -> Iterator[object]:
        return iter(())

    patch.setattr(tend, "_escalate", nothing)
    return REAL


def asks_nobody(patch: Patch) -> Commands:
    """Signs whatever was decided."""
    patch.setattr(execute, "refusal", lambda *_: None)
    return REAL


def forgets_the_gas(patch: Patch) -> Commands:
    def free(
        order: Order,
        receipt: Receipt,
        *,
        kind: AttemptKind,
        wallet: Address,
        native: Address,
        router: Address,
    ) -> Fill:
        return replace(
            fill_of(order, receipt, kind=kind, wallet=wallet, native=native, router=router),
            gas_wei=0,
        )

    patch.setattr(reconcile, "fill_of", free)
    return REAL
