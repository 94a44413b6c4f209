"""The demo's stage: a chain of its own with a crowd on it, and the real commands run against it."""

from typing import Protocol

from botctl.core.units import Address
from botctl.ports.codec import Codec
from botctl.ports.store import Store


class Stage(Protocol):
    @property
    def store(self) -> Store: ...
    @property
    def codec(self) -> Codec: ...
    @property
    def bot(self) -> str: ...
    @property
    def traps(self) -> frozenset[Address]:
        """Pairs whose token must never be bought."""

    @property
    def places(self) -> tuple[tuple[str, str], ...]:
        """What lies where: (name, path)."""

    def step(self) -> None:
        """The crowd trades for some blocks, which are mined, the bot's transactions among them."""

    def run(self, *command: str) -> int:
        """Run `botctl COMMAND...` as a process; returns its exit status."""

    def mined_transactions(self) -> int:
        """How many transactions of the bot's wallet the chain has."""
