"""The same question to several providers at once: bounded by one deadline, not by their sum."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from typing import Final, TypeAlias, TypeVar

from botctl.adapters.evm.member import Member
from botctl.core.codes import Code
from botctl.core.errors import BotError, TransientError

MS_PER_S: Final = 1_000

T = TypeVar("T")
Answer: TypeAlias = T | BotError
Box: TypeAlias = "SimpleQueue[tuple[str, Answer[T]]]"


@dataclass(frozen=True, slots=True)
class Gathering:
    """`at_once_max` threads ask; each takes the next provider when it is done with one.

    A provider that has not answered after `deadline_ms` counts as ERR_RPC_TIMEOUT. It may still be at
    work then; until it is done its connection is nobody else's, and what it says is not heard.
    """

    deadline_ms: int
    at_once_max: int
    clock_s: Callable[[], float] = monotonic

    def asked(
        self, members: Sequence[Member], ask: Callable[[Member], T]
    ) -> Mapping[str, Answer[T]]:
        """What each said, by name, in the order of `members`. A mistake of ours is raised by nobody
        here: it is printed, and that provider counts as silent.
        """
        if len(members) == 1:
            return {members[0].name: _answer(members[0], ask)}
        box: Box[T] = SimpleQueue()
        lanes = min(self.at_once_max, len(members))
        for lane in range(lanes):
            self._start(members[lane::lanes], ask, box)
        over_s = self.clock_s() + self.deadline_ms / MS_PER_S
        heard = self._heard(box, len(members), over_s)
        return {m.name: heard[m.name] if m.name in heard else _late(m) for m in members}

    def _start(self, lane: Sequence[Member], ask: Callable[[Member], T], box: "Box[T]") -> None:
        """A daemon: the process may end without it."""
        thread = Thread(target=_ask_in_turn, args=(lane, ask, box), daemon=True)
        for member in lane:
            member.busy = thread
        thread.start()

    def _heard(self, box: "Box[T]", count: int, over_s: float) -> dict[str, Answer[T]]:
        heard: dict[str, Answer[T]] = {}
        for _ in range(count):
            try:
                name, answer = box.get(timeout=max(over_s - self.clock_s(), 0))
            except Empty:
                break
            heard[name] = answer
        return heard


def _ask_in_turn(lane: Sequence[Member], ask: Callable[[Member], T], box: "Box[T]") -> None:
    for member in lane:
        answer = _answer(member, ask)
        member.release()
        box.put((member.name, answer))


def _answer(member: Member, ask: Callable[[Member], T]) -> Answer[T]:
    try:
        return ask(member)
    except BotError as error:
        if error.code is Code.ERR_RPC_GARBAGE and member.state.failures_in_a_row == 0:
            member.blame(error.code)  # well-formed JSON-RPC of the wrong shape: seen only up here
        return error


def _late(member: Member) -> TransientError:
    """Recorded here: a short process may end before the thread does."""
    member.blame(Code.ERR_RPC_TIMEOUT)
    return TransientError(Code.ERR_RPC_TIMEOUT, provider=member.name)
