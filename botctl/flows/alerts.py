"""tell: what is wrong becomes alerts, alerts become letters on disk, and letters leave, best effort.

Called when a command of the loop has ended, and every minute. It never raises into the loop: what fails
here is logged, recorded, and tried again by the next telling.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from botctl.core.alerting.found import findings, of_failure, origin_of
from botctl.core.alerting.rules import ONLY_HEALTH, raise_and_resolve
from botctl.core.alerting.text import facts_of, lines_of
from botctl.core.alerting.values import Alert, AlertFinding, Notice
from botctl.core.codes import Code
from botctl.core.errors import BotError
from botctl.core.health import HealthCode
from botctl.flows.letters import Posted, post
from botctl.flows.permit import Look, Watch, look
from botctl.ports.alerts import Letter, Taken
from botctl.ports.desk import AlertDesk

PULSE = "deadman"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command of the loop ended; `alive`: it was a whole cycle, worth a pulse."""

    command: str
    failure: BotError | None = None
    alive: bool = False


@dataclass(frozen=True, slots=True)
class TellReport:
    """What one telling did. `failed`: the code of what kept it from its work, or empty."""

    said: tuple[str, ...] = ()
    posted: tuple[Posted, ...] = ()
    snapshots: tuple[str, ...] = ()
    pulse: str = ""
    failed: str = ""


def tell(desk: AlertDesk, watch: Watch, ended: Ended | None = None) -> TellReport:
    """Never raises: whoever calls it has trades to look after."""
    try:
        return _told(desk, watch, ended)
    except BotError as error:
        # No traceback: it could hold secrets.
        desk.log.error("alerts not told", code=error.code, why=str(error))  # noqa: TRY400
        return TellReport(failed=str(error.code))
    except Exception as error:  # noqa: BLE001  a mistake in telling must not end the loop
        kind = type(error).__name__
        desk.log.error("alerts not told", code=Code.ERR_PROMISE_BROKEN, type=kind)  # noqa: TRY400
        return TellReport(failed=str(Code.ERR_PROMISE_BROKEN))


def _told(desk: AlertDesk, watch: Watch, ended: Ended | None) -> TellReport:
    _remember_settings(desk)
    seen = look(watch)
    notices, urgent = _recorded(desk, seen, ended)
    posted = post(desk)
    snapshots = tuple(_snapshots(desk, urgent))
    pulse = _beat(desk, watch) if ended and ended.alive and ended.failure is None else ""
    report = TellReport(
        said=tuple(f"{notice.saying} {notice.alert.code}" for notice in notices),
        posted=posted,
        snapshots=snapshots,
        pulse=pulse,
    )
    if notices or posted:
        facts = {"said": report.said, "posted": len(posted)}
        desk.log.info("alerts told", **facts)
    return report


def _recorded(
    desk: AlertDesk, seen: Look, ended: Ended | None
) -> tuple[tuple[Notice, ...], tuple[Alert, ...]]:
    """Alerts and their letters, in one transaction; nothing when another teller was first."""
    now_ms = seen.now_ms
    found, judged = list(_found(desk, seen, ended)), ONLY_HEALTH
    if ended is not None:
        judged |= {origin_of(ended.command)}
    changes = raise_and_resolve(desk.store.alerts(), found, now_ms, desk.plan.policy, judged=judged)
    letters = [
        _letter(desk, notice, channel) for notice in changes.to_send for channel in desk.channels
    ]
    if changes.to_store and not desk.store.record_alerts(changes.to_store, letters):
        return (), ()
    return changes.to_send, changes.snapshots


def _found(desk: AlertDesk, seen: Look, ended: Ended | None) -> Iterator[AlertFinding]:
    latest = desk.store.latest()
    cycle_id = latest.cycle_id if latest else ""
    yield from findings(seen.health.findings, seen.sources, cycle_id)
    if ended is not None and ended.failure is not None:
        failed = of_failure(ended.failure, ended.command, cycle_id)
        yield from () if failed is None else (failed,)


def _letter(desk: AlertDesk, notice: Notice, channel: str) -> Letter:
    return Letter(
        id=0,
        channel=channel,
        key=notice.alert.key,
        saying=notice.saying,
        text="\n".join(lines_of(notice, desk.bot, desk.plan.link)),
        facts=json.dumps(facts_of(notice, desk.bot)),
        made_ms=notice.at_ms,
        next_ms=notice.at_ms,
    )


def _snapshots(desk: AlertDesk, urgent: tuple[Alert, ...]) -> Iterator[str]:
    """One for all that became urgent at once."""
    if not urgent:
        return
    why = ", ".join(alert.key for alert in urgent)
    try:
        yield desk.snapshot(why, urgent[0].cycle_id)
    except BotError as error:
        desk.log.error("snapshot not taken", code=error.code, why=str(error))  # noqa: TRY400


def _beat(desk: AlertDesk, watch: Watch) -> str:
    """Withheld while alerts do not get out: then the alerter is as good as dead."""
    if desk.pulse is None:
        return ""
    now_ms = desk.clock.now_ms()
    last = next((s.ok_ms for s in desk.store.channels() if s.channel == PULSE), None)
    if last is not None and 0 <= now_ms - last < desk.plan.beat_ms:
        return ""
    if any(one.code is HealthCode.HEALTH_ALERTS_UNSENT for one in look(watch).health.findings):
        return "withheld: alerts do not get out"
    answer = desk.pulse().beat(timeout_ms=desk.plan.deadline_ms)
    ok = answer.taken is Taken.SENT
    desk.store.note_channel(PULSE, now_ms=now_ms, ok=ok, said=answer.said)
    if not ok:
        desk.log.warning("pulse not taken", said=answer.said)
    return answer.said


def _remember_settings(desk: AlertDesk) -> None:
    """So that a later preflight can say what changed since a decision."""
    known = desk.release.config_hash
    if desk.store.settings_of(known) is None:
        desk.store.remember_settings(known, desk.settings, desk.clock.now_ms())
