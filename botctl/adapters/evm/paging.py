"""Questions about many items: all pages in one batch, and a page that fails is halved."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, Protocol, TypeVar

from botctl.adapters.evm.abi import unhexed
from botctl.adapters.evm.lent_code import ensure_lent
from botctl.adapters.evm.rpc import Call, Rpc
from botctl.adapters.evm.rpc_errors import RpcFault, fault_error, shaped
from botctl.core.codes import Code

ROUNDS_MAX: Final = 16  # a page of 2^15 items is halved down to its culprit in as many rounds

Item = TypeVar("Item")
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Question(Generic[Item, Row]):
    """How a page is asked, how its answer is read, and what an item that fails alone amounts to.

    `alone` may be None: then such a fault fails everything.
    """

    page_max: int
    ask: Callable[[Sequence[Item]], Call]
    read: Callable[[bytes, Sequence[Item]], list[Row]]
    alone: Callable[[Item, RpcFault], Row] | None = None


class Asking(Protocol):
    def calls(self) -> list[Call]: ...
    def take(self, answers: Sequence[object], provider: str) -> None: ...


class Pages(Generic[Item, Row]):
    """One question about `items`, answered page by page over several rounds."""

    def __init__(self, question: Question[Item, Row], items: Sequence[Item]) -> None:
        self._question = question
        self._items = items
        self._answered: dict[int, list[Row]] = {}
        self._open = [
            (start, min(start + question.page_max, len(items)))
            for start in range(0, len(items), question.page_max)
        ]

    def rows(self) -> list[Row]:
        """In the order of the items, once `ask_all` is done."""
        assert not self._open
        return [row for start in sorted(self._answered) for row in self._answered[start]]

    def calls(self) -> list[Call]:
        return [self._question.ask(self._items[start:stop]) for start, stop in self._open]

    def take(self, answers: Sequence[object], provider: str) -> None:
        asked, self._open = self._open, []
        for (start, stop), answer in zip(asked, answers, strict=True):
            ensure_lent(answer, provider)
            if isinstance(answer, RpcFault):
                self._split(start, stop, answer, provider)
                continue
            page = self._items[start:stop]
            with shaped(provider):
                self._answered[start] = self._question.read(unhexed(answer), page)

    def _split(self, start: int, stop: int, fault: RpcFault, provider: str) -> None:
        error = fault_error(fault, provider=provider)
        if error.code is not Code.ERR_RPC_FAULT:
            raise error  # the node's trouble, which smaller pages do not mend
        middle = (start + stop) // 2
        if middle > start:
            self._open += [(start, middle), (middle, stop)]
        elif self._question.alone is None:
            raise error
        else:
            self._answered[start] = [self._question.alone(self._items[start], fault)]


class Plain:
    """Calls that need no paging, sent along in the first round; a fault among them raises."""

    def __init__(self, *calls: Call) -> None:
        self._open = list(calls)
        self.answers: list[object] = []

    def calls(self) -> list[Call]:
        return self._open

    def take(self, answers: Sequence[object], provider: str) -> None:
        for (method, _), answer in zip(self._open, answers, strict=True):
            if isinstance(answer, RpcFault):
                raise fault_error(answer, provider=provider, method=method)
            self.answers.append(answer)
        self._open = []


def ask_all(rpc: Rpc, *askings: Asking) -> None:
    """One batch a round for all of them; more than one round only when pages fail."""
    for _ in range(ROUNDS_MAX):
        asked = [asking.calls() for asking in askings]
        if not any(asked):
            return
        answers = rpc.batch([call for calls in asked for call in calls])
        for asking, calls in zip(askings, asked, strict=True):
            asking.take(answers[: len(calls)], rpc.name)
            answers = answers[len(calls) :]
