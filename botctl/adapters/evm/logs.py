"""Event logs by block range and address page, all in one batch; ranges too rich are halved."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from botctl.adapters.evm.events import Log, log_of
from botctl.adapters.evm.paging import ask_all
from botctl.adapters.evm.rpc import Call, Rpc
from botctl.adapters.evm.rpc_errors import RpcFault, fault_error, unusable
from botctl.core.codes import Code
from botctl.core.units import Address

T = TypeVar("T")

RANGE_MAX: Final = 2_000  # blocks a page; what hosted providers allow at least
ADDRESSES_MAX: Final = 500  # pairs a page; providers refuse above 1,000
# How providers say that a range holds too much, in parts that survive their rewording.
TOO_RICH: Final = ("range", "limit", "more than", "too many", "too large", "exceed", "timeout")


@dataclass(frozen=True, slots=True)
class Span:
    """Blocks `first` to `last`, both included, for some addresses."""

    first: int
    last: int
    addresses: Sequence[Address]

    def halves(self) -> "tuple[Span, Span]":
        middle = (self.first + self.last) // 2
        return (
            Span(self.first, middle, self.addresses),
            Span(middle + 1, self.last, self.addresses),
        )


@dataclass(frozen=True, slots=True)
class Found:
    """Logs in chain order; `skipped` were malformed, foreign or taken back."""

    logs: tuple[Log, ...]
    skipped: int


class LogPages:
    """An Asking for one event. `answers` holds undecoded logs until it is done."""

    def __init__(self, event: str, spans: Sequence[Span]) -> None:
        self._event = event
        self._open = list(spans)
        self.answers: list[object] = []

    def calls(self) -> list[Call]:
        return [self._call(span) for span in self._open]

    def take(self, answers: Sequence[object], provider: str) -> None:
        asked, self._open = self._open, []
        for span, answer in zip(asked, answers, strict=True):
            if isinstance(answer, list):
                self.answers += answer
            elif isinstance(answer, RpcFault):
                self._open += _narrower(span, answer, provider)
            else:
                raise unusable(provider, "logs that are no list")

    def _call(self, span: Span) -> Call:
        return "eth_getLogs", (
            {
                "address": list(span.addresses),
                "topics": [self._event],
                "fromBlock": hex(span.first),
                "toBlock": hex(span.last),
            },
        )


def logs(rpc: Rpc, event: str, spans: Sequence[Span]) -> Found:
    pages = LogPages(event, spans)
    ask_all(rpc, pages)
    wanted = {address for span in spans for address in span.addresses}
    kept = list(_readable(pages.answers, wanted))
    kept.sort(key=lambda log: (log.block_number, log.index))
    return Found(tuple(kept), len(pages.answers) - len(kept))


def spans(addresses: Sequence[Address], first: int, last: int) -> list[Span]:
    """Every address over every block from `first` to `last`, cut into pages."""
    return [
        Span(start, min(start + RANGE_MAX - 1, last), addresses[at : at + ADDRESSES_MAX])
        for at in range(0, len(addresses), ADDRESSES_MAX)
        for start in range(first, last + 1, RANGE_MAX)
    ]


def decoded(found: Sequence[Log], read: Callable[[Log], T]) -> list[T]:
    """Whatever can be read; a token can log anything, so the rest is not an error."""
    kept: list[T] = []
    for log in found:
        try:
            kept.append(read(log))
        except ValueError:
            continue
    return kept


def _readable(wires: Sequence[object], wanted: set[Address]) -> Iterator[Log]:
    for wire in wires:
        try:
            log = log_of(wire)
        except ValueError:
            continue
        if log.address in wanted and not log.removed:
            yield log


def _narrower(span: Span, fault: RpcFault, provider: str) -> tuple[Span, Span]:
    error = fault_error(fault, provider=provider, method="eth_getLogs")
    rich = error.code is Code.ERR_RPC_FAULT and any(
        word in fault.message.lower() for word in TOO_RICH
    )
    if not rich or span.first >= span.last:
        raise error
    return span.halves()
