"""report morning: the records of the last 24 hours become one report; sent, it is a letter a channel."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace

from botctl.core.bundle import plain
from botctl.core.morning import (
    Action,
    Backups,
    Held,
    Morning,
    Profit,
    Restart,
    Uptime,
    lines,
    profit,
    restarts,
    uptime,
)
from botctl.core.permission import SourceKind
from botctl.flows.days import equity_wei
from botctl.flows.letters import Posted, post
from botctl.flows.permit import Look, Watch, look
from botctl.ports.alerts import Letter
from botctl.ports.desk import AlertDesk
from botctl.ports.service import DAY_MS
from botctl.ports.store import Closed

CYCLE_JOB = "cycle"
RAN = frozenset({"ran", "late", "skipped"})  # skipped: another run was at that very work
TRANSITIONS = 200
LETTERS = 200  # among so many the report of this day is found when it was sent before
CODE = "MORNING_REPORT"
LATCHED = frozenset({SourceKind.KILL, SourceKind.FLATTEN, SourceKind.NONCE, SourceKind.LEDGER})


def morning(watch: Watch, *, mode: str, backups_ms: Sequence[int]) -> Morning:
    """Reads only. `backups_ms`: when the verified backups that are kept were made."""
    seen = look(watch)
    now_ms, since_ms = seen.now_ms, seen.now_ms - DAY_MS
    held = watch.store.positions(watch.bot, only_open=True)
    counts = watch.store.job_counts(since_ms)
    again = _restarts(watch, since_ms)
    return Morning(
        bot=watch.bot,
        mode=mode,
        since_ms=since_ms,
        now_ms=now_ms,
        uptime=_uptime(watch, since_ms, now_ms),
        restarts=again,
        profit=_profit(watch, held, since_ms, now_ms),
        held=tuple(_held(one) for one in held),
        actions=tuple(sorted(_actions(watch, seen, again, since_ms), key=lambda a: a.at_ms)),
        missed=sum(n for (_, outcome), n in counts.items() if outcome == "missed"),
        failed=sum(n for (_, outcome), n in counts.items() if outcome == "failed"),
        health=str(seen.health.state),
        permission=seen.permission.level.name,
        findings=tuple(str(finding.code) for finding in seen.health.findings),
        backups=Backups(len(backups_ms), max(backups_ms, default=None)),
    )


def send_morning(desk: AlertDesk, report: Morning) -> tuple[Posted, ...]:
    """Once a UTC day and channel: what was queued before only leaves again when it did not get out."""
    key = f"report|{CODE}|{report.now_ms // DAY_MS}"
    there = {letter.channel for letter in desk.store.recent_letters(LETTERS) if letter.key == key}
    first = Letter(
        id=0,
        channel="",
        key=key,
        saying="report",
        text="\n".join(lines(report)),
        facts=json.dumps({"code": CODE, "report": plain(report), "bot": report.bot}),
        made_ms=report.now_ms,
        next_ms=report.now_ms,
    )
    letters = [replace(first, channel=name) for name in desk.channels if name not in there]
    if letters:
        desk.store.record_alerts((), letters)
    return post(desk)


def _uptime(watch: Watch, since_ms: int, now_ms: int) -> Uptime:
    rows = watch.store.job_rows(CYCLE_JOB, since_ms, now_ms)
    last = watch.store.last_runs([CYCLE_JOB]).get(CYCLE_JOB)
    unrecorded = 0
    if last is not None:  # after it nobody was there to tell
        silent_ms = now_ms - max(last.scheduled_ms, since_ms)
        unrecorded = max(0, silent_ms) // watch.plan.interval_ms
    return uptime([row.outcome for row in rows], unrecorded, RAN)


def _restarts(watch: Watch, since_ms: int) -> tuple[Restart, ...]:
    lives = [(s.started_ms, s.stopped_ms, s.how) for s in watch.store.starts(since_ms)]
    return restarts(lives, since_ms)


def _profit(watch: Watch, held: tuple[Closed, ...], since_ms: int, now_ms: int) -> Profit:
    found = watch.store.day_sum(watch.bot, since_ms, now_ms)
    return profit(
        realised_wei=found.realised_wei,
        gas_wei=found.gas_wei,
        closed=found.closed,
        won=found.won,
        fills=found.fills,
        equity_wei=equity_wei(watch.store, watch.bot, held),
    )


def _held(one: Closed) -> Held:
    return Held(one.symbol or one.position.token, one.position.cost_wei, one.position.opened_ms)


def _actions(
    watch: Watch, seen: Look, again: tuple[Restart, ...], since_ms: int
) -> Iterator[Action]:
    """What botctl or a person did; each from its own record."""
    for one in again:
        down = "" if one.down_ms is None else f", down {one.down_ms // 60_000} min"
        yield Action(one.at_ms, f"started again after the run before was {one.after}{down}")
    for row in watch.store.transitions(TRANSITIONS):
        if row.at_ms >= since_ms:
            codes = ", ".join(str(finding.code) for finding in row.findings)
            yield Action(row.at_ms, f"health {row.was} -> {row.now}{f': {codes}' if codes else ''}")
    for alert in watch.store.alerts():
        if alert.first_ms >= since_ms:
            over = ", over again" if alert.resolved_ms is not None else ""
            yield Action(alert.first_ms, f"alert {alert.code} (tier {int(alert.tier)}){over}")
    for source in seen.sources:
        if source.kind in LATCHED and source.since_ms >= since_ms:
            said = f"{source.kind} {source.level.name} by {source.who}: {source.reason}"
            yield Action(source.since_ms, said)
