"""The whole gate before the corpus: who would be entered, and who is turned away unjustly."""

from collections.abc import Mapping
from typing import Final

import pytest

from botctl.core.sellability.codes import Severity
from tests.tokens.corpus import HONEST, TRAPS
from tests.tokens.judging import judged
from tests.tokens.rows import Token

Refusals = tuple[str, ...]
HONEST_REFUSED_MAX: Final = len(HONEST) // 25
# What neither a token's code nor any use of it shows; each with what would.
OUT_OF_SIGHT: Final = {
    "SecretKnock": "one number among all of them",
    "LampIsLit": "the state of an address that nobody has used yet",
    "PermitHasABackDoor": "two calls in a row whose words must fit",
    "LiquidityIsPulled": "an honest token: its liquidity is judged by SIG_LP_LOCKED, not by this gate",
    "PatienceIsPunished": "a block number that no node simulates ahead to; a look while it is held",
    "ClosesWhenPoor": "a pool that others have drained below what it was opened with",
    "ClosesAfterFortyBuys": "more buyers than are simulated",
}


@pytest.fixture(scope="module")
def verdicts() -> Mapping[str, Refusals]:
    return {
        row.name: tuple(f.code for f in found.findings if f.severity is Severity.REFUSE)
        for row, found in judged()
    }


@pytest.mark.parametrize("trap", TRAPS, ids=lambda row: row.name)
def test_no_trap_is_entered(verdicts: Mapping[str, Refusals], trap: Token) -> None:
    assert bool(verdicts[trap.name]) is (trap.name not in OUT_OF_SIGHT)


def test_hardly_an_honest_token_is_refused(verdicts: Mapping[str, Refusals]) -> None:
    refused = [row.name for row in HONEST if verdicts[row.name]]
    assert len(refused) <= HONEST_REFUSED_MAX
    assert refused == ["NoSellInTheBlockOfTheBuy"], "our own tier 2 sells in the block of the buy"
