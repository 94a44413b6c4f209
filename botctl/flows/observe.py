"""Around every command: breakers move, pauses are set, and a change of health goes on record."""

from collections.abc import Iterator
from contextlib import contextmanager

from botctl.core.circuits import due_pauses, moved
from botctl.core.errors import BotError, CheckError, LostMoveError, UsageError
from botctl.core.health import ErrorSeen, transition
from botctl.core.telemetry.spans import Stage
from botctl.core.telemetry.tracer import Tracer
from botctl.flows.permit import Look, Watch, look
from botctl.ports.runtime import Log

DONE, FAILED = "ok", "failed"
STOPPED = "stopped"  # neither: it had nothing to do, was interrupted, or we made a mistake


def observe(watch: Watch, log: Log) -> Look:
    """What follows from the newest look, written down; the look after that."""
    seen = look(watch)
    if _act(watch, log, seen):
        seen = look(watch)
    row = transition(seen.vitals.last, seen.health, seen.now_ms)
    if row is not None:
        watch.store.record_transition(row)
        codes = ", ".join(finding.code for finding in row.findings)
        log.warning("health changed", was=row.was, now=row.now, findings=codes)
    return seen


def _act(watch: Watch, log: Log, seen: Look) -> bool:
    breakers = moved(seen.vitals, watch.dependencies(), watch.plan.circuits, seen.now_ms)
    for one in breakers:
        watch.store.set_breaker(one)
        log.warning("breaker moved", breaker=one.name, state=one.state, why=one.why)
    pauses = due_pauses(seen.vitals, watch.plan.circuits, seen.now_ms)
    for pause in pauses:
        watch.store.set_pause(pause)
        log.warning("market paused", pair_id=pause.scope, until_ms=pause.until_ms, why=pause.reason)
    return bool(breakers or pauses)


@contextmanager
def observed(watch: Watch, log: Log, command: str, trace: Tracer | None = None) -> Iterator[None]:
    """Before and after; how the command failed, when it did, is part of what is seen and counted.

    A store that takes no row here is told in the log: the command itself ends as it would.
    """
    trace = trace or Tracer()
    began, status, outcome = trace.begin(watch.clock.now_ms()), "", STOPPED
    observe_quietly(watch, log)
    try:
        yield
        outcome = DONE
    except BotError as error:
        status, outcome = error.code, FAILED
        if not isinstance(error, CheckError | LostMoveError | UsageError):
            note_error(watch, log, error.code, command)
        raise
    finally:
        observe_quietly(watch, log)
        if trace.on:
            facts = {"command": command, "outcome": outcome, "peak_mb": trace.peak_mb()}
            watch.store.carry(trace.end(Stage.COMMAND, began, "", status=status, facts=facts))


def observe_quietly(watch: Watch, log: Log) -> None:
    """`observe`, for whoever has an end of his own to come to."""
    try:
        observe(watch, log)
    except BotError as error:
        log.warning("health not recorded", code=error.code, say=error.say)


def note_error(watch: Watch, log: Log, code: str, command: str) -> None:
    """For breakers and health; a store that takes no row is told in the log."""
    try:
        watch.store.note_error(ErrorSeen(watch.clock.now_ms(), code, command))
    except BotError as failed:
        log.warning("failure not recorded", code=failed.code, of=code)
