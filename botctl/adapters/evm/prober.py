"""The question `Prober.sol` answers: what comes back when each token is bought and sold again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from botctl.adapters.evm import selectors
from botctl.adapters.evm.abi import Cursor, Tail, address, arguments, rows, tuples, uint
from botctl.adapters.evm.lent_code import LentCode, runtime_code
from botctl.adapters.evm.paging import Question
from botctl.adapters.evm.revert import revert_reason
from botctl.adapters.evm.rpc_errors import RpcFault
from botctl.core.facts import BlockRef, Probe, ProbeStatus
from botctl.core.units import Address

PROBER_AT: Final = Address("0x324b4f39d75d08671c4532d2c73cef6ff32b6f3a")
PROBE_PAGE: Final = 50
PROBE_GAS: Final = 1_800_000  # a token's round trip takes 200,000 to 400,000; bombs take it all
PURSE_WEI: Final = 10**24  # lent to the prober; more than any probe spends
STATUSES: Final = tuple(ProbeStatus)  # in the order of the contract's status byte
RESULT_HEAD_BYTES: Final = 10 * 32


@dataclass(frozen=True, slots=True)
class ProbeQuery:
    token: Address
    pair: Address
    amount_in: int  # native wei


@dataclass(frozen=True, slots=True)
class Prober:
    at: BlockRef
    router: Address
    native: Address

    def probes(self) -> Question[ProbeQuery, Probe]:
        ends = address(self.router) + address(self.native) + uint(PROBE_GAS)
        lent = LentCode(PROBER_AT, runtime_code("Prober"), PURSE_WEI)
        return Question(
            page_max=PROBE_PAGE,
            ask=lambda page: lent.call_in_next_block(
                f"0x{selectors.PROBE}{arguments(_queries(page), ends)}", self.at
            ),
            read=read_probes,
            alone=isolated,
        )


def read_probes(raw: bytes, page: Sequence[ProbeQuery]) -> list[Probe]:
    cursor = Cursor(raw)
    found = [
        _probe(cursor, query) for query, _ in zip(page, tuples(cursor, len(page)), strict=True)
    ]
    cursor.done()
    return found


def isolated(query: ProbeQuery, fault: RpcFault) -> Probe:
    """A token whose probe the node could not even run proves nothing, so it is not sellable."""
    return Probe(
        status=ProbeStatus.ISOLATED_FAILURE,
        amount_in=query.amount_in,
        expected_out=0,
        received=0,
        sent_to_pair=0,
        arrived=0,
        expected_back=0,
        back=0,
        buy_gas=0,
        sell_gas=0,
        reason=fault.message,
    )


def _probe(cursor: Cursor, query: ProbeQuery) -> Probe:
    """The fields in the order of the words."""
    status = STATUSES[cursor.uint(len(STATUSES) - 1)]
    return Probe(
        status=status,
        amount_in=query.amount_in,
        expected_out=cursor.uint(),
        received=cursor.uint(),
        sent_to_pair=cursor.uint(),
        arrived=cursor.uint(),
        expected_back=cursor.uint(),
        back=cursor.uint(),
        buy_gas=cursor.uint(),
        sell_gas=cursor.uint(),
        reason=_reason(cursor, status),
    )


def _reason(cursor: Cursor, status: ProbeStatus) -> str:
    cursor.expect(RESULT_HEAD_BYTES)
    data = cursor.blob()
    return "" if status is ProbeStatus.OK or not data else revert_reason(data)


def _queries(page: Sequence[ProbeQuery]) -> Tail:
    words = (address(q.token) + address(q.pair) + uint(q.amount_in) for q in page)
    return rows(words, words_each=3)
