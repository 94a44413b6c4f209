"""Tokens' codes behind their proxies, their launchers and the gate's simulations, from one node.

Everything is asked for many tokens at once: the requests are as many for a hundred as for one.
"""

from collections.abc import Sequence
from dataclasses import replace

from botctl.adapters.evm import selectors
from botctl.adapters.evm.abi import address, unhexed
from botctl.adapters.evm.code_chain import Chain, address_in, chains
from botctl.adapters.evm.gate import Gate
from botctl.adapters.evm.gate_case import NAMELESS, Power, Suspect
from botctl.adapters.evm.gate_helpers import with_helpers
from botctl.adapters.evm.hashing import hash32
from botctl.adapters.evm.launchers import launchers
from botctl.adapters.evm.lent_code import pinned
from botctl.adapters.evm.rpc import Rpc
from botctl.adapters.evm.rpc_errors import shaped
from botctl.core.facts import BlockRef
from botctl.core.sellability.code_facts import CodeFacts, code_facts
from botctl.core.sellability.proof import Capability, Proof
from botctl.core.units import Address
from botctl.ports.inspect import Suspicion


class EvmInspector:
    """A TokenInspector for the configured venue. `salt` and `trader` as `Gate` wants them."""

    def __init__(
        self,
        rpc: Rpc,
        *,
        factory: Address,
        router: Address,
        native: Address,
        salt: bytes,
        trader: Address | None = None,
    ) -> None:
        self._rpc = rpc
        self._factory = factory
        self._venue = (factory, router, native)
        self._read_at: BlockRef | None = None
        self._read: dict[Address, Chain] = {}
        self._gate = Gate(rpc, router, native, salt=salt, trader=trader)

    def pair_of(self, token: Address, quote: Address, at: BlockRef) -> Address | None:
        ask = {
            "to": self._factory,
            "data": f"0x{selectors.GET_PAIR}{address(token)}{address(quote)}",
        }
        answer = self._rpc.call("eth_call", ask, pinned(at))
        with shaped(self._rpc.name):
            return address_in(unhexed(answer))

    def launchers(self, pairs: Sequence[tuple[Address, int]]) -> tuple[Address | None, ...]:
        return launchers(self._rpc, self._factory, pairs)

    def codes(self, tokens: Sequence[Address], at: BlockRef) -> tuple[CodeFacts, ...]:
        found = self._chains(tokens, at)
        return tuple(_facts(found[token]) for token in tokens)

    def proofs(
        self, suspicions: Sequence[Suspicion], *, amount_wei: int, at: BlockRef
    ) -> tuple[Proof, ...]:
        found = self._chains([each.token for each in suspicions], at)
        named = [found[each.token].named for each in suspicions]
        suspects = [_suspect(each) for each in suspicions]
        suspects = with_helpers(self._rpc, at, suspects, named, self._venue)
        return tuple(self._gate.proofs(suspects, amount_wei=amount_wei, block=at))

    def capabilities(self, at: BlockRef) -> tuple[Capability, ...]:
        return self._gate.capabilities(at)

    def _chains(self, tokens: Sequence[Address], at: BlockRef) -> dict[Address, Chain]:
        """Those of one block are kept: `codes` and `proofs` want the same, one after the other."""
        if self._read_at != at:
            self._read_at, self._read = at, {}
        if new := [token for token in tokens if token not in self._read]:
            self._read |= chains(self._rpc, new, at)
        return self._read


def _facts(chain: Chain) -> CodeFacts:
    return replace(code_facts(chain.codes), hashes=tuple(map(hash32, chain.codes)))


def _suspect(suspicion: Suspicion) -> Suspect:
    return Suspect(
        token=suspicion.token,
        pair=suspicion.pair,
        actors=tuple(suspicion.actors),
        powers=tuple(Power(suspicion.token, each) for each in (*suspicion.selectors, NAMELESS)),
    )
