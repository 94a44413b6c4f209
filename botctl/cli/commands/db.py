"""Care for the database; none of these opens the store, which refuses what they mend."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from botctl.cli.frame import finish, opened_settings
from botctl.cli.options import AsJson, ConfigPath
from botctl.cli.progress import working
from botctl.cli.show import at
from botctl.cli.tables import table
from botctl.wiring import backups, upkeep
from botctl.wiring.backups import BackupDone, KeptBackup
from botctl.wiring.upkeep import CheckReport, RestoreReport, UpgradeReport


@dataclass(frozen=True, slots=True)
class BackupsReport:
    backups: tuple[KeptBackup, ...]


To = Annotated[
    Path | None,
    typer.Option("--to", help="The folder; default: storage.backups_dir.", show_default=False),
]
Verify = Annotated[
    bool | None,
    typer.Option(
        "--verify/--no-verify",
        help="Restore it into a scratch database first; default: backup.verify.",
        show_default=False,
    ),
]
File = Annotated[
    str, typer.Argument(help="A file, or s3:NAME as `botctl db backups` tells.", metavar="FILE")
]


def upgrade(
    ctx: typer.Context,
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """Writes a backup, says where, then brings the schema up to date, all at once or not at all.

    Example: botctl db upgrade
    """
    with opened_settings(ctx) as setup, working("backing up and upgrading"):
        report = upkeep.upgrade(setup.config)
        if report.was != report.now:
            setup.log.info("schema upgraded", was=report.was, now=report.now, backup=report.backup)
    finish(ctx, report, _upgraded)


def check(
    ctx: typer.Context,
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """Verifies file, schema and every link of the journal; exit status 1 when something is wrong.

    Example: botctl db check --json
    """
    with opened_settings(ctx) as setup, working("checking every row"):
        report = upkeep.check(setup.config)
    finish(ctx, report, _checked, exit_code=1 if report.problems else 0)


def backup(
    ctx: typer.Context,
    to: To = None,
    verify: Verify = None,
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """One file with everything at one moment; the bot may go on running.

    It gets its name once a scratch database restored from it has the same rows and the same journal.
    Without --to, old ones are deleted by backup.keep_*, and the storage of backup.s3_* gets a copy.

    Example: botctl db backup
    Example: botctl db backup --to /mnt/safe
    """
    with opened_settings(ctx) as setup, working("rows written") as tick:
        report = backups.backup(setup.config, to, verify=verify, tick=tick)
    finish(ctx, report, _backed_up)


def listed(
    ctx: typer.Context,
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """Those in storage.backups_dir and those in the storage, newest first.

    Example: botctl db backups
    """
    with opened_settings(ctx) as setup:
        report = BackupsReport(backups.listed(setup.config))
    finish(ctx, report, _listed)


def restore(
    ctx: typer.Context,
    file: File,
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """Into an empty database, SQLite or PostgreSQL alike; the file is verified before it is used.

    Example: botctl db restore state/backups/botctl-20260102T030405.000Z.zip
    Example: botctl db restore s3:botctl-20260102T030405.000Z.zip
    """
    with opened_settings(ctx) as setup, working("rows restored") as tick:
        with backups.fetched(setup.config, file) as path:
            report = upkeep.restore(setup.config, path, tick)
        setup.log.warning("database restored", rows=report.rows, file=file)
    finish(ctx, report, _restored)


def _upgraded(report: UpgradeReport) -> Iterator[str]:
    if report.was == report.now:
        yield f"the schema is {report.now} already: {report.database}"
        return
    if report.backup is not None:
        yield f"backup: {report.backup}"
    yield f"schema: {report.was or 'none'} -> {report.now}: {report.database}"


def _checked(report: CheckReport) -> Iterator[str]:
    yield from (f"PROBLEM: {problem}" for problem in report.problems)
    found = len(report.problems)
    verdict = "sound" if not found else f"{found} problem{'s' if found > 1 else ''}"
    yield (
        f"{verdict}: schema {report.revision}, {sum(table.rows for table in report.tables)} rows,"
        f" {report.entries} journal entries verified: {report.database}"
    )


def _backed_up(report: BackupDone) -> Iterator[str]:
    proven = ", proven by restoring it" if report.verified else ""
    yield f"wrote {report.rows} rows of schema {report.revision} to {report.path}{proven}"
    if report.sent:
        yield f"sent to {report.sent}, and read back"
    if report.pruned:
        yield f"deleted {len(report.pruned)} older: {', '.join(report.pruned)}"


def _listed(report: BackupsReport) -> Iterator[str]:
    if not report.backups:
        yield "there is no backup yet: `botctl db backup` makes one"
        return
    rows = [(one.name, one.place, at(one.made_ms), str(one.size)) for one in report.backups]
    yield from table(("backup", "where", "made", "bytes"), rows, right=frozenset({3}))


def _restored(report: RestoreReport) -> Iterator[str]:
    yield (
        f"restored {report.rows} rows, {report.entries} journal entries verified,"
        f" schema {report.revision}: {report.database}"
    )
