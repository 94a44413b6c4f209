"""The stage of the hostile run: one whose crowd attacks, and says afterwards what it did."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from botctl.core.policy import Policy
from botctl.core.raid import Attack, AttackKind, Sandwich
from botctl.core.units import Address
from botctl.ports.stage import Stage


class HostileStage(Stage, Protocol):
    @property
    def policy(self) -> Policy:
        """The limits that hold here."""

    @property
    def cycle_blocks(self) -> int:
        """How many blocks a step mines."""

    @property
    def head(self) -> int: ...
    @property
    def attacks(self) -> Sequence[Attack]:
        """On what we held, in order."""

    @property
    def sandwiches(self) -> Sequence[Sandwich]: ...
    @property
    def made(self) -> Mapping[AttackKind, int]:
        """All attacks, those on markets that we did not hold among them."""

    @property
    def launches(self) -> Mapping[str, int]:
        """Markets opened during the run, by contract."""

    @property
    def hostile(self) -> Mapping[Address, str]:
        """Pairs whose maker means harm, with their contract."""

    def sale_wei(self, pair: Address, quantity: int) -> int | None:
        """What selling that much right now would bring; None: it reverts."""

    @property
    def day_start_ms(self) -> int:
        """Midnight before the chain's time, as the bot counts days."""
