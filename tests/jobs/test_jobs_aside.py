"""Work beside the timetable: it keeps nothing waiting, runs once at a time, and its failures are told."""

from threading import Event

from botctl.core.codes import Code
from botctl.core.errors import TransientError
from jobs.aside import Aside
from tests.support.quiet import QuietLog

PATIENCE_S = 30


class Told(QuietLog):
    def __init__(self) -> None:
        self.warnings: list[tuple[str, dict[str, object]]] = []

    def warning(self, event: str, **facts: object) -> None:
        self.warnings.append((event, facts))


def test_a_start_returns_while_the_work_waits_for_somebody_slow() -> None:
    answered, began, ended = Event(), Event(), Event()

    def work() -> None:
        began.set()
        assert answered.wait(PATIENCE_S)
        ended.set()

    aside = Aside("telemetry", work, QuietLog())
    assert aside.start() is True
    assert began.wait(PATIENCE_S)
    assert not ended.is_set()
    assert aside.start() is False, "one at a time: the second start is a run that was skipped"
    answered.set()
    aside.wait()
    assert ended.is_set()
    assert aside.start() is True
    aside.wait()


def test_what_fails_aside_is_told_and_the_next_start_tries_again() -> None:
    runs: list[int] = []

    def work() -> None:
        runs.append(1)
        raise TransientError(Code.ERR_DB_LOCKED, "later")

    log = Told()
    aside = Aside("telemetry", work, log)
    for _ in range(2):
        assert aside.start()
        aside.wait()
    assert len(runs) == 2
    (event, facts), _ = log.warnings
    assert (event, facts["job"], facts["code"]) == (
        "job failed aside",
        "telemetry",
        Code.ERR_DB_LOCKED,
    )
