"""alerts test: one message to each channel, past the outbox, and what each of them said."""

import json
from dataclasses import dataclass

from botctl.core.alerting.codes import AlertCode, Tier, guide, runbook
from botctl.core.alerting.text import facts_of, lines_of
from botctl.core.alerting.values import Alert, Notice, Saying
from botctl.ports.alerts import Delivery, Letter, Taken
from botctl.ports.desk import AlertDesk


@dataclass(frozen=True, slots=True)
class Heard:
    channel: str
    taken: Taken
    said: str

    @property
    def ok(self) -> bool:
        return self.taken is Taken.SENT


def alert_test(desk: AlertDesk, why: str) -> tuple[Heard, ...]:
    """Each channel has the whole deadline: a person waits for the answer."""
    letter = _letter(desk, why)
    return tuple(
        _heard(way.channel, way.send(letter, timeout_ms=desk.plan.deadline_ms))
        for way in desk.notifiers()
    )


def _heard(channel: str, answer: Delivery) -> Heard:
    return Heard(channel, answer.taken, answer.said)


def _letter(desk: AlertDesk, why: str) -> Letter:
    now_ms, said = desk.clock.now_ms(), guide(AlertCode.ALERT_TEST)
    alert = Alert(
        key=f"test|{AlertCode.ALERT_TEST}|",
        code=AlertCode.ALERT_TEST,
        tier=Tier.FYI,
        origin="test",
        subject="",
        evidence=why,
        cycle_id="",
        what=said.means,
        action=said.do,
        runbook=runbook(AlertCode.ALERT_TEST),
        first_ms=now_ms,
        last_ms=now_ms,
    )
    notice = Notice(alert, Saying.RAISED, now_ms)
    return Letter(
        id=now_ms,
        channel="",
        key=alert.key,
        saying=notice.saying,
        text="\n".join(lines_of(notice, desk.bot, desk.plan.link)),
        facts=json.dumps(facts_of(notice, desk.bot)),
        made_ms=now_ms,
    )
