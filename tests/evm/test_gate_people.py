"""What the owner was seen to do and what other people were, as one proof: the worst of each power."""

from dataclasses import replace
from typing import Final

import pytest

from botctl.adapters.evm.gate_puppet import with_people
from botctl.core.sellability.proof import Means, OwnerProof, PowerUse, Tries
from botctl.core.units import Address

TOKEN: Final = Address("0x" + "a1" * 20)
CALM: Final = PowerUse(
    target=TOKEN,
    selector="8456cb59",
    tried=3,
    accepted=0,
    sells=True,
    loss_bps=0,
    gained_bps=0,
    pool_loss_bps=0,
    used="",
    said="",
)
OTHER: Final = replace(CALM, selector="40c10f19", accepted=1)
DONE: Final = OwnerProof(Tries.DONE, Means.CARRIED, (CALM, OTHER), 2, "")


@pytest.mark.parametrize(
    "worse",
    [
        replace(CALM, accepted=1, sells=False, loss_bps=10_000),
        replace(CALM, accepted=1, pool_loss_bps=1),
        replace(CALM, accepted=1, gained_bps=1),
        replace(CALM, accepted=1, loss_bps=1),
        replace(CALM, accepted=1),
    ],
)
def test_the_worse_use_of_a_power_counts_whoevers_it_is(worse: PowerUse) -> None:
    people = replace(DONE, powers=(worse, OTHER))
    assert with_people(DONE, people) == replace(DONE, powers=(worse, OTHER))
    assert with_people(people, DONE) == people


@pytest.mark.parametrize("tries", sorted(set(Tries) - {Tries.DONE}))
def test_what_people_could_not_be_seen_to_do_changes_nothing(tries: Tries) -> None:
    people = OwnerProof(tries, Means.CARRIED, (), 0, "why")
    assert with_people(DONE, people) == DONE


def test_a_power_that_people_had_no_gas_left_for_is_not_held_against_the_token() -> None:
    nobody = OwnerProof(Tries.NO_ACTOR, Means.CARRIED, (), 2, "")
    people = replace(DONE, powers=(replace(CALM, tried=0), OTHER))
    assert with_people(nobody, people) == replace(DONE, powers=(OTHER,), left_out=0)


@pytest.mark.parametrize("tries", [Tries.NO_SALE, Tries.NOT_RUN, Tries.NOT_POSSIBLE])
def test_an_owner_that_could_not_be_simulated_stays_unproven(tries: Tries) -> None:
    owner = OwnerProof(tries, Means.CARRIED, (), 2, "why")
    assert with_people(owner, DONE) == owner
