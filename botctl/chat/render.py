"""Reports as lines of a message. No line tells an age: one that says the same twice is not sent twice."""

from collections.abc import Iterator, Sequence

from botctl.chat.markup import bold, name, sentence
from botctl.core.errors import BotError
from botctl.core.health import Finding
from botctl.faces.permission_text import permission_line
from botctl.faces.show import at, ether, short
from botctl.flows.explain import Explanation
from botctl.flows.kill import KillReport
from botctl.flows.status import HealthReport, StatusReport
from botctl.flows.worth import Holding, Worth

REASONS_MAX = 5
PASSED_MAX = 40


def status_lines(report: StatusReport) -> Iterator[str]:
    yield f"{bold(report.health.state)} {name(report.bot)} ({sentence(report.mode)})"
    yield sentence(permission_line(report.permission))
    if report.cycle is None:
        yield "no cycle yet"
    else:
        block = report.cycle.block_number
        yield f"cycle of {at(report.cycle.started_ms)}, {report.cycle.markets} markets, block {block}"
    if report.cycle_p95_ms is not None:
        yield f"95 of 100 cycles took at most {report.cycle_p95_ms} ms"
    yield f"{len(report.positions)} positions, {report.open_orders} open orders"
    yield f"realised today {ether(report.realised_today_wei, signed=True)} ether"
    yield from _findings(report.health.findings)
    if report.reasons:
        yield bold("Decisions of the last hour")
        for kind, reason, count in report.reasons[:REASONS_MAX]:
            yield f"{count} {name(f'{kind} {reason}')}"


def health_lines(report: HealthReport) -> Iterator[str]:
    yield f"{bold(report.state)}, {sentence(permission_line(report.permission))}"
    yield from _findings(report.findings)
    for one in report.breakers:
        yield f"breaker {name(one.name)} is {one.state} since {at(one.since_ms)}: {sentence(one.why)}"
    for pause in report.pauses:
        what = name(short(pause.scope)) if pause.scope else "everything"
        yield f"paused: {what} until {at(pause.until_ms)}: {sentence(pause.reason)}"
    if report.transitions:
        yield bold("Before")
        for row in report.transitions:
            codes = ", ".join(finding.code for finding in row.findings)
            yield f"{at(row.at_ms)} {row.was} -> {row.now} {sentence(codes)}"


def position_lines(held: Sequence[Holding]) -> Iterator[str]:
    if not held:
        yield "nothing is held"
        return
    yield bold(f"{len(held)} positions, in ether")
    for one in held:
        position = one.closed.position
        yield f"{name(one.closed.symbol or short(position.pair))} since {at(position.opened_ms)}"
        yield f"  cost {ether(position.cost_wei)}, {_worth(one)}"


def pnl_lines(report: Worth) -> Iterator[str]:
    yield bold(f"Profit and loss of {report.bot}, in ether, gas included")
    yield f"realised today {ether(report.today_wei, signed=True)}"
    yield f"realised ever {ether(report.realised_wei, signed=True)}"
    yield f"gas paid {ether(report.gas_wei)}"
    yield f"{report.trades} positions closed, {report.won} with a gain"
    if report.holdings:
        yield f"open: {len(report.holdings)}, gain if sold {ether(report.open_wei, signed=True)}"
    if report.unvalued:
        yield f"{report.unvalued} of them not valued since they opened: not in that sum"


def why_lines(found: Explanation) -> Iterator[str]:
    decision, inputs = found.bundle.decision, found.bundle.inputs
    market = inputs.detection.market
    yield f"{bold(decision.kind)} {name(market.symbol or market.pair)}: {name(decision.reason)}"
    yield sentence(decision.detail)
    yield f"seen {at(inputs.now_ms)} UTC at block {inputs.world.block.number}"
    for check in decision.checks:
        if check.ok is not True:
            word = "unknown" if check.ok is None else "FAIL"
            yield f"{word} {name(check.code)}: {sentence(check.actual)}, limit {sentence(check.limit)}"
    passed = [check.code for check in decision.checks if check.ok is True][:PASSED_MAX]
    yield f"passed: {sentence(', '.join(passed)) or 'nothing'}"
    yield f"score {decision.score}, {decision.passes} signals passed"
    for story in found.orders:
        order = story.order
        yield f"order {name(order.id)} {order.intent.side} {order.state} {sentence(order.code)}"
    yield f"pair {name(market.pair)}"
    yield f"bundle <code>{found.bundle_id}</code>"


def switched_lines(report: KillReport) -> Iterator[str]:
    """As the command line says it."""
    moved = f"kill switch: {report.was.name} -> {report.level.name}"
    yield f"{bold(moved)}, by {sentence(report.who)}: {sentence(report.why)}"
    yield f"for: {sentence(report.scope.told())}"
    yield f"that means: {sentence(report.consequence)}"
    yield f"now: {sentence(permission_line(report.permission))}"


def trouble_lines(error: BotError) -> Iterator[str]:
    yield f"{name(error.code)}: {sentence(error.say or 'see the runbook')}"
    yield "nothing was changed; the runbook has a heading for this code"


def _worth(one: Holding) -> str:
    if one.value_wei is None:
        return "not valued yet"
    return (
        f"worth {ether(one.value_wei)} ({ether(one.gain_wei, signed=True)}) at {at(one.valued_ms)}"
    )


def _findings(findings: Sequence[Finding]) -> Iterator[str]:
    for one in findings:
        yield f"{one.state} {name(one.code)} since {at(one.since_ms)}: {sentence(one.evidence)}"
