from collections.abc import Iterator
from typing import Annotated

import typer

from botctl.cli.frame import finish, opened_settings
from botctl.cli.options import AsJson, ConfigPath
from botctl.cli.show import at
from botctl.cli.tables import pairs, table
from botctl.cli.terminal import GREEN, RED, YELLOW, painted
from botctl.wiring.upgrades import UpgradeCheck, upgrade_check

MB = 1_000_000
Try = Annotated[
    bool,
    typer.Option("--try", help="Run the migrations and take them back: proves and times them."),
]


def command(
    ctx: typer.Context,
    try_: Try = False,
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """What `botctl db upgrade` of this version would do here; changes nothing.

    Exit status 1: something has to be done first. 78: this botctl is older than the database or the
    settings; it says the way back.

    Example: botctl upgrade-check
    Example: botctl upgrade-check --try --json
    """
    with opened_settings(ctx) as setup:
        report = upgrade_check(setup, tries=try_)
    finish(ctx, report, _lines, 1 if report.obstacles else 0)


def _lines(report: UpgradeCheck) -> Iterator[str]:
    seen = report.seen
    schema, settings = seen.schema, seen.settings
    yield from pairs(
        [
            (
                "build",
                f"{seen.build}; the newest decision is by {seen.decided_build or 'none yet'}",
            ),
            ("database", f"{schema.database}, {schema.bytes // MB} MB"),
            ("schema", f"{schema.revision or 'none yet'} -> {schema.ours}"),
            (
                "backup before it",
                f"at most {report.backup_bytes_max // MB} MB in {seen.backups_dir}",
            ),
            ("room there", f"{seen.free_bytes // MB} MB"),
            ("settings", f"version {settings.version} -> {settings.ours}: {settings.path}"),
            ("rules", _rules(report)),
            ("at work", ", ".join(seen.at_work) or "nothing"),
        ]
    )
    if schema.tried_ms is not None:
        yield painted(f"the migrations ran in {schema.tried_ms} ms and were taken back", GREEN)
    if schema.pending:
        yield ""
        yield from table(
            ("migration", "what"), [(each.revision, each.what) for each in schema.pending]
        )
        rows = [(each.table, str(each.rows)) for each in schema.tables if each.rows]
        yield from table(("copied into the backup", "rows"), rows, right=frozenset({1}))
    yield from (painted(f"note: {note}", YELLOW) for note in report.notices)
    yield from (painted(f"first: {each}", RED) for each in report.obstacles)
    if not report.obstacles:
        yield painted(_verdict(report), GREEN)


def _rules(report: UpgradeCheck) -> str:
    rules = report.seen.schema.rules
    if rules.since_ms is None:
        return f"version {rules.ours}; none of the stored decisions is by it"
    return f"version {rules.ours}; decisions since {at(rules.since_ms)} can be replayed"


def _verdict(report: UpgradeCheck) -> str:
    if report.seen.schema.pending:
        return "nothing stands in the way: `botctl db upgrade`"
    return "there is nothing to upgrade"
