"""What health asks of the chain's providers, from what is known of each."""

from collections.abc import Sequence

from botctl.core.health.evidence import DependencyReading
from botctl.core.providers import FAILED, ProviderState, usable


def readings(states: Sequence[ProviderState], now_ms: int) -> tuple[DependencyReading, ...]:
    """Over the newest requests of each. When a head was seen says nothing of its own age: that is
    INV_BLOCK_FRESH's to judge.
    """
    return tuple(
        DependencyReading(
            name=one.name,
            calls=len(one.recent),
            errors=one.recent.count(FAILED),
            p95_ms=one.p95_ms,
            on_hold=not usable(one, now_ms),
        )
        for one in states
    )
