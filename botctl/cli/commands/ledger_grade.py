from collections.abc import Iterator
from typing import Annotated, Final

import typer

from botctl.cli.filters import wanted
from botctl.cli.frame import finish, opened_books
from botctl.cli.options import AsJson, ConfigPath, Reasons
from botctl.cli.show import age, at
from botctl.cli.tables import Cell, table
from botctl.cli.terminal import GREEN, RED, YELLOW
from botctl.core.grades import Grade, Horizon, Verdict
from botctl.core.shares import Share
from botctl.flows.grade import GradeReport, grade

PERCENT_BPS: Final = 100
MS: Final = 1_000
HEADERS: Final = (
    "decision", "reason", "decided", "followed", "after", "seen", "change %", "rugged %", "ran %",
    "verdict",
)  # fmt: skip
NUMBERS: Final = frozenset(range(2, 9))
STYLES: Final = {
    Verdict.SAVES: GREEN,
    Verdict.EARNS: GREEN,
    Verdict.COSTS: RED,
    Verdict.TOO_FEW: YELLOW,
}
Since = Annotated[
    str, typer.Option("--since", help='Decisions not before: "2h", "3d" ago, or an ISO time.')
]
Line = tuple[str | Cell, ...]


def command(
    ctx: typer.Context,
    reason: Reasons = None,
    since: Since = "7d",
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """What each filter refused, and what became of it: does refusing save money, or cost it?

    Change: lower quartile, median and upper quartile of what buying then and selling later would
    have brought, after tax, fee and impact. Shares with their 95 % interval, which counts the
    looks at one market as one. A reason saves money when it refused what was rugged, and costs
    money when it refused what ran, more often than everything that was followed: the whole
    interval above that base rate, at the longest age with enough looks ([grade] in the settings).

    Example: botctl ledger grade --since 7d
    Example: botctl ledger grade --reason SCORE_LOW --json
    """
    with opened_books(ctx) as books:
        asked = wanted(reasons=reason, since=since, now_ms=books.clock.now_ms(), limit=None)
        since_ms = asked.since_ms or 0
        rules = books.config.grade
        report = grade(books.store, rules, since_ms=since_ms, reasons=tuple(asked.reasons))
    finish(ctx, report, lines)


def lines(report: GradeReport) -> Iterator[str]:
    if not report.grades:
        yield f"nothing that was decided since {at(report.since_ms)} is followed"
        return
    rows = [row for one in report.grades for row in _rows(one)]
    base = [("all", "", "", "", *_numbers(one), "") for one in report.base]
    yield from table(HEADERS, [*rows, *base], right=NUMBERS)


def _rows(one: Grade) -> Iterator[Line]:
    """A line each horizon; the verdict stands beside the one it was found at."""
    for index, horizon in enumerate(one.horizons):
        said = one.judged_at_s or one.horizons[0].horizon_s
        verdict = (
            Cell(one.verdict, STYLES.get(one.verdict, "")) if said == horizon.horizon_s else ""
        )
        named = (one.kind, one.reason, str(one.decided), str(one.followed))
        yield (*(("",) * 4 if index else named), *_numbers(horizon), verdict)


def _numbers(horizon: Horizon) -> tuple[str, ...]:
    changes = (horizon.change_low_bps, horizon.change_median_bps, horizon.change_high_bps)
    return (
        age(horizon.horizon_s * MS),
        str(horizon.seen),
        "/".join(f"{change // PERCENT_BPS:+d}" for change in changes if change is not None) or "-",
        _share(horizon.rugged_share),
        _share(horizon.ran_share),
    )


def _share(told: Share | None) -> str:
    """Whole percents, the interval rounded outwards."""
    if told is None:
        return "-"
    low, high = told.low_bps // PERCENT_BPS, -(-told.high_bps // PERCENT_BPS)
    return f"{told.bps // PERCENT_BPS} ({low}-{high})"
