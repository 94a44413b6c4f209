"""Where a run is struck: just before or after the bytes leave, or before it says that they will."""

from collections.abc import Callable
from typing import cast

from botctl.core.lifecycle import OrderEvent
from botctl.core.orders import Order, SignedTx
from botctl.ports.chain import SendAnswer, Sender
from botctl.ports.store import Moved, Store


class PowerCut(Exception):  # noqa: N818  not an error of ours: the machine is gone
    pass


class StruckBefore:
    """Something happens once, after the bytes were signed and before they leave."""

    def __init__(self, sender: Sender, strike: Callable[[], object]) -> None:
        self._sender, self._strikes = sender, [strike]

    def send(self, signed: SignedTx, *, public: bool = True) -> SendAnswer:
        while self._strikes:
            self._strikes.pop()()
        return self._sender.send(signed, public=public)


class StruckAfter:
    """Something happens once, between the first answer of a node and the next write."""

    def __init__(self, sender: Sender, strike: Callable[[], object]) -> None:
        self._sender, self._strikes = sender, [strike]

    def send(self, signed: SignedTx, *, public: bool = True) -> SendAnswer:
        answer = self._sender.send(signed, public=public)
        while self._strikes:
            self._strikes.pop()()
        return answer


class _DiesAtSubmit:
    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def move(self, order: Order, moved: Moved, now_ms: int) -> Order:
        if moved.event is OrderEvent.SUBMIT:
            raise PowerCut
        return self._store.move(order, moved, now_ms)


def dies_at_submit(store: Store) -> Store:
    """All is signed, and the machine is gone before it says that the first bytes go out."""
    return cast(Store, _DiesAtSubmit(store))
