from collections.abc import Iterator

import typer

from botctl.cli.frame import busy, finish, opened
from botctl.cli.options import AsJson, ConfigPath, Live
from botctl.flows.follow_up import FollowUpReport, follow_up


def command(
    ctx: typer.Context,
    live: Live = False,  # noqa: ARG001  read through the context
    config: ConfigPath = None,  # noqa: ARG001
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """What was refused or bought is looked at again after five minutes, an hour and a day.

    `botctl ledger grade` tells what came of it. Nothing here decides or trades.

    Example: botctl follow-up
    """
    with opened(ctx) as rt, rt.only_one("follow-up") as ours:
        if not ours:
            busy(ctx, "follow-up")
        report = follow_up(rt)
    finish(ctx, report, lines)


def lines(report: FollowUpReport) -> Iterator[str]:
    yield (
        f"looked again at {report.markets} markets at block {report.block_number} in"
        f" {report.follow_up_ms} ms, {report.round_trips} round trips; {report.seen} looks written,"
        f" {report.missed} came too late"
    )
    if report.more:
        yield "more is due: the next run goes on"
