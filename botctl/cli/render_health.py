"""How health reads: the state, what it rests on, and what it was before."""

from collections.abc import Iterable, Iterator
from typing import Final

from botctl.cli.permission_text import permission_line
from botctl.cli.show import age, at, short
from botctl.cli.terminal import GREEN, RED, YELLOW, bold, painted
from botctl.core.codes import Code
from botctl.core.errors import BotError
from botctl.core.health import Finding, HealthState
from botctl.core.text import redacted
from botctl.flows.status import HealthReport, without_store
from botctl.wiring.setup import wall_clock

STYLES: Final = {
    HealthState.HEALTHY: GREEN,
    HealthState.DEGRADED: YELLOW,
    HealthState.EXITS_ONLY: YELLOW,
    HealthState.HALTED: RED,
}
STORAGE: Final = frozenset(
    {
        Code.ERR_DB_UNREACHABLE,
        Code.ERR_DB_UNWRITABLE,
        Code.ERR_DB_LOCKED,
        Code.ERR_DB_CORRUPT,
        Code.ERR_SCHEMA_NEWER,
        Code.ERR_SCHEMA_OLDER,
    }
)


def instead_of_store(error: BotError) -> HealthReport:
    """Raises what is no trouble of the database again."""
    if error.code not in STORAGE:
        raise error
    told = BotError(error.code, redacted(error.say))
    return without_store(told, wall_clock().now_ms())


def health_lines(report: HealthReport) -> Iterator[str]:
    state = painted(report.state, STYLES[report.state])
    yield f"{state}, {permission_line(report.permission)}"
    if report.cycle_age_ms is not None:
        yield f"last cycle {age(report.cycle_age_ms)} ago"
    yield from finding_lines(report.findings)
    yield from (
        f"  breaker {b.name} is {b.state} since {at(b.since_ms)}: {b.why}" for b in report.breakers
    )
    yield from (
        f"  paused: {short(p.scope) if p.scope else 'everything'} until {at(p.until_ms)}:"
        f" {p.reason} ({p.who})"
        for p in report.pauses
    )
    if report.transitions:
        yield bold("Before")
        for row in report.transitions:
            codes = ", ".join(finding.code for finding in row.findings)
            yield f"  {at(row.at_ms)}  {row.was} -> {row.now}  {codes}"


def finding_lines(findings: Iterable[Finding]) -> Iterator[str]:
    """Worst first; the code is the heading in runbooks/health.md."""
    for one in findings:
        state = painted(one.state, STYLES[one.state])
        yield f"  {state} {one.code} (tier {one.tier}, since {at(one.since_ms)}): {one.evidence}"
