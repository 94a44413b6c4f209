"""Everything `scan` reads from one provider: a MarketReader whose round trips do not grow."""

from collections.abc import Callable, Collection, Sequence
from typing import TypeVar

import msgspec

from botctl.adapters.evm.blocks import head, headers
from botctl.adapters.evm.events import Log, pair_created, swap
from botctl.adapters.evm.lens import Lens
from botctl.adapters.evm.lent_code import pinned
from botctl.adapters.evm.logs import decoded, logs, spans
from botctl.adapters.evm.paging import Pages, Plain, Question, ask_all
from botctl.adapters.evm.prober import ProbeQuery, Prober
from botctl.adapters.evm.quantity import address_of, quantity
from botctl.adapters.evm.rpc import Rpc
from botctl.adapters.evm.rpc_errors import shaped
from botctl.adapters.evm.selectors import PAIR_CREATED, SWAP
from botctl.core.codes import Code
from botctl.core.errors import TransientError
from botctl.core.facts import BlockRef, Facts, Probe
from botctl.core.units import Address, Hash32
from botctl.ports.chain import (
    Elsewhere,
    Head,
    MarketQuery,
    PairCreated,
    PairIdentity,
    Survey,
    Surveyed,
    SurveyRequest,
    SwapLog,
    TokenMeta,
)

Item = TypeVar("Item")
Row = TypeVar("Row")


class _Transaction(msgspec.Struct):
    from_: str = msgspec.field(name="from")


class EvmMarketReader:
    """A MarketReader. Each method is one round trip, more only where a page had to be halved."""

    def __init__(self, rpc: Rpc) -> None:
        self._rpc = rpc
        self.logs_skipped = 0  # malformed, foreign or taken back, since the start

    @property
    def round_trips(self) -> int:
        return self._rpc.round_trips

    def head(self) -> Head:
        return head(self._rpc)

    def is_canonical(self, block: BlockRef) -> bool:
        (there,) = headers(self._rpc, [block.number])
        return there is not None and there.hash == block.hash

    def blocks(self, numbers: Sequence[int]) -> tuple[BlockRef | None, ...]:
        return headers(self._rpc, numbers)

    def pairs_created(self, factory: Address, first: int, last: int) -> tuple[PairCreated, ...]:
        """As `swaps`."""
        found = self._logs(PAIR_CREATED, [factory], first, last)
        senders = self._senders({log.tx_hash for log in found})
        return tuple(self._read(found, lambda log: pair_created(log, senders[log.tx_hash])))

    def swaps(self, pairs: Sequence[Address], first: int, last: int) -> tuple[SwapLog, ...]:
        """A second round trip asks who sent the transactions."""
        found = self._logs(SWAP, pairs, first, last)
        senders = self._senders({log.tx_hash for log in found})
        return tuple(self._read(found, lambda log: swap(log, senders[log.tx_hash])))

    def tokens(self, tokens: Sequence[Address], at: BlockRef) -> tuple[TokenMeta, ...]:
        return tuple(self._asked(Lens(at).tokens(), tokens))

    def identities(self, pairs: Sequence[Address], at: BlockRef) -> tuple[PairIdentity, ...]:
        return tuple(words.identity for words in self._asked(Lens(at).pairs(), pairs))

    def survey(self, request: SurveyRequest, at: BlockRef) -> Survey:
        """All of it in one batch: what a page of markets is, sells for, and is worth to us."""
        lens = Lens(at)
        facts = Pages(lens.markets(request.lockers, request.wallet), request.markets)
        prober = Prober(at, request.router, request.native)
        probes = Pages(prober.probes(), _probe_queries(request.markets))
        codes = Pages(lens.pairs(), (request.factory, request.router))
        balance = Plain(("eth_getBalance", (request.wallet, pinned(at))))
        ask_all(self._rpc, facts, probes, codes, balance)
        factory, router = codes.rows()
        with shaped(self._rpc.name):
            return Survey(
                markets=_surveyed(request.markets, facts.rows(), probes.rows()),
                balance_wei=quantity(balance.answers[0]),
                factory_code_hash=factory.code_hash,
                router_code_hash=router.code_hash,
            )

    def reserves_elsewhere(self, pairs: Sequence[Address], at: BlockRef) -> Elsewhere | None:  # noqa: ARG002
        """There is nobody else."""
        return None

    def _asked(self, question: Question[Item, Row], items: Sequence[Item]) -> list[Row]:
        pages = Pages(question, items)
        ask_all(self._rpc, pages)
        return pages.rows()

    def _logs(
        self, event: str, addresses: Sequence[Address], first: int, last: int
    ) -> tuple[Log, ...]:
        found = logs(self._rpc, event, spans(addresses, first, last))
        self.logs_skipped += found.skipped
        return found.logs

    def _read(self, found: Sequence[Log], read: Callable[[Log], Row]) -> list[Row]:
        kept = decoded(found, read)
        self.logs_skipped += len(found) - len(kept)
        return kept

    def _senders(self, hashes: Collection[Hash32]) -> dict[Hash32, Address]:
        if not hashes:
            return {}
        asked = Plain(*(("eth_getTransactionByHash", (tx_hash,)) for tx_hash in hashes))
        ask_all(self._rpc, asked)
        with shaped(self._rpc.name):
            return {
                tx_hash: self._sender(answer)
                for tx_hash, answer in zip(hashes, asked.answers, strict=True)
            }

    def _sender(self, answer: object) -> Address:
        if answer is None:  # its log was there a moment ago
            raise TransientError(Code.ERR_CHAIN_REORGED, provider=self._rpc.name)
        return address_of(msgspec.convert(answer, _Transaction).from_)


def _probe_queries(markets: Sequence[MarketQuery]) -> list[ProbeQuery]:
    return [
        ProbeQuery(market.token, market.pair, market.probe_wei)
        for market in markets
        if market.probe_wei is not None
    ]


def _surveyed(
    markets: Sequence[MarketQuery], facts: Sequence[Facts], probes: Sequence[Probe]
) -> tuple[Surveyed, ...]:
    left = iter(probes)
    return tuple(
        Surveyed(fact, None if market.probe_wei is None else next(left))
        for market, fact in zip(markets, facts, strict=True)
    )
