"""The demo's verdict: each promise of botctl, checked on what is stored and on the chain."""

from collections import Counter
from dataclasses import dataclass

from botctl.core.orders import OrderKind
from botctl.core.reasons import Kind
from botctl.core.units import BundleId
from botctl.flows.replay import from_store, replay
from botctl.ports.stage import Stage
from botctl.ports.store import LedgerFilter

EVERYTHING = LedgerFilter(limit=None)


@dataclass(frozen=True, slots=True)
class Promise:
    """`evidence` says what was counted, kept or not."""

    name: str
    kept: bool
    evidence: str


def kept_promises(stage: Stage, failed: tuple[int, ...]) -> tuple[Promise, ...]:
    return (
        _commands_ended_well(failed),
        _at_most_one_effect(stage),
        _no_trap_entered(stage),
        _every_market_decided(stage),
        _decisions_replay(stage),
        _ledger_equals_chain(stage),
    )


def _commands_ended_well(failed: tuple[int, ...]) -> Promise:
    evidence = f"exit statuses {sorted(set(failed))}" if failed else "every command exited 0 or 3"
    return Promise("commands end well", not failed, evidence)


def _at_most_one_effect(stage: Stage) -> Promise:
    """One swap a decision, and no transaction on the chain that no attempt accounts for."""
    orders = stage.store.recent(most=None)
    swaps: Counter[BundleId] = Counter(o.bundle_id for o in orders if o.kind is OrderKind.SWAP)
    given_out = sum(order.nonce is not None for order in orders)
    mined = stage.mined_transactions()
    kept = all(count == 1 for count in swaps.values()) and mined == given_out
    return Promise(
        "at most one effect a decision",
        kept,
        f"{len(swaps)} trades decided, {given_out} nonces given out, {mined} transactions mined",
    )


def _no_trap_entered(stage: Stage) -> Promise:
    bought = {row.pair for row in stage.store.rows(LedgerFilter(kinds=(Kind.BUY,), limit=None))}
    trapped = bought & stage.traps
    return Promise(
        "no trap is entered",
        not trapped,
        f"{len(stage.traps)} traps on the chain, {len(trapped)} bought",
    )


def _every_market_decided(stage: Stage) -> Promise:
    rows: Counter[str] = Counter(row.cycle_id for row in stage.store.rows(EVERYTHING))
    cycles = stage.store.cycle_sizes()
    missing = sum(size - rows[cycle_id] for cycle_id, size in cycles.items())
    return Promise(
        "every market has its row",
        missing == 0 and bool(cycles),
        f"{sum(rows.values())} rows in {len(cycles)} cycles, {missing} missing",
    )


def _decisions_replay(stage: Stage) -> Promise:
    report = replay(stage.codec, from_store(stage.store.bundles(EVERYTHING)))
    kept = report.total > 0 and report.same == report.total
    return Promise("decisions replay", kept, f"{report.same} of {report.total} bundles the same")


def _ledger_equals_chain(stage: Stage) -> Promise:
    """The last reconcile found no difference, and nothing is left in between."""
    open_orders, sources = stage.store.open(), stage.store.sources()
    kept = not open_orders and not sources and stage.store.baseline(stage.bot) is not None
    reasons = "; ".join(source.reason for source in sources) or "no difference found"
    return Promise("ledger equals chain", kept, f"{len(open_orders)} orders open, {reasons}")
