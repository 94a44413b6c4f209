"""The plan of faults for tests: after so many calls, so many times, in the order that was written."""

import pytest

from botctl.adapters.faults.plan import (
    FaultAction,
    FaultPlan,
    fault_after,
    fault_always,
    fault_once,
    fault_sequence,
)


class Broker:
    name = "broker"

    def __init__(self) -> None:
        self.asked = 0

    def balance(self, of: str = "all") -> str:
        self.asked += 1
        return f"balance of {of}"


def outcomes(plan: FaultPlan, calls: int) -> list[str]:
    """What each call brought."""
    broker, told = plan.on(Broker()), []
    for _ in range(calls):
        try:
            told.append(broker.balance())
        except OSError as error:
            told.append(type(error).__name__)
    return told


WELL = "balance of all"


def test_once_is_the_next_call_alone() -> None:
    plan = FaultPlan().add("balance", fault_once(raise_exc=TimeoutError))
    assert outcomes(plan, 3) == ["TimeoutError", WELL, WELL]
    assert (plan.calls["balance"], plan.struck("balance")) == (3, 1)


def test_after_lets_so_many_through_and_then_strikes_so_often() -> None:
    plan = FaultPlan().add("balance", fault_after(1, times=2, raise_exc=TimeoutError))
    assert outcomes(plan, 4) == [WELL, "TimeoutError", "TimeoutError", WELL]


def test_always_never_ends_and_may_answer_instead() -> None:
    plan = FaultPlan().add("balance", fault_always(return_value="nothing"))
    assert outcomes(plan, 3) == ["nothing"] * 3


def test_none_is_an_answer_like_any_other() -> None:
    broker = FaultPlan().add("balance", fault_once(return_value=None)).on(Broker())
    assert broker.balance() is None
    assert broker.balance() == WELL


def test_a_sequence_is_one_a_call_and_none_of_them_lets_it_through() -> None:
    timeout, refused = fault_once(raise_exc=TimeoutError), fault_once(raise_exc=ConnectionError)
    plan = FaultPlan().add("balance", *fault_sequence([timeout, None, refused]))
    assert outcomes(plan, 4) == ["TimeoutError", WELL, "ConnectionError", WELL]


def test_the_first_action_that_strikes_wins_and_the_others_count_the_call() -> None:
    plan = FaultPlan().add("balance", fault_once(raise_exc=TimeoutError))
    plan.add("balance", fault_after(1, raise_exc=ConnectionError))
    assert outcomes(plan, 3) == ["TimeoutError", "ConnectionError", WELL]


def test_something_may_happen_elsewhere_and_the_call_goes_through() -> None:
    seen: list[str] = []
    plan = FaultPlan().add("balance", FaultAction(before=lambda: seen.append("now")))
    assert outcomes(plan, 2) == [WELL, WELL]
    assert seen == ["now"]


def test_arguments_and_what_is_not_planned_go_through() -> None:
    broker = FaultPlan().add("other", fault_always(raise_exc=TimeoutError)).on(Broker())
    assert broker.balance(of="one") == "balance of one"
    assert (broker.name, broker.asked) == ("broker", 1)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_share_is_drawn_by_the_seed(seed: int) -> None:
    half = FaultAction(times=-1, raise_exc=TimeoutError, share_bps=5_000)
    told = [outcomes(FaultPlan(seed).add("balance", half), 60) for _ in range(2)]
    assert told[0] == told[1]
    assert 15 < told[0].count("TimeoutError") < 45


def test_another_seed_draws_otherwise() -> None:
    half = FaultAction(times=-1, raise_exc=TimeoutError, share_bps=5_000)
    one, other = (outcomes(FaultPlan(seed).add("balance", half), 60) for seed in (1, 2))
    assert one != other
