"""Alerts: what is wrong, what was told of it, and whether it arrives."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

import typer

from botctl.cli.frame import finish, opened_settings
from botctl.cli.options import AsJson, ConfigPath, Limit
from botctl.cli.show import age, at
from botctl.cli.tables import Cell, table
from botctl.cli.terminal import GREEN, RED, YELLOW
from botctl.core.alerting.codes import Tier
from botctl.core.alerting.values import Alert
from botctl.faces.reports import AlertsReport, worst_first
from botctl.flows.alert_test import Heard, alert_test
from botctl.flows.alerts import TellReport, tell
from botctl.flows.observe import observe_quietly
from botctl.ports.alerts import ChannelState, Letter
from botctl.wiring.alerts import opened_desk

STYLES = {Tier.URGENT: RED, Tier.SOON: YELLOW, Tier.FYI: ""}

All = Annotated[bool, typer.Option("--all", help="Those that are over, too.")]


@dataclass(frozen=True, slots=True)
class TriedReport:
    channels: tuple[Heard, ...]


def command(
    ctx: typer.Context,
    all_: All = False,
    limit: Limit = 20,
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """The worst first, then the newest messages and how each channel does.

    Example: botctl alerts
    Example: botctl alerts --all --json
    """
    with opened_settings(ctx) as setup, opened_desk(setup) as (desk, _):
        report = AlertsReport(
            alerts=worst_first(desk.store.alerts(), with_over=all_, most=limit),
            channels=desk.store.channels(),
            letters=desk.store.recent_letters(limit),
            now_ms=desk.clock.now_ms(),
        )
    finish(ctx, report, _listed)


def try_out(
    ctx: typer.Context,
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """Exit status 1 when a channel did not take it.

    Example: botctl alerts test
    """
    with opened_settings(ctx) as setup, opened_desk(setup) as (desk, _):
        report = TriedReport(alert_test(desk, "botctl alerts test"))
    finish(ctx, report, _tried, 0 if all(heard.ok for heard in report.channels) else 1)


def send(
    ctx: typer.Context,
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """Looks at the books, raises and resolves, and sends what waits. Every command of the loop does
    the same when it ends; the timetable does it every minute, so that silence is noticed too.

    Example: botctl alerts send
    """
    with opened_settings(ctx) as setup, opened_desk(setup) as (desk, watch):
        observe_quietly(watch, setup.log)
        report = tell(desk, watch)
    finish(ctx, report, _told, 1 if report.failed else 0)


def _listed(report: AlertsReport) -> Iterator[str]:
    if report.alerts:
        rows = [_row(alert, report.now_ms) for alert in report.alerts]
        yield from table(("tier", "alert", "about", "since", "state", "evidence"), rows)
    else:
        yield "no alert is raised; `botctl alerts --all` shows those that are over"
    if report.channels:
        yield ""
        states = [_channel(state) for state in report.channels]
        yield from table(("channel", "last taken", "waiting", "last answer"), states)
    if report.letters:
        yield ""
        headers = ("at", "channel", "said", "about", "tries", "state")
        yield from table(headers, [_letter(letter) for letter in report.letters])


def _row(alert: Alert, now_ms: int) -> tuple[str | Cell, ...]:
    state = "raised" if alert.active else f"over {at(alert.resolved_ms)}"
    since = age(now_ms - alert.first_ms)
    tier = Cell(str(int(alert.tier)), STYLES[alert.tier])
    return tier, alert.code, alert.subject or alert.origin, since, state, alert.evidence


def _channel(state: ChannelState) -> tuple[str, ...]:
    return state.channel, at(state.ok_ms), str(state.waiting), state.said


def _letter(letter: Letter) -> tuple[str | Cell, ...]:
    if letter.sent_ms is not None:
        state = Cell(f"sent {at(letter.sent_ms)}", GREEN)
    elif letter.gave_up_ms is not None:
        state = Cell(f"given up: {letter.said}", RED)
    else:
        state = Cell(f"waits: {letter.said}", YELLOW)
    about = letter.key.split("|")[1]
    return at(letter.made_ms), letter.channel, letter.saying, about, str(letter.tries), state


def _tried(report: TriedReport) -> Iterator[str]:
    rows = [
        (heard.channel, Cell(heard.taken, GREEN if heard.ok else RED), heard.said)
        for heard in report.channels
    ]
    yield from table(("channel", "result", "answer"), rows)


def _told(report: TellReport) -> Iterator[str]:
    if report.failed:
        yield f"nothing could be told: {report.failed}"
        return
    yield f"new: {', '.join(report.said) or 'nothing'}"
    yield from (f"{p.channel}: {p.saying} {p.key} {p.taken} ({p.said})" for p in report.posted)
    yield from (f"snapshot: {path}" for path in report.snapshots)
