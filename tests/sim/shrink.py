"""A failing scenario without what it does not need: what a person reads first."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from botctl.sim.plan import Action

Plan = Sequence[Action]


def shrunk(actions: Plan, fails: Callable[[Plan], bool]) -> Plan:
    """Takes away one action or strike at a time, for as long as it still fails."""
    while (smaller := next((one for one in _smaller(actions) if fails(one)), None)) is not None:
        actions = smaller
    return actions


def _smaller(actions: Plan) -> Iterator[Plan]:
    for at, action in enumerate(actions):
        yield (*actions[:at], *actions[at + 1 :])
        for strike in action.strikes:
            fewer = tuple(one for one in action.strikes if one is not strike)
            yield (*actions[:at], replace(action, strikes=fewer), *actions[at + 1 :])
