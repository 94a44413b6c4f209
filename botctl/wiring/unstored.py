"""Telling of a database that cannot be used: straight to the channels, since no outbox can be written.

A file beside the database remembers when that was last told. It is no outbox: what does not get out is
told again by the next command that fails.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from botctl.core.alerting.codes import Tier, guide, runbook
from botctl.core.alerting.text import TIERS
from botctl.core.errors import BotError
from botctl.core.text import redacted
from botctl.ports.alerts import Letter, Notifier, Taken
from botctl.wiring import clock_of
from botctl.wiring.channels import notifiers
from botctl.wiring.setup import Setup

MARK: Final = "alerts-unstored"
OURS: Final = ("ERR_DB_", "ERR_SCHEMA_")
MS: Final = 1_000
NS: Final = 1_000_000


@contextmanager
def told_without_store(setup: Setup) -> Iterator[None]:
    """What is raised goes on its way."""
    try:
        yield
    except BotError as error:
        if str(error.code).startswith(OURS):
            _cry(setup, error)
        raise


def _cry(setup: Setup, error: BotError) -> None:
    alerts, now_ms, mark = setup.config.alerts, clock_of(setup.config).now_ms(), _mark(setup)
    pause_s = max(alerts.remind_urgent_s, alerts.window_s // alerts.window_max)
    with suppress(OSError):
        if 0 <= now_ms - mark.stat().st_mtime_ns // NS < pause_s * MS:
            return
    said = guide(error.code)
    lines = (
        f"[{TIERS[Tier.URGENT]}] {error.code} ({setup.config.bot.name})",
        "The database cannot be used, so nothing is entered and no alert can be stored.",
        f"evidence: {redacted(str(error))}",
        f"do: {said.do}",
        f"runbook: {runbook(error.code)}",
    )
    if _post(setup, str(error.code), "raised", lines, now_ms):
        _snapshot(setup, str(error.code))
        with suppress(OSError):  # a full disk: an empty file may still be made, or its time moved
            mark.touch(mode=0o600)
            os.utime(mark, ns=(now_ms * NS, now_ms * NS))


def _snapshot(setup: Setup, why: str) -> None:
    from botctl.wiring.snapshots import take  # noqa: PLC0415  for rare moments

    try:
        take(setup, why)
    except BotError as error:
        setup.log.error("snapshot not taken", code=error.code, why=str(error))  # noqa: TRY400


def hush(setup: Setup) -> None:
    """Storage works: said once, if it was told that it did not."""
    mark = _mark(setup)
    if not mark.exists():
        return
    now_ms = clock_of(setup.config).now_ms()
    lines = (f"[{TIERS[Tier.URGENT]}] RESOLVED: the database works again",)
    _post(setup, "ERR_DB", "resolved", lines, now_ms)
    with suppress(OSError):
        mark.unlink()


def _post(setup: Setup, code: str, saying: str, lines: tuple[str, ...], now_ms: int) -> bool:
    """Whether any channel took it."""
    facts = {"bot": setup.config.bot.name, "code": code, "tier": 1, "saying": saying}
    letter = Letter(
        id=now_ms,
        channel="",
        key=f"storage|{code}|",
        saying=saying,
        text="\n".join(lines),
        facts=json.dumps(facts),
        made_ms=now_ms,
    )
    ways = notifiers(setup.config, setup.log, clock_of(setup.config))
    share_ms = setup.config.alerts.deadline_ms // len(ways)
    taken = [_is_sent(setup, way, letter, share_ms) for way in ways]
    return any(taken)


def _is_sent(setup: Setup, way: Notifier, letter: Letter, timeout_ms: int) -> bool:
    answer = way.send(letter, timeout_ms=timeout_ms)
    if answer.taken is not Taken.SENT:
        setup.log.warning("alert not taken", channel=way.channel, said=answer.said)
    return answer.taken is Taken.SENT


def _mark(setup: Setup) -> Path:
    return Path(setup.config.storage.state_dir) / MARK
