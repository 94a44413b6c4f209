"""The rest of tier 4: powers that bite in a row, or only after a while.

All that take no words are used by everybody who may, twice, as one may undo or unlock another. These
are plain transactions: what a function destroys is gone before we sell.
"""

from dataclasses import dataclass
from typing import Final

from botctl.adapters.evm.gate_case import Power
from botctl.adapters.evm.gate_ladder import Bought, Ladder
from botctl.adapters.evm.gate_schedule import BUYS, DAY_S, Rung, Step
from botctl.adapters.evm.gate_simulation import SWAP_GAS, SimBlock, Tx, answers, fee_wei
from botctl.core.sellability.proof import OwnerProof, Sale
from botctl.core.units import Address

USES_MAX: Final = 12  # different powers
ROUNDS: Final = 2
RENOUNCE: Final = "715018a6"  # renounceOwnership(): after it nobody could do the rest
SALE: Final = Rung(250, DAY_S, (Step("after all powers without words, a day later", 0),))


@dataclass(frozen=True, slots=True)
class Spree:
    """Of one token; its wallet is the ladder's first, which buys first there too."""

    ladder: Ladder
    actors: tuple[Address, ...]
    powers: tuple[Power, ...]

    def blocks(self, bought: list[Bought]) -> list[SimBlock]:
        got = [each.got for each in bought]
        uses = [
            Tx(actor, power.target, f"0x{power.selector}")
            for _ in range(ROUNDS)
            for power in self.powers
            for actor in self.actors
        ]
        fees = hex(len(uses) * fee_wei(self.ladder.place, SWAP_GAS))
        first = self.ladder.bought_and_approved(0, got)
        return [
            SimBlock(BUYS.blocks, BUYS.seconds, first, self.ladder.lent(0)),
            SimBlock(2, 24, uses, {actor: {"balance": fees} for actor in self.actors}),
            SimBlock(SALE.blocks, SALE.seconds, self.ladder.sell(SALE.steps[0], got, SALE)),
        ]

    def read(self, result: object, bought: list[Bought]) -> Sale:
        """Raises ValueError."""
        uses = ROUNDS * len(self.powers) * len(self.actors)
        (_, approval), _, (quote, sell) = answers(result, (2, uses, 2))
        return self.ladder.sale(SALE, SALE.steps[0], bought[0], approval, (quote, sell))

    def failed(self, said: str) -> Sale:
        return self.ladder.sale_not_run(SALE, SALE.steps[0], said)


def spree(ladder: Ladder, actors: tuple[Address, ...], owner: OwnerProof) -> Spree | None:
    """None where no power takes no words: those that do were accepted at the first try.

    What nobody could use alone comes along, as it may wait for another's unlocking.
    """
    free = [use for use in owner.powers if use.accepted and use.tried == 1 and use.sells]
    locked = [use for use in owner.powers if use.tried and not use.accepted and use.selector]
    powers = tuple(
        Power(use.target, use.selector) for use in (*free, *locked) if use.selector != RENOUNCE
    )
    return Spree(ladder, actors, powers[:USES_MAX]) if free else None
