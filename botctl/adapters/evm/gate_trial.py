"""One token before the gate: what to ask of the node in two rounds, and what the answers prove."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final, TypeVar

from botctl.adapters.evm.gate_case import Place, Suspect
from botctl.adapters.evm.gate_ladder import Bought, Ladder, is_opinion
from botctl.adapters.evm.gate_puppet import Puppetry, with_people
from botctl.adapters.evm.gate_simulation import simulated
from botctl.adapters.evm.gate_spree import Spree, spree
from botctl.adapters.evm.rpc import Call
from botctl.adapters.evm.rpc_errors import RpcFault, fault_error, shaped
from botctl.core.codes import Code
from botctl.core.sellability.proof import (
    Capability,
    Means,
    Outcome,
    OwnerProof,
    Proof,
    Sale,
    Tries,
)
from botctl.core.units import Address

T = TypeVar("T")
SPREE_ACTORS_MAX: Final = 4


class Trial:
    """Asked and told in turn: `first`, `take_first`, `second`, `take_second`, `proof`."""

    def __init__(
        self, place: Place, suspect: Suspect, found: Sequence[Capability], provider: str
    ) -> None:
        self._simulates = Capability.SIMULATE in found
        self._provider = provider
        self._suspect = suspect
        self._ladder = Ladder(place, suspect)
        means = Means.CARRIED if self._simulates else Means.WHOLE_TRIP
        self._puppetry = Puppetry(place, suspect, means)
        others = replace(suspect, actors=_people_of(suspect))
        self._people = Puppetry(place, others, means)
        self._is_puppet_asked = bool(self._puppetry.actors) and _lends(means, found)
        self._are_people_asked = bool(self._people.actors) and _lends(means, found)
        self._owner = self._puppetry.untried(
            Tries.NOT_POSSIBLE if self._puppetry.actors else Tries.NO_ACTOR
        )
        self._bought: list[Bought] = []
        self._pool_wei = 0
        self._spree: Spree | None = None
        self._sales: list[Sale] = []

    def first(self) -> list[Call]:
        """The powers in the hands of owner and launcher, then of others, and the buys."""
        calls = [self._puppetry.call()] if self._is_puppet_asked else []
        calls += [self._people.call()] if self._are_people_asked else []
        return [*calls, simulated(self._place, self._ladder.buys())] if self._simulates else calls

    def take_first(self, results: Iterator[object]) -> None:
        """Takes as many results as there were calls. Raises a BotError for the node's trouble."""
        if self._is_puppet_asked:
            self._owner = self._read(next(results), self._puppetry.read, self._owner_not_run)
        if self._are_people_asked:
            people = self._read(next(results), self._people.read, self._owner_not_run)
            self._owner = with_people(self._owner, people)
        if self._simulates:
            self._bought, self._pool_wei = self._read(
                next(results), self._ladder.bought, self._buys_not_run
            )
            actors = (*self._puppetry.actors, *self._people.actors)[:SPREE_ACTORS_MAX]
            self._spree = spree(self._ladder, actors, self._owner)

    def second(self) -> list[Call]:
        """The sales, where anything was bought."""
        if not self._has_bought:
            return []
        blocks = [self._ladder.sales(self._bought, self._pool_wei)]
        if self._spree is not None:
            blocks.append(self._spree.blocks(self._bought))
        return [simulated(self._place, each) for each in blocks]

    def take_second(self, results: Iterator[object]) -> None:
        """As `take_first`."""
        if not self._has_bought:
            return
        self._sales = self._read(next(results), self._read_sales, self._sales_not_run)
        if (last := self._spree) is not None:
            sale = self._read(
                next(results), lambda result: last.read(result, self._bought), last.failed
            )
            self._owner = replace(self._owner, spree=sale)

    def proof(self, whole: Sequence[Sale]) -> Proof:
        """`whole`: the whole trips, now first."""
        now, *later = whole
        return Proof(
            token=self._suspect.token,
            now=now,
            ladder=(*(sale for sale in self._sales if not is_opinion(sale)), *later),
            owner=self._owner,
            opinion=next((sale for sale in self._sales if is_opinion(sale)), None),
        )

    @property
    def _place(self) -> Place:
        return self._ladder.place

    @property
    def _has_bought(self) -> bool:
        return any(each.outcome is Outcome.OK for each in self._bought)

    def _read_sales(self, result: object) -> list[Sale]:
        return self._ladder.read(result, self._bought)

    def _owner_not_run(self, said: str) -> OwnerProof:
        return self._puppetry.untried(Tries.NOT_RUN, said)

    def _buys_not_run(self, said: str) -> tuple[list[Bought], int]:
        self._sales = self._sales_not_run(said)
        return [], 0

    def _sales_not_run(self, said: str) -> list[Sale]:
        return self._ladder.not_run(said)

    def _read(self, result: object, read: Callable[[object], T], alone: Callable[[str], T]) -> T:
        """`alone` is what a fault of this token's request amounts to; the node's trouble raises."""
        if isinstance(result, RpcFault):
            error = fault_error(result, provider=self._provider)
            if error.code is not Code.ERR_RPC_FAULT:
                raise error
            return alone(result.message)
        with shaped(self._provider):
            return read(result)


def _people_of(suspect: Suspect) -> tuple[Address, ...]:
    return tuple(each for each in suspect.people if each not in suspect.actors)


def _lends(means: Means, found: Sequence[Capability]) -> bool:
    return means is Means.CARRIED or {
        Capability.STATE_OVERRIDE,
        Capability.BLOCK_OVERRIDE,
    }.issubset(found)
