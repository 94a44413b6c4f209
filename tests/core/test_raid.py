"""What became of an attacked position: in time, too late, or beyond saving."""

from dataclasses import replace

import pytest

from botctl.core.intent import Side
from botctl.core.raid import (
    EXIT_CYCLES,
    SIGHT_CYCLES,
    Attack,
    AttackKind,
    Fate,
    Sandwich,
    exit_cycles,
    fate,
    is_worthless,
)
from botctl.core.units import Hash32
from tests.support.builders import address

BLOCKS = 5  # a cycle
ATTACK = Attack(AttackKind.TAX, address(1), "X", 100, 0, 10, before_wei=1_000, after_wei=990)
DEADLINE = ATTACK.block + EXIT_CYCLES * BLOCKS


def became(attack: Attack, sold_block: int | None, head: int = 1_000) -> Fate:
    return fate(attack, sold_block, head=head, cycle_blocks=BLOCKS)


@pytest.mark.parametrize(
    ("sold_block", "fated"),
    [
        (ATTACK.block, Fate.SOLD),
        (DEADLINE, Fate.SOLD),
        (DEADLINE + 1, Fate.LATE),
        (None, Fate.LATE),
    ],
)
def test_what_could_be_sold_must_be_sold_in_time(sold_block: int | None, fated: Fate) -> None:
    assert became(ATTACK, sold_block) is fated


@pytest.mark.parametrize("after_wei", [None, 0, 100])
def test_what_lost_nine_tenths_in_the_block_of_the_attack_could_not_be_saved(
    after_wei: int | None,
) -> None:
    gone = replace(ATTACK, after_wei=after_wei)
    assert became(gone, None) is Fate.UNSELLABLE
    assert became(gone, DEADLINE) is Fate.SOLD
    assert became(replace(ATTACK, after_wei=101), None) is Fate.LATE
    assert is_worthless(1_000, 100)
    assert not is_worthless(1_000, 101)


@pytest.mark.parametrize("before_wei", [None, 0])
def test_an_attack_on_what_was_lost_before_says_nothing(before_wei: int | None) -> None:
    assert became(replace(ATTACK, before_wei=before_wei, after_wei=None), None) is Fate.HIT_BEFORE


def test_a_run_that_ends_before_the_time_is_up_judges_nobody() -> None:
    assert became(ATTACK, None, head=DEADLINE) is Fate.PENDING
    assert became(ATTACK, None, head=DEADLINE + 1) is Fate.LATE


def test_a_price_is_no_trap() -> None:
    assert became(replace(ATTACK, kind=AttackKind.CRASH), None) is Fate.MARKET


@pytest.mark.parametrize("kind", list(AttackKind))
def test_what_only_the_tiers_see_has_as_long_as_their_answer_stands(kind: AttackKind) -> None:
    seen_by_tiers = kind is AttackKind.BOMB
    assert exit_cycles(kind) == EXIT_CYCLES + (SIGHT_CYCLES if seen_by_tiers else 0)


@pytest.mark.parametrize(("got", "within"), [(None, True), (10, True), (9, False)])
def test_a_sandwiched_trade_reverts_or_gets_its_bound(got: int | None, within: bool) -> None:
    squeezed = Sandwich(Hash32("0x"), address(1), Side.BUY, min_out=10, got=got)
    assert squeezed.within_bound is within
