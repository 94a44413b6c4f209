"""What the verdict makes of proofs: each way to fail has its code, and the worst comes first."""

from dataclasses import replace
from typing import Final

import pytest

from botctl.core.sellability.codes import Severity
from botctl.core.sellability.proof import (
    Means,
    Outcome,
    OwnerProof,
    PowerUse,
    Proof,
    ProofCaps,
    ProofCode,
    Sale,
    Tries,
    verdict,
)
from botctl.core.units import Address

CAPS: Final = ProofCaps(
    buy_tax_bps=300,
    sell_tax_bps=300,
    rise_bps=100,
    gained_bps=500,
    pool_loss_bps=100,
    swap_gas=600_000,
    unproven=Severity.REFUSE,
)
TOKEN: Final = Address("0x" + "ab" * 20)
SALE: Final = Sale("later", Means.CARRIED, 30, 360, Outcome.OK, 100, 100, 150_000, 110_000, "")
TRIP: Final = replace(SALE, name="trip", means=Means.WHOLE_TRIP)
USE: Final = PowerUse(TOKEN, "8456cb59", 1, 1, True, 0, 0, 0, "", "")
OWNER: Final = OwnerProof(Tries.DONE, Means.CARRIED, (USE,), 0, "")
GOOD: Final = Proof(TOKEN, TRIP, (SALE, TRIP), OWNER, SALE)
P = ProofCode


def codes(proof: Proof, caps: ProofCaps = CAPS) -> list[ProofCode]:
    return [found.code for found in verdict(proof, caps)]


def later(sale: Sale) -> Proof:
    return replace(GOOD, ladder=(sale, TRIP))


def opinion(sale: Sale) -> Proof:
    return replace(GOOD, opinion=sale)


def owner(proof: OwnerProof) -> Proof:
    return replace(GOOD, owner=proof)


def power(use: PowerUse) -> Proof:
    return owner(replace(OWNER, powers=(USE, use)))


def test_a_good_proof_finds_nothing() -> None:
    assert codes(GOOD) == []


def test_a_tax_at_the_cap_is_within_it() -> None:
    at_cap = replace(SALE, buy_tax_bps=300, sell_tax_bps=300, sell_gas=600_000)
    now = replace(TRIP, buy_tax_bps=300, sell_tax_bps=300)
    assert codes(Proof(TOKEN, now, (at_cap,), OWNER, at_cap)) == []


CASES: Final[tuple[tuple[Proof, list[ProofCode]], ...]] = (
    (later(replace(SALE, outcome=Outcome.SELL_REVERTED)), [P.LATER_SELL_REVERTED]),
    (later(replace(SALE, outcome=Outcome.SOLD_FOR_NOTHING)), [P.LATER_SOLD_FOR_NOTHING]),
    (later(replace(SALE, outcome=Outcome.BUY_REVERTED)), [P.LATER_NOT_RUN]),
    (later(replace(SALE, outcome=Outcome.NOT_RUN)), [P.LATER_NOT_RUN]),
    (later(replace(SALE, sell_tax_bps=301)), [P.LATER_TAX, P.LATER_TAX_RISES]),
    (later(replace(SALE, buy_tax_bps=301)), [P.LATER_TAX]),
    (later(replace(SALE, sell_tax_bps=201)), [P.LATER_TAX_RISES]),
    (later(replace(SALE, sell_tax_bps=200)), []),
    (later(replace(SALE, sell_gas=600_001)), [P.LATER_GAS]),
    (
        opinion(replace(SALE, outcome=Outcome.SELL_REVERTED)),
        [P.OPINION_SELL_REVERTED, P.OPINION_DIFFERS],
    ),
    (
        opinion(replace(SALE, outcome=Outcome.SOLD_FOR_NOTHING)),
        [P.OPINION_SOLD_FOR_NOTHING, P.OPINION_DIFFERS],
    ),
    (
        opinion(replace(SALE, outcome=Outcome.APPROVE_FAILED)),
        [P.OPINION_BUY_FAILED, P.OPINION_DIFFERS],
    ),
    (opinion(replace(SALE, outcome=Outcome.NOT_RUN)), [P.OPINION_NOT_RUN]),
    (opinion(replace(SALE, sell_tax_bps=201)), [P.OPINION_DIFFERS]),
    (opinion(replace(SALE, buy_tax_bps=201)), [P.OPINION_DIFFERS]),
    (opinion(replace(SALE, sell_tax_bps=301)), [P.OPINION_DIFFERS, P.OPINION_TAX]),
    (opinion(replace(SALE, sell_tax_bps=0, buy_tax_bps=0)), []),
    (opinion(replace(SALE, buy_gas=600_001)), [P.OPINION_GAS]),
    (replace(GOOD, opinion=None), [P.OPINION_NOT_POSSIBLE]),
    (power(replace(USE, sells=False, loss_bps=10_000)), [P.OWNER_STOPS_SALES]),
    (power(replace(USE, loss_bps=101)), [P.OWNER_LOWERS_PROCEEDS]),
    (power(replace(USE, loss_bps=100, gained_bps=500, pool_loss_bps=100)), []),
    (power(replace(USE, gained_bps=501)), [P.OWNER_MINTS]),
    (power(replace(USE, pool_loss_bps=101)), [P.OWNER_TAKES_POOL]),
    (power(replace(USE, tried=0)), [P.OWNER_NOT_RUN]),
    (owner(replace(OWNER, left_out=1)), [P.OWNER_NOT_RUN]),
    (owner(replace(OWNER, tries=Tries.NO_SALE, powers=())), [P.OWNER_NOT_RUN]),
    (owner(replace(OWNER, tries=Tries.NOT_RUN, powers=())), [P.OWNER_NOT_RUN]),
    (owner(replace(OWNER, tries=Tries.NOT_POSSIBLE, powers=())), [P.OWNER_NOT_POSSIBLE]),
    (owner(replace(OWNER, tries=Tries.NO_ACTOR, powers=())), []),
    (owner(replace(OWNER, spree=SALE)), []),
    (
        owner(replace(OWNER, spree=replace(SALE, outcome=Outcome.SELL_REVERTED))),
        [P.OWNER_STOPS_SALES],
    ),
    (owner(replace(OWNER, spree=replace(SALE, sell_tax_bps=301))), [P.OWNER_LOWERS_PROCEEDS]),
    (owner(replace(OWNER, spree=replace(SALE, outcome=Outcome.NOT_RUN))), [P.OWNER_NOT_RUN]),
)


