"""The same bytes to several nodes at once, and what all of them said as one answer."""

from collections.abc import Callable, Iterator, Sequence
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from typing import Final, Protocol, TypeAlias

from botctl.core.orders import SendCode, SignedTx
from botctl.ports.chain import SendAnswer

MS_PER_S: Final = 1_000

# The first of these that any node said is the answer of all. Whatever leaves open that a node has
# the bytes stands before every refusal; of those, what may be ours and mined, then what the same
# nonce can still be sent with.
HOPE: Final = (
    SendCode.ACCEPTED,
    SendCode.ALREADY_KNOWN,
    SendCode.UNCLEAR,
    SendCode.NONCE_TOO_LOW,
    SendCode.UNDERPRICED,
    SendCode.NO_FUNDS,
    SendCode.REJECTED,
)
LATE: Final = SendAnswer(SendCode.UNCLEAR, "no answer in time")
BUSY: Final = SendAnswer(SendCode.UNCLEAR, "not asked: it still owes an earlier answer")
BROKEN: Final = SendAnswer(SendCode.UNCLEAR, "our own side failed")


class Node(Protocol):
    """An EvmSender. `name` is fit for the operator's eyes: never a URL, which may hold a key."""

    name: str

    def send(self, signed: SignedTx) -> SendAnswer: ...


Said: TypeAlias = tuple[str, SendAnswer]  # a node's name and what it said
Box: TypeAlias = SimpleQueue[tuple[int, SendAnswer]]  # a node's place and what it said


def merged(said: Sequence[Said]) -> SendAnswer:
    """One answer for all, whatever their order; `text` names what each node said."""
    code = min((answer.code for _, answer in said), key=HOPE.index)
    return SendAnswer(code, "; ".join(sorted(f"{name}: {_words(answer)}" for name, answer in said)))


class Broadcast:
    """A Sender made of nodes: to all of them at once, or to the private relay alone.

    A node that has not answered after `deadline_ms` counts as UNCLEAR. It may still be at work
    then, on a connection of its own, so nobody else may use the nodes' Rpcs, and until it is done
    it is not asked again: what it says so late is heard by nobody. A single node, and the relay,
    are asked without a thread and take as long as their own Rpc allows.

    Not for use by two threads at once.
    """

    def __init__(
        self,
        nodes: Sequence[Node],
        relay: Node | None = None,
        *,
        deadline_ms: int,
        clock_s: Callable[[], float] = monotonic,
    ) -> None:
        assert nodes, "bytes need somewhere to go"
        self._nodes = tuple(nodes)
        self._relay = relay
        self._deadline_s = deadline_ms / MS_PER_S
        self._clock_s = clock_s
        self._threads: dict[int, Thread] = {}  # by the node's place: names may repeat

    def send(self, signed: SignedTx, *, public: bool = True) -> SendAnswer:
        if not public and self._relay is not None:
            return _alone(self._relay, signed)
        if len(self._nodes) == 1:
            return _alone(self._nodes[0], signed)
        return merged(self._at_once(signed))

    def _at_once(self, signed: SignedTx) -> list[Said]:
        over_s = self._clock_s() + self._deadline_s
        box: Box = SimpleQueue()  # of this call alone: a late answer must not meet the next one
        asked = [place for place in range(len(self._nodes)) if self._is_free(place)]
        for place in asked:
            self._start(place, signed, box)
        heard = dict(self._heard(box, len(asked), over_s))
        for place in heard:
            del self._threads[place]  # has spoken: its connection is free
        everywhere = range(len(self._nodes))
        answers = dict.fromkeys(everywhere, BUSY) | dict.fromkeys(asked, LATE) | heard
        return [(self._nodes[place].name, answers[place]) for place in everywhere]

    def _is_free(self, place: int) -> bool:
        thread = self._threads.get(place)
        return thread is None or not thread.is_alive()

    def _start(self, place: int, signed: SignedTx, box: Box) -> None:
        """A daemon: the process may end without it."""
        work = (place, self._nodes[place], signed, box)
        thread = Thread(target=_deliver, args=work, daemon=True)
        thread.start()
        self._threads[place] = thread

    def _heard(self, box: Box, count: int, over_s: float) -> Iterator[tuple[int, SendAnswer]]:
        for _ in range(count):
            try:
                yield box.get(timeout=max(over_s - self._clock_s(), 0))
            except Empty:
                return


def _alone(node: Node, signed: SignedTx) -> SendAnswer:
    return merged([(node.name, node.send(signed))])


def _deliver(place: int, node: Node, signed: SignedTx, box: Box) -> None:
    """What is raised here is a mistake of ours: it is printed, and leaves open what the node has."""
    answer = BROKEN
    try:
        answer = node.send(signed)
    finally:
        box.put((place, answer))


def _words(answer: SendAnswer) -> str:
    return f"{answer.code} ({answer.text})" if answer.text else answer.code
