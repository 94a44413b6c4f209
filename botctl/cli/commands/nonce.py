"""What our counter says beside what the chain says, and the repairs that are safe."""

from collections.abc import Iterator
from typing import Annotated

import typer

from botctl.cli.frame import busy, finish, opened
from botctl.cli.options import AsJson, ConfigPath, Live
from botctl.cli.show import at
from botctl.cli.tables import pairs, table
from botctl.cli.terminal import GREEN, RED, painted
from botctl.core.nonces import Finding
from botctl.flows.nonces import NonceReport, nonce_status
from botctl.flows.tend import nonce_repair

Yes = Annotated[bool, typer.Option("--yes", help="Do what the dry run proposes.")]

MEANING = {
    Finding.LAGGING: "the node is behind what we have seen buried: ask again, or another node;"
    " after a deep reorganisation see ERR_REORG_DEEP in the runbook",
    Finding.FOREIGN_MINED: "somebody else used the key: find out who before you lift anything",
    Finding.FOREIGN_PENDING: "somebody else's transaction waits in the pool under our key",
    Finding.GAP: "nobody uses these: nothing above them can mine until no-ops fill them",
    Finding.DRIFT: "our counter is above every transaction of ours",
}


def status(
    ctx: typer.Context,
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """Exit status 1: something wants a repair, or a person.

    Example: botctl nonce status
    """
    with opened(ctx) as rt:
        report = nonce_status(rt)
    finish(ctx, report, status_lines, 1 if report.diagnosis.troubles else 0)


def repair(
    ctx: typer.Context,
    yes: Yes = False,
    live: Live = False,  # noqa: ARG001  read through the context
    config: ConfigPath = None,  # noqa: ARG001
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """Shows the repairs; --yes does them, and lifts the stop once nothing foreign is left unexplained.

    Exit status 1: something is left that wants a person, or `botctl reconcile` first.

    Example: botctl nonce repair
    Example: botctl nonce repair --yes
    """
    with opened(ctx) as rt, rt.only_one("nonce repair") as ours:
        if not ours:
            busy(ctx, "nonce repair")
        report = nonce_repair(rt, apply=yes)
    lines = repaired_lines if yes else dry_lines
    finish(ctx, report, lines, 1 if report.diagnosis.troubles else 0)


def status_lines(report: NonceReport) -> Iterator[str]:
    yield f"wallet {report.wallet}"
    counts = [(c.provider, str(c.mined), str(c.pending)) for c in report.counts]
    yield from table(("node", "mined", "with pool"), counts)
    row = report.row
    if row is None or report.view is None:
        yield "this wallet has never signed through this database"
        return
    held = f"{row.holder} until {at(row.until_ms)}" if row.holder else "nobody"
    yield from pairs(
        [("next nonce", str(row.next)), ("lease", held), ("lease token", str(row.fence))]
    )
    slots = [(str(s.nonce), s.state, s.bot, s.order_id) for s in report.view.slots]
    if slots:
        yield from table(("nonce", "state", "bot", "order"), slots)
    yield from _trouble_lines(report)


def _trouble_lines(report: NonceReport) -> Iterator[str]:
    if not report.diagnosis.troubles:
        yield painted("every nonce is explained", GREEN)
    for t in report.diagnosis.troubles:
        span = str(t.first) if t.first == t.last else f"{t.first}..{t.last}"
        yield painted(f"{t.finding} at {span}: {MEANING[t.finding]}", RED)


def dry_lines(report: NonceReport) -> Iterator[str]:
    yield from status_lines(report)
    for each in report.diagnosis.repairs:
        yield f"would {each.remedy}: {each.nonce}"
    if report.diagnosis.repairs:
        yield "a dry run: `botctl nonce repair --yes` does it"


def repaired_lines(report: NonceReport) -> Iterator[str]:
    yield from (f"did {each.remedy}: {each.nonce}" for each in report.applied)
    yield from status_lines(report)
