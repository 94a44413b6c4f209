"""The seam around every port of one process: where it dies, loses answers, or is overtaken."""

from __future__ import annotations  # a wrapper is made a thousand times a second

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, ParamSpec, Protocol, TypeVar

from botctl.core.codes import Code
from botctl.core.errors import TransientError
from botctl.core.orders import SendCode, SignedTx
from botctl.ports.chain import SendAnswer, Sender
from botctl.sim.history import History
from botctl.sim.plan import Action, Hit, Strike

P = ParamSpec("P")
T = TypeVar("T")
NEVER: Final = 1 << 60
SEND: Final = "sender.send"
SIGN: Final = "signer.sign"  # asked inside a transaction of the store, which nothing interleaves

CRASHES: Final = frozenset({Hit.CRASH_BEFORE, Hit.CRASH_AFTER})
HAPPENS: Final = frozenset({Hit.CRASH_AFTER, Hit.LOSE})


class Crash(BaseException):
    """SIGKILL: no error that a flow may handle, the process is gone."""


class Stage(Protocol):
    """What a strike may ask of the world."""

    def play(self, action: Action) -> None: ...
    def postpone(self, delivery: Callable[[], object]) -> None:
        """It happens just before the next block."""


class Seam:
    """Counts the port calls of one command, and strikes where the plan says so."""

    def __init__(self, stage: Stage, history: History) -> None:
        self._stage = stage
        self._history = history
        self._numbered: list[Strike] = []
        self._named: dict[str, Strike] = {}
        self._dead = False
        self.calls = 0
        self._next_at = NEVER

    def begin(self, strikes: Sequence[Strike]) -> None:
        self._numbered = sorted((one for one in strikes if not one.on), key=lambda one: one.at)
        self._named = {one.on: one for one in strikes if one.on}
        self._dead = False
        self.calls = 0
        self._aim()

    def wrap(self, name: str, call: Callable[P, T]) -> Callable[P, T]:
        def at_the_seam(*args: P.args, **kwargs: P.kwargs) -> T:
            self.calls += 1
            if self.calls < self._next_at and name not in self._named:
                return call(*args, **kwargs)
            return self._watched(name, lambda: call(*args, **kwargs))

        return at_the_seam

    def _watched(self, name: str, call: Callable[[], T]) -> T:
        if self._dead:
            raise Crash  # a `finally` of a dead process: it reaches nothing any more
        strike = self._due(name)
        if strike is None:
            return call()
        self._history.add("strike", strike.hit, name, self.calls)
        if strike.hit is not Hit.MEANWHILE:
            raise self._end(strike.hit, name, call)
        if strike.meanwhile is not None and name != SIGN:
            self._stage.play(strike.meanwhile)
        return call()

    def _due(self, name: str) -> Strike | None:
        if self.calls >= self._next_at:
            strike = self._numbered.pop(0)
            self._aim()
            return strike
        strike = self._named.pop(name)
        if strike.at == 1:
            return strike
        self._named[name] = replace(strike, at=strike.at - 1)
        return None

    def _end(self, hit: Hit, name: str, call: Callable[[], object]) -> BaseException:
        if hit in HAPPENS:
            call()
        if hit is Hit.LATE and name == SEND:
            self._stage.postpone(call)
        return self._death() if hit in CRASHES else _lost(name)

    def _death(self) -> Crash:
        self._dead = True
        self._next_at = 0
        return Crash()

    def _aim(self) -> None:
        """Two strikes on one call: the second falls on the next."""
        self._next_at = max(self._numbered[0].at, self.calls + 1) if self._numbered else NEVER


def _lost(name: str) -> TransientError:
    code = Code.ERR_DB_UNREACHABLE if name.startswith("store.") else Code.ERR_RPC_TIMEOUT
    return TransientError(code, "no answer", call=name)


class Port:
    """Any port with a seam around its methods; made lazily, as a flow calls only some of them."""

    def __init__(self, name: str, target: object, seam: Seam) -> None:
        self._name = name
        self._target = target
        self._seam = seam

    def __getattr__(self, name: str) -> object:
        found: object = getattr(self._target, name)
        if not callable(found):
            return found
        wrapped = self._seam.wrap(f"{self._name}.{name}", found)
        self.__dict__[name] = wrapped  # found there from now on
        return wrapped


class QuietSender:
    """As the real one: silence is an answer, not an error."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def send(self, signed: SignedTx, *, public: bool = True) -> SendAnswer:
        try:
            return self._sender.send(signed, public=public)
        except TransientError as error:
            return SendAnswer(SendCode.UNCLEAR, error.code)
