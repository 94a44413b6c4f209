"""Switches that a running bot reads again before each cycle."""

from pydantic import Field

from botctl.config.groups.base import Group
from botctl.config.kinds import Flag
from botctl.core.features import FEATURES, Feature, off


def _switch(feature: Feature) -> bool:
    """pydantic's Field, whose type is that of the default."""
    about = FEATURES[feature]
    found: bool = Field(default=about.default, description=about.meaning)
    return found


class FeaturesGroup(Group):
    """Parts that can be switched while it runs: `botctl run` reads this group again before each cycle."""

    calm: Flag = _switch(Feature.CALM)
    regimes: Flag = _switch(Feature.REGIMES)
    take_profit: Flag = _switch(Feature.TAKE_PROFIT)
    trailing_stop: Flag = _switch(Feature.TRAILING_STOP)
    time_exit: Flag = _switch(Feature.TIME_EXIT)
    gate_tiers: Flag = _switch(Feature.GATE_TIERS)
    live_probe: Flag = _switch(Feature.LIVE_PROBE)
    enrichment: Flag = _switch(Feature.ENRICHMENT)
    flatten: Flag = _switch(Feature.FLATTEN)

    def on(self, feature: Feature) -> bool:
        found: bool = getattr(self, feature.value)
        return found

    def off(self) -> tuple[Feature, ...]:
        return off({feature: self.on(feature) for feature in Feature})
