"""The parts that can be switched while the bot runs, each with its meaning and its default.

What limits a loss or keeps a send safe is not among them: no switch turns a stop loss, an emergency
exit, a limit or an invariant off. A decision's policy names what was off, so that replay leaves the
same out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from botctl.core.codes import Code
from botctl.core.errors import OperatorError


class Part(StrEnum):
    STRATEGY = "strategy"
    GATE = "gate"
    CARE = "care"


class Feature(StrEnum):
    CALM = "calm"
    REGIMES = "regimes"
    TAKE_PROFIT = "take_profit"
    TRAILING_STOP = "trailing_stop"
    TIME_EXIT = "time_exit"
    GATE_TIERS = "gate_tiers"
    LIVE_PROBE = "live_probe"
    ENRICHMENT = "enrichment"
    FLATTEN = "flatten"


@dataclass(frozen=True, slots=True)
class About:
    part: Part
    default: bool
    meaning: str  # of it being on


FEATURES: Final[Mapping[Feature, About]] = MappingProxyType(
    {
        Feature.CALM: About(
            Part.STRATEGY, True, "Entries wait while a pool jumps or is sandwiched: `[calm]`."
        ),
        Feature.REGIMES: About(
            Part.STRATEGY, True, "Bad times take from sizes and bounds: `[regime]`, `[[regimes]]`."
        ),
        Feature.TAKE_PROFIT: About(
            Part.STRATEGY, True, "Sell at `exits.take_profit_bps` above the cost."
        ),
        Feature.TRAILING_STOP: About(
            Part.STRATEGY, True, "Sell when a profit falls back: `exits.trailing_*`."
        ),
        Feature.TIME_EXIT: About(Part.STRATEGY, True, "Sell after `exits.hold_max_s`."),
        Feature.GATE_TIERS: About(
            Part.GATE, True, "Entries are simulated later, as others and as the owner, before they are signed."
        ),
        Feature.LIVE_PROBE: About(
            Part.GATE, False, "Buy and sell a little for real before the first entry: `[live_probe]`."
        ),
        Feature.ENRICHMENT: About(
            Part.GATE, True, "Ask the services in `enrich.sources` about a token."
        ),
        Feature.FLATTEN: About(
            Part.CARE, True, "`kill hard --flatten` may sell everything the wallet holds."
        ),
    }
)  # fmt: skip


def off(on: Mapping[Feature, bool]) -> tuple[Feature, ...]:
    """Those switched off, in the order of the table; one that is not named has its default."""
    return tuple(each for each, about in FEATURES.items() if not on.get(each, about.default))


def require_on(switched_off: tuple[Feature, ...], feature: Feature) -> None:
    """Raises ERR_FEATURE_OFF."""
    if feature in switched_off:
        say = f"features.{feature.value} is off in the settings, so this is not done"
        raise OperatorError(Code.ERR_FEATURE_OFF, say, feature=feature.value)