@pytest.mark.parametrize(("proof", "expected"), CASES)
def test_each_way_to_fail_has_its_code(proof: Proof, expected: list[ProofCode]) -> None:
    assert codes(proof) == expected
    assert {found.severity for found in verdict(proof, CAPS)} <= {Severity.REFUSE}


def test_every_code_but_the_weakness_is_in_the_table() -> None:
    told = {code for _, expected in CASES for code in expected}
    assert set(P) - told == {P.LATER_ONLY_WHOLE_TRIPS}


def test_whole_trips_alone_are_told_to_be_weaker() -> None:
    (found,) = verdict(replace(GOOD, ladder=(TRIP,)), CAPS)
    assert (found.code, found.severity) == (P.LATER_ONLY_WHOLE_TRIPS, Severity.WARN)


def test_a_whole_trip_that_fails_later_as_it_fails_now_tells_nothing_of_later() -> None:
    fails = replace(TRIP, outcome=Outcome.SELL_REVERTED)
    assert codes(replace(GOOD, now=fails, ladder=(SALE, fails))) == []
    assert codes(replace(GOOD, ladder=(SALE, fails))) == [P.LATER_SELL_REVERTED]


def test_a_token_that_serves_people_better_than_contracts_is_no_trap() -> None:
    fails = replace(TRIP, outcome=Outcome.SELL_REVERTED)
    assert codes(replace(GOOD, now=fails)) == []


def test_the_worst_comes_first_and_each_code_once() -> None:
    bad = replace(SALE, outcome=Outcome.SELL_REVERTED, said="TRANSFER_FROM_FAILED")
    proof = replace(
        GOOD,
        ladder=(bad, replace(bad, name="another"), TRIP),
        opinion=bad,
        owner=replace(OWNER, tries=Tries.NO_SALE, powers=()),
    )
    found = verdict(proof, replace(CAPS, unproven=Severity.WARN))
    assert [each.code for each in found] == [
        P.OPINION_SELL_REVERTED,
        P.OPINION_DIFFERS,
        P.LATER_SELL_REVERTED,
        P.OWNER_NOT_RUN,
    ]
    assert [each.severity for each in found] == [Severity.REFUSE] * 3 + [Severity.WARN]
    assert found[2].words == "the sale reverts: later"
    assert found[2].said == "TRANSFER_FROM_FAILED"


def test_what_could_not_be_run_weighs_as_much_as_the_caps_say() -> None:
    (found,) = verdict(replace(GOOD, opinion=None), replace(CAPS, unproven=Severity.WARN))
    assert found.severity is Severity.WARN
