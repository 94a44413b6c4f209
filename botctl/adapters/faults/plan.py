"""Faults of a test's own making: after so many calls, so many times, raise or answer something else."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Final, ParamSpec, TypeVar, cast

from botctl.core.units import BPS_ONE

NEVER_ENDS: Final = -1
T = TypeVar("T")
P = ParamSpec("P")


class _Nothing:
    """No value was given; None is one."""


NOTHING: Final = _Nothing()


@dataclass(frozen=True, slots=True)
class FaultAction:
    """After `after_calls` calls of its method it strikes `times` times, NEVER_ENDS for always.

    It raises `raise_exc`, or answers `return_value`; with neither the call goes through, and only
    `before` was called: something happens elsewhere at that moment. `share_bps` below 10,000 lets the
    plan's seed decide at each call.
    """

    after_calls: int = 0
    times: int = 1
    raise_exc: BaseException | type[BaseException] | None = None
    return_value: object = NOTHING
    before: Callable[[], object] | None = None
    share_bps: int = BPS_ONE


@dataclass(slots=True)
class _Armed:
    action: FaultAction
    calls: int = 0
    struck: int = 0

    def strikes(self, rng: Random) -> bool:
        """Counts this call."""
        self.calls += 1
        spent = self.action.times != NEVER_ENDS and self.struck >= self.action.times
        if spent or self.calls <= self.action.after_calls:
            return False
        if self.action.share_bps < BPS_ONE and rng.randrange(BPS_ONE) >= self.action.share_bps:
            return False
        self.struck += 1
        return True


@dataclass(slots=True)
class FaultPlan:
    """Actions by method name, in the order added; the first that strikes is the one that happens."""

    seed: int = 0
    calls: dict[str, int] = field(default_factory=dict)
    _armed: dict[str, list[_Armed]] = field(default_factory=dict)
    _rng: Random = field(init=False)

    def __post_init__(self) -> None:
        self._rng = Random(self.seed)

    def add(self, method: str, *actions: FaultAction) -> "FaultPlan":
        self._armed.setdefault(method, []).extend(map(_Armed, actions))
        return self

    def struck(self, method: str) -> int:
        return sum(armed.struck for armed in self._armed.get(method, ()))

    def on(self, target: T) -> T:
        """`target` with the plan in front of every method that it names."""
        return cast(T, _Planned(target, self))

    def meet(self, method: str) -> FaultAction | None:
        """Counts one call; the action that strikes it. All actions see every call."""
        self.calls[method] = self.calls.get(method, 0) + 1
        struck = None
        for armed in self._armed.get(method, ()):
            if struck is None and armed.strikes(self._rng):
                struck = armed.action
            elif struck is not None:
                armed.calls += 1
        return struck


class _Planned:
    def __init__(self, target: object, plan: FaultPlan) -> None:
        self._target, self._plan = target, plan

    def __getattr__(self, name: str) -> object:
        found = getattr(self._target, name)
        return self._behind(name, found) if callable(found) else found

    def _behind(self, name: str, call: Callable[P, object]) -> Callable[P, object]:
        def planned(*args: P.args, **named: P.kwargs) -> object:
            action = self._plan.meet(name)
            if action is not None and action.before is not None:
                action.before()
            if action is not None and action.raise_exc is not None:
                raise action.raise_exc
            if action is not None and action.return_value is not NOTHING:
                return action.return_value
            return call(*args, **named)

        return planned


def fault_once(
    *, raise_exc: BaseException | type[BaseException] | None = None, return_value: object = NOTHING
) -> FaultAction:
    """The next call alone."""
    return FaultAction(raise_exc=raise_exc, return_value=return_value)


def fault_after(
    calls: int,
    *,
    times: int = 1,
    raise_exc: BaseException | type[BaseException] | None = None,
    return_value: object = NOTHING,
) -> FaultAction:
    """`calls` calls go well; the following `times` do not."""
    return FaultAction(calls, times, raise_exc, return_value)


def fault_always(
    *, raise_exc: BaseException | type[BaseException] | None = None, return_value: object = NOTHING
) -> FaultAction:
    return FaultAction(times=NEVER_ENDS, raise_exc=raise_exc, return_value=return_value)


def fault_sequence(actions: Sequence[FaultAction | None]) -> tuple[FaultAction, ...]:
    """One a call, in this order; None lets that call through."""
    return tuple(
        replace(action, after_calls=index, times=1)
        for index, action in enumerate(actions)
        if action is not None
    )
