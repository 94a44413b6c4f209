"""How we stand when a cycle is decided: our record, and the times it is read as."""

from dataclasses import dataclass
from typing import Final

from botctl.core.record import NOTHING, Record, record
from botctl.core.terms import Regime


@dataclass(frozen=True, slots=True)
class Standing:
    """Shared by all markets of a cycle."""

    regime: Regime
    record: Record


UNTRIED: Final = Standing(Regime.NORMAL, record(NOTHING.trades))
