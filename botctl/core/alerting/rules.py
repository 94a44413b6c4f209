"""Findings and what is known of them -> what to say and what to remember; nothing is said twice.

It compares what is so with what the reader last heard, rather than reacting to edges: however an
alert flaps, the window bounds the messages, and the last of them is true.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from botctl.core.alerting.codes import Tier, guide, runbook
from botctl.core.alerting.values import (
    HEALTH,
    Alert,
    AlertFinding,
    AlertPolicy,
    Changes,
    Notice,
    Saying,
)

ONLY_HEALTH: Final = frozenset({HEALTH})


def raise_and_resolve(
    known: Iterable[Alert],
    findings: Iterable[AlertFinding],
    now_ms: int,
    policy: AlertPolicy,
    *,
    judged: frozenset[str] = ONLY_HEALTH,
) -> Changes:
    """`judged`: the origins that were looked at; an alert of another is neither seen nor gone."""
    before = {alert.key: alert for alert in known}
    found = _worst_of_each(findings)
    stored, said, snapshots = list[Alert](), list[Notice](), list[Alert]()
    for key in sorted({*before, *found}):
        alert = _looked_at(before.get(key), found.get(key), now_ms, judged)
        if _wants_snapshot(before.get(key), alert, now_ms, policy):
            alert = replace(alert, snapshot_ms=now_ms)
            snapshots.append(alert)
        alert, saying = _told(alert, now_ms, policy)
        if saying is not None:
            said.append(Notice(alert, saying, now_ms))
        if alert != before.get(key):
            stored.append(alert)
    said.sort(key=lambda notice: (notice.alert.tier, notice.alert.key))
    return Changes(tuple(said), tuple(stored), tuple(snapshots))


def _worst_of_each(findings: Iterable[AlertFinding]) -> dict[str, AlertFinding]:
    worst: dict[str, AlertFinding] = {}
    for one in findings:
        if one.key not in worst or one.tier < worst[one.key].tier:
            worst[one.key] = one
    return worst


def _looked_at(
    alert: Alert | None, found: AlertFinding | None, now_ms: int, judged: frozenset[str]
) -> Alert:
    if found is None:
        assert alert is not None
        is_over = alert.active and alert.origin in judged
        return replace(alert, resolved_ms=now_ms) if is_over else alert
    if alert is None:
        return _new(found, now_ms)
    seen = replace(
        alert,
        tier=found.tier,
        evidence=found.evidence,
        cycle_id=found.cycle_id or alert.cycle_id,
        last_ms=now_ms,
        times=alert.times + 1,
    )
    if alert.active:
        return seen
    return replace(
        seen,
        first_ms=now_ms,
        times=1,
        resolved_ms=None,
        unheard=alert.unheard + 1,
        reminders=0,
    )


def _new(found: AlertFinding, now_ms: int) -> Alert:
    said = guide(found.code)
    return Alert(
        key=found.key,
        code=found.code,
        tier=found.tier,
        origin=found.origin,
        subject=found.subject,
        evidence=found.evidence,
        cycle_id=found.cycle_id,
        what=said.means,
        action=said.do,
        runbook=runbook(found.code),
        first_ms=now_ms,
        last_ms=now_ms,
        unheard=1,
    )


def _wants_snapshot(before: Alert | None, alert: Alert, now_ms: int, policy: AlertPolicy) -> bool:
    """When it becomes urgent, and then not again for a while, however it flaps."""
    was_urgent = before is not None and before.active and before.tier is Tier.URGENT
    if not alert.active or alert.tier is not Tier.URGENT or was_urgent:
        return False
    return alert.snapshot_ms is None or now_ms - alert.snapshot_ms >= policy.snapshot_ms


def _told(alert: Alert, now_ms: int, policy: AlertPolicy) -> tuple[Alert, Saying | None]:
    """A time from the future was written by a clock that was set back since: it counts as now."""
    told = tuple(min(each, now_ms) for each in alert.told_ms)
    recent = tuple(each for each in told if each > now_ms - policy.window_ms)
    saying = _due(replace(alert, told_ms=told), now_ms, policy)
    is_known = alert.heard is not None  # who heard that it began must hear that it is over
    is_for_nobody = alert.tier > policy.tier_max and not is_known
    if saying is None or is_for_nobody or len(recent) >= policy.window_max:
        return alert, None
    after = replace(
        alert,
        heard=alert.tier if alert.active else None,
        unheard=0,
        reminders=alert.reminders + (saying is Saying.REMINDER),
        told_ms=(*told, now_ms)[-policy.window_max :],
    )
    return after, saying


def _due(alert: Alert, now_ms: int, policy: AlertPolicy) -> Saying | None:
    if not alert.active:
        if alert.heard is not None:
            return Saying.RESOLVED
        return Saying.PASSED if alert.unheard else None
    if alert.heard is None or alert.tier < alert.heard or alert.unheard:
        return Saying.RAISED  # new, more urgent, or gone and back before that could be told
    pause_ms = _pause_ms(alert, policy)
    if pause_ms is None or alert.told_last_ms is None:
        return None
    return Saying.REMINDER if now_ms - alert.told_last_ms >= pause_ms else None


def _pause_ms(alert: Alert, policy: AlertPolicy) -> int | None:
    """None: what is only for information is told once."""
    match alert.tier:
        case Tier.URGENT:
            return min(policy.urgent_ms << min(alert.reminders, 16), policy.urgent_ms_max)
        case Tier.SOON:
            return policy.soon_ms
        case Tier.FYI:
            return None
