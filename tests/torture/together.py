"""Several processes that execute what is decided for one wallet until they are told to stop."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from botctl.core.codes import Code
from botctl.core.errors import TransientError
from botctl.core.lifecycle import OrderState
from botctl.flows.execute import execute
from botctl.ports.runtime import Runtime
from botctl.ports.store import Store
from tests.jobs.processes import until
from tests.torture.crew import Child, Crew, Told
from tests.torture.field import Field

READY: Final = "ready"
GO: Final = "go"
PAUSE_S: Final = 0.02  # between two runs that found nothing to do
LOCKED: Final = "locked"
UNSENT: Final = (OrderState.CREATED, OrderState.SIGNED, OrderState.SUBMITTED)

Seen = Counter[str]  # what a process met, by word: outcomes' codes, and LOCKED


def executors(crew: Crew, field: Field, environments: Sequence[Mapping[str, str]]) -> "Crowd":
    """One process for each environment; they have opened everything when this returns."""
    children = [crew.start(partial(_executing, field, env)) for env in environments]
    for child in children:
        child.hear(READY)
    return Crowd(children)


class Crowd:
    def __init__(self, children: Sequence[Child[Seen]]) -> None:
        self._children = children

    def go(self) -> None:
        self._tell()

    def stop(self) -> list[Seen]:
        self._tell()
        return [child.result() for child in self._children]

    def _tell(self) -> None:
        for child in self._children:
            child.say(GO)


def _executing(field: Field, env: Mapping[str, str], told: Told) -> Seen:
    seen: Seen = Counter()
    with field.opened(env) as rt:
        rt.store.open()  # connected, and the key is open: only the work itself is ahead
        rt.signer()
        told.say(READY)
        told.hear()
        while not told.is_called(PAUSE_S):
            seen.update(_run(rt))
    return seen


def _run(rt: Runtime) -> list[str]:
    """One run as cron would make it; a database that others hold is the one error it may meet."""
    try:
        report = execute(rt)
    except TransientError as error:
        if error.code is not Code.ERR_DB_LOCKED:
            raise
        return [LOCKED]
    return [*(outcome.code for outcome in report.outcomes), *([LOCKED] if report.locked else [])]


def _is_out(store: Store) -> bool:
    return not store.open(UNSENT)


def execute_in_waves(field: Field, *, processes: int, waves: int, wave: int) -> list[Seen]:
    """What is decided comes in waves, so that all of them find something new at the same moment."""
    with Crew() as crew:
        crowd = executors(crew, field, [field.environment()] * processes)
        crowd.go()
        for _ in range(waves):
            field.decide(wave)
            with field.store() as store:
                until(partial(_is_out, store), "the wave is out")
            field.mine_now()
        return crowd.stop()
