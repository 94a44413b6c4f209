"""The real flows keep every promise in thousands of seeded worlds; a seed is repeated exactly."""

import subprocess
import sys
from pathlib import Path

import pytest

from botctl.config.environment import environment
from tests.sim.run import run

ROOT = Path(__file__).parents[2]
CHUNK = 500
TORTURE_CHUNK = 2_500


@pytest.mark.parametrize("first", range(0, 4_000, CHUNK))
def test_every_promise_holds_in_every_seed(first: int) -> None:
    assert _broken(first, CHUNK) == []


@pytest.mark.torture
@pytest.mark.parametrize("first", range(4_000, 104_000, TORTURE_CHUNK))
def test_every_promise_holds_in_a_hundred_thousand_seeds(first: int) -> None:
    assert _broken(first, TORTURE_CHUNK) == []


# The first trade vanishes below the baseline; nonces never mine again; a sell vanishes, its tokens are back.
# A buy that reverted trades after all.
@pytest.mark.parametrize("seed", [203_303, 419, 3_921, 314_357])
def test_a_deep_reorg_halts_and_a_person_mends_all_of_it(seed: int) -> None:
    found = run(seed)
    assert found.world.excuses.deep
    assert found.broken == ()


def _broken(first: int, count: int) -> list[str]:
    """Each with the command that repeats it."""
    results = (run(seed) for seed in range(first, first + count))
    return [f"{one.again}: {one.broken[0]}" for one in results if one.broken]


def test_a_seed_has_one_history_and_another_seed_another() -> None:
    first = [run(seed).digest for seed in range(40)]
    assert [run(seed).digest for seed in range(40)] == first
    assert len(set(first)) == 40


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_no_order_of_sets_or_dicts_leaks_into_a_history(hash_seed: str) -> None:
    said = _sim("--seed", "12", PYTHONHASHSEED=hash_seed).stdout
    assert f"digest {run(12).digest}" in said.splitlines()


def test_the_command_line_runs_seeds_and_says_how_many_a_second() -> None:
    said = _sim("--from", "5", "--count", "3")
    assert said.stdout.startswith("3 seeds, ") or "BROKEN" in said.stdout
    assert "seeds a second" in said.stdout.splitlines()[-1]


def _sim(*arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.sim", *arguments],
        cwd=ROOT,
        env={**environment(), **extra},
        check=False,
        capture_output=True,
        text=True,
    )
