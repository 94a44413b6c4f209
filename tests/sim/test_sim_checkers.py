"""The checkers bite: each careless change is found, by the promise that it breaks."""

from collections.abc import Callable, Iterator

import pytest

from botctl.sim.commands import Commands
from tests.sim import mutants
from tests.sim.run import run

SEEDS_MAX = 1_500  # within which every mutant is found; most take a few
Mutant = Callable[[pytest.MonkeyPatch], Commands]

FOUND_BY: tuple[tuple[Mutant, str], ...] = (
    (mutants.two_orders_an_intent, "one_effect_an_intent"),
    (mutants.signs_again_after_a_crash, "bytes left that are not on disk"),
    (mutants.sends_other_bytes, "bytes left that are not on disk"),
    (mutants.writes_after_the_call, "when its bytes left"),
    (mutants.buries_at_once, "the_record_tells_what_mined"),
    (mutants.looks_at_the_newest_attempt_only, "the_record_tells_what_mined"),
    (mutants.takes_silence_for_an_end, "the_record_tells_what_mined"),
    (mutants.leaves_gaps, "no_intent_is_lost"),
    (mutants.never_raises_a_fee, "no_intent_is_lost"),
    (mutants.asks_nobody, "bytes left under a hard halt"),
    (mutants.forgets_the_gas, "a_mismatch_has_halted"),
)


@pytest.mark.parametrize(
    ("mutant", "promise"), FOUND_BY, ids=lambda one: getattr(one, "__name__", "")
)
def test_a_careless_change_is_found_by_the_promise_it_breaks(
    mutant: Mutant, promise: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands = mutant(monkeypatch)
    assert any(promise in say for say in _broken(commands))


def _broken(commands: Commands) -> Iterator[str]:
    for seed in range(SEEDS_MAX):
        yield from run(seed, commands).broken
