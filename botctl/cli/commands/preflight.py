"""Before a start: everything that must be right, each with its fix."""

from collections.abc import Iterator
from typing import Annotated, Final

import typer

from botctl.cli.frame import finish, opened_settings
from botctl.cli.options import AsJson, ConfigPath, Live
from botctl.cli.tables import Cell, table
from botctl.cli.terminal import DIM, GREEN, RED, YELLOW
from botctl.core.codes import Code
from botctl.core.errors import UsageError
from botctl.core.facts import Mode
from botctl.core.preflight.values import Grade
from botctl.flows.preflight import PreflightReport
from botctl.wiring.preflight import flags_of, run_preflight

STYLES: Final = {Grade.OK: GREEN, Grade.WARN: YELLOW, Grade.FAIL: RED, Grade.SKIPPED: DIM}

WarnOnly = Annotated[
    bool, typer.Option("--warn-only", help="Failures only warn; for live say why with --why.")
]
Skip = Annotated[
    bool, typer.Option("--skip-remote", help="Ask no node and no channel; live stays closed.")
]
Force = Annotated[bool, typer.Option("--force-remote", help="Ask them, whatever the settings say.")]
Why = Annotated[str, typer.Option("--why", help="The reason for --warn-only, kept for ever.")]


def command(  # noqa: PLR0913, PLR0917  each is an option
    ctx: typer.Context,
    warn_only: WarnOnly = False,
    skip_remote: Skip = False,
    force_remote: Force = False,
    why: Why = "",
    live: Live = False,
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """Live enters only after one has passed under the same settings and build; exits never wait for it.
    Each flag is a setting too: preflight.warn_only, or BOTCTL_PREFLIGHT__WARN_ONLY=true.

    Exit status 78: a person must mend settings, key or schema; 1: another check failed; 75: only a
    far side did not answer.

    Example: botctl preflight
    Example: botctl preflight --warn-only --why "node vendor has an incident"
    """
    with opened_settings(ctx) as setup:
        if warn_only and setup.config.bot.mode is Mode.LIVE and not why.strip():
            raise UsageError(Code.ERR_USAGE, "--warn-only opens live: say why with --why")
        flags = flags_of(setup, warn_only=warn_only, skip=skip_remote, force=force_remote, why=why)
        report = run_preflight(setup, flags, live_switch=live)
    finish(ctx, report, _lines, report.exit_status)


def _lines(report: PreflightReport) -> Iterator[str]:
    rows = [(one.code, Cell(one.grade, STYLES[one.grade]), one.evidence) for one in report.checks]
    yield from table(("check", "grade", "what was seen"), rows)
    fixes = [one for one in report.checks if one.fix]
    if fixes:
        yield ""
        yield from (f"{one.code}: {one.fix}" for one in fixes)
    yield ""
    yield _verdict(report)


def _verdict(report: PreflightReport) -> str:
    if not report.recorded:
        return "not all was looked at, so it does not clear live"
    if report.passed:
        return f"passed for settings {report.config_hash[:16]} on build {report.build_sha}"
    if report.warned_only:
        return "failed, and waved through by --warn-only: entries are allowed"
    return "failed: in live mode nothing is entered before it passes"
