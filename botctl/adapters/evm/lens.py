"""The questions `Lens.sol` answers: calldata out, packed words in, a page per call."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from botctl.adapters.evm import selectors
from botctl.adapters.evm.abi import Tail, address, arguments, rows
from botctl.adapters.evm.lens_rows import (
    PairWords,
    read_allowances,
    read_holdings,
    read_markets,
    read_pairs,
    read_tokens,
)
from botctl.adapters.evm.lent_code import LentCode, runtime_code
from botctl.adapters.evm.paging import Question
from botctl.core.facts import BlockRef, Facts
from botctl.core.units import ZERO_ADDRESS, Address
from botctl.ports.chain import Holding, MarketQuery, TokenMeta

LENS_AT: Final = Address("0xcb6c95961f3725ea11981df4982e4fed8427e7a9")
# About 60,000 gas a market: two fifths of the 50 million that geth gives to a call.
MARKETS_PAGE: Final = 250
TOKENS_PAGE: Final = 250
HOLDERS_MAX: Final = 3  # what a Query has room for
PAIRS_PAGE: Final = 500
ACCOUNTS_PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class Lens:
    """The Questions of one pinned block."""

    at: BlockRef

    def markets(self, lockers: Sequence[Address], wallet: Address) -> Question[MarketQuery, Facts]:
        ends = (_addresses(lockers), address(wallet))
        return Question(
            page_max=MARKETS_PAGE,
            ask=lambda page: self._call(selectors.MARKETS, arguments(_queries(page), *ends)),
            read=read_markets,
        )

    def tokens(self) -> Question[Address, TokenMeta]:
        return Question(
            page_max=TOKENS_PAGE,
            ask=lambda page: self._call(selectors.TOKENS, arguments(_addresses(page))),
            read=read_tokens,
        )

    def pairs(self) -> Question[Address, PairWords]:
        return Question(
            page_max=PAIRS_PAGE,
            ask=lambda page: self._call(selectors.PAIRS, arguments(_addresses(page))),
            read=read_pairs,
        )

    def holdings(self, wallet: Address) -> Question[Address, Holding]:
        who = address(wallet)
        return Question(
            page_max=ACCOUNTS_PAGE,
            ask=lambda page: self._call(selectors.ACCOUNTS, arguments(who, _addresses(page))),
            read=read_holdings,
        )

    def allowances(self, wallet: Address, spender: Address) -> Question[Address, int | None]:
        who = address(wallet) + address(spender)
        return Question(
            page_max=ACCOUNTS_PAGE,
            ask=lambda page: self._call(selectors.ALLOWANCES, arguments(who, _addresses(page))),
            read=read_allowances,
        )

    def _call(self, selector: str, digits: str) -> tuple[str, Sequence[object]]:
        lent = LentCode(LENS_AT, runtime_code("Lens"))
        return lent.call(f"0x{selector}{digits}", self.at)


def _queries(page: Sequence[MarketQuery]) -> Tail:
    return rows(
        (
            address(each)
            for query in page
            for each in (query.pair, query.token, query.quote, *_padded(query.holders))
        ),
        words_each=3 + HOLDERS_MAX,
    )


def _padded(holders: Sequence[Address]) -> Sequence[Address]:
    return (*holders, *(ZERO_ADDRESS,) * HOLDERS_MAX)[:HOLDERS_MAX]


def _addresses(page: Sequence[Address]) -> Tail:
    return rows(address(each) for each in page)
