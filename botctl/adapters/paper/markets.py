"""The real markets as a paper wallet sees them: only what is ours comes from the book."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from botctl.adapters.paper.book import NATIVE
from botctl.adapters.paper.book_file import BookFile
from botctl.core.facts import BlockRef
from botctl.core.units import Address
from botctl.ports.chain import (
    Elsewhere,
    Head,
    MarketReader,
    PairCreated,
    PairIdentity,
    Survey,
    Surveyed,
    SurveyRequest,
    SwapLog,
    TokenMeta,
)


class PaperMarkets:
    """A MarketReader around a real one; `survey` answers with the book's balances."""

    def __init__(self, reader: MarketReader, file: BookFile) -> None:
        self._reader = reader
        self._file = file

    @property
    def round_trips(self) -> int:
        return self._reader.round_trips

    def head(self) -> Head:
        return self._reader.head()

    def is_canonical(self, block: BlockRef) -> bool:
        return self._reader.is_canonical(block)

    def blocks(self, numbers: Sequence[int]) -> tuple[BlockRef | None, ...]:
        return self._reader.blocks(numbers)

    def pairs_created(self, factory: Address, first: int, last: int) -> tuple[PairCreated, ...]:
        return self._reader.pairs_created(factory, first, last)

    def swaps(self, pairs: Sequence[Address], first: int, last: int) -> tuple[SwapLog, ...]:
        return self._reader.swaps(pairs, first, last)

    def tokens(self, tokens: Sequence[Address], at: BlockRef) -> tuple[TokenMeta, ...]:
        return self._reader.tokens(tokens, at)

    def identities(self, pairs: Sequence[Address], at: BlockRef) -> tuple[PairIdentity, ...]:
        return self._reader.identities(pairs, at)

    def reserves_elsewhere(self, pairs: Sequence[Address], at: BlockRef) -> Elsewhere | None:
        return self._reader.reserves_elsewhere(pairs, at)

    def survey(self, request: SurveyRequest, at: BlockRef) -> Survey:
        survey = self._reader.survey(request, at)
        balances = self._file.read().balances(at.number)
        return replace(
            survey,
            balance_wei=balances[NATIVE],
            markets=tuple(
                _owned(seen, query.token, balances)
                for query, seen in zip(request.markets, survey.markets, strict=True)
            ),
        )


def _owned(seen: Surveyed, token: Address, balances: Mapping[str, int]) -> Surveyed:
    """A token that does not answer stays unknown: on paper it cannot be more than on the chain."""
    held = balances.get(token, 0)
    if seen.facts.wallet_token in (None, held):
        return seen
    return replace(seen, facts=replace(seen.facts, wallet_token=held))
