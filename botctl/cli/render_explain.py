"""One decision on one screen: the verdict first, then what failed, then what passed."""

from collections.abc import Iterator, Sequence

from botctl.cli.show import age, at, ether, short
from botctl.cli.tables import Cell, pairs, table
from botctl.cli.terminal import GREEN, RED, YELLOW, bold
from botctl.core.case import Check
from botctl.flows.explain import Explanation

MARKS = {True: Cell("pass", GREEN), False: Cell("FAIL", RED), None: Cell("unknown", YELLOW)}
MS = 1_000


def explanation_lines(found: Explanation) -> Iterator[str]:
    decision, market = found.bundle.decision, found.bundle.inputs.detection.market
    yield bold(f"{decision.kind} {market.symbol or market.pair}: {decision.reason}")
    yield f"{decision.detail}\n"
    yield from pairs(_facts(found))
    yield bold("\nChecks, in their strict order")
    yield from _checks(decision.checks)
    yield bold(f"\nSignals: score {decision.score}, {decision.passes} passed")
    yield from _checks(decision.signals)
    yield from _history(found)
    yield from _orders(found)


def _facts(found: Explanation) -> list[tuple[str, str | Cell]]:
    inputs, m = found.bundle.inputs, found.bundle.decision.measures
    rows: list[tuple[str, str | Cell]] = [
        ("pair", inputs.detection.market.pair),
        ("token", inputs.detection.market.token),
        ("seen", f"{at(inputs.now_ms)} UTC at block {inputs.world.block.number}"),
        ("liquidity", "unknown" if m.liquidity_usd is None else f"{m.liquidity_usd} usd"),
        ("age", "unknown" if m.age_s is None else age(m.age_s * MS)),
        ("taxes", f"buy {_bps(m.buy_tax_bps)}, sell {_bps(m.sell_tax_bps)}"),
    ]
    if inputs.position is not None:
        worth = (
            f"cost {ether(inputs.position.cost_wei)}, now {ether(found.bundle.decision.value_wei)}"
        )
        rows.append(("held", f"{worth} ether"))
    return [*rows, ("bundle", found.bundle_id)]


def _checks(checks: Sequence[Check]) -> Iterator[str]:
    rows = [(MARKS[check.ok], check.code, check.actual, check.limit) for check in checks]
    yield from table(("", "check", "seen", "limit"), rows)


def _history(found: Explanation) -> Iterator[str]:
    if found.history:
        yield bold("\nThis market lately")
        rows = [(at(r.at_ms), r.kind, str(r.score), r.reason, r.detail) for r in found.history]
        yield from table(("time", "decision", "score", "reason", "detail"), rows)


def _orders(found: Explanation) -> Iterator[str]:
    if found.orders:
        yield bold("\nIts orders")
        orders = (story.order for story in found.orders)
        rows = [
            (o.id, f"{o.intent.side} {o.kind}", o.state, o.code, short(o.bundle_id)) for o in orders
        ]
        yield from table(("order", "what", "state", "code", "bundle"), rows)


def _bps(share_bps: int | None) -> str:
    return "unknown" if share_bps is None else f"{share_bps} bps"
