"""Tiers 3 to 5 of the sellability gate for many tokens, in rounds whose number is not the tokens'.

Each token has requests of its own, so none can see, starve or spoil another; only the whole trips
share calls, as the prober isolates them itself.
"""

from collections.abc import Sequence
from typing import Final

from botctl.adapters.evm.gate_capability import capabilities, capability_calls
from botctl.adapters.evm.gate_case import Place, Suspect
from botctl.adapters.evm.gate_trial import Trial
from botctl.adapters.evm.gate_trips import moments, trips
from botctl.adapters.evm.paging import Pages, ask_all
from botctl.adapters.evm.quantity import address_of
from botctl.adapters.evm.rpc import Call, Rpc
from botctl.adapters.evm.rpc_errors import shaped
from botctl.core.codes import Code
from botctl.core.errors import TransientError
from botctl.core.facts import BlockRef
from botctl.core.sellability.proof import Capability, Proof, Sale
from botctl.core.units import ZERO_ADDRESS, Address

REQUESTS_MAX: Final = 100  # of 20 to 30 kB each, in one batch: nodes refuse bodies beyond 5 MB


class Gate:
    """One node and one venue. What the node can do is found out once, at the first question."""

    def __init__(
        self,
        rpc: Rpc,
        router: Address,
        native: Address,
        *,
        salt: bytes = b"",
        trader: Address | None = None,
    ) -> None:
        """`salt` is whatever nobody else knows: our simulated wallets' addresses follow from it.

        `trader` is our real wallet: the second opinion is its trade, as a token may know it.
        """
        self._rpc = rpc
        self._router = router
        self._native = native
        self._salt = salt
        self._trader = trader
        self._found: tuple[Capability, ...] | None = None

    def capabilities(self, block: BlockRef) -> tuple[Capability, ...]:
        """What the node was seen to do; raises a BotError when it is in trouble."""
        if self._found is None:
            place = self._place(block, ZERO_ADDRESS, 0)
            results = self._rpc.batch(capability_calls(place))
            self._found = capabilities(place, results, self._rpc.name)
        return self._found

    def proofs(
        self, suspects: Sequence[Suspect], *, amount_wei: int, block: BlockRef
    ) -> list[Proof]:
        """One a suspect, in order. Raises a BotError when the node, not a token, is in trouble:
        ERR_NODE_NO_OVERRIDE where it lends no code at all.
        """
        if not suspects:
            return []
        found = self.capabilities(block)
        place = self._place(block, self._producer(block), amount_wei)
        whole = self._whole_trips(place, suspects, found)
        trials = [Trial(place, suspect, found, self._rpc.name) for suspect in suspects]
        answered = iter(self._results([call for trial in trials for call in trial.first()]))
        for trial in trials:
            trial.take_first(answered)
        answered = iter(self._results([call for trial in trials for call in trial.second()]))
        for trial in trials:
            trial.take_second(answered)
        return [trial.proof(sales) for trial, sales in zip(trials, whole, strict=True)]

    def _whole_trips(
        self, place: Place, suspects: Sequence[Suspect], found: Sequence[Capability]
    ) -> list[list[Sale]]:
        """By token, now first."""
        is_ahead = Capability.BLOCK_OVERRIDE in found
        asked = [
            Pages(trips(place, moment, is_block_overridden=is_ahead), suspects)
            for moment in moments(
                is_block_overridden=is_ahead, is_simulated=Capability.SIMULATE in found
            )
        ]
        ask_all(self._rpc, *asked)
        return [list(sales) for sales in zip(*(each.rows() for each in asked), strict=True)]

    def _results(self, calls: Sequence[Call]) -> list[object]:
        return [
            result
            for start in range(0, len(calls), REQUESTS_MAX)
            for result in self._rpc.batch(calls[start : start + REQUESTS_MAX])
        ]

    def _place(self, block: BlockRef, producer: Address, amount_wei: int) -> Place:
        return Place(
            self._router, self._native, block, producer, amount_wei, self._salt, self._trader
        )

    def _producer(self, block: BlockRef) -> Address:
        header = self._rpc.call("eth_getBlockByHash", block.hash, False)
        if not isinstance(header, dict):
            raise TransientError(Code.ERR_CHAIN_REORGED, provider=self._rpc.name)
        with shaped(self._rpc.name):
            return address_of(header.get("miner"))
