"""Work that must not keep the timetable waiting: in a thread of its own, one at a time."""

from collections.abc import Callable
from threading import Thread

from botctl.core.errors import BotError
from botctl.ports.runtime import Log


class Aside:
    """What fails there is logged: the next time tries again. It ends by itself, within its deadline,
    and the process waits for it.
    """

    def __init__(self, name: str, work: Callable[[], object], log: Log) -> None:
        self._name = name
        self._work = work
        self._log = log
        self._thread: Thread | None = None

    def start(self) -> bool:
        """False while an earlier start is still at work."""
        if self._thread is not None and self._thread.is_alive():
            return False
        self._thread = Thread(target=self._run, name=self._name)
        self._thread.start()
        return True

    def wait(self) -> None:
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        try:
            self._work()
        except BotError as error:
            self._log.warning("job failed aside", job=self._name, code=error.code, say=error.say)
