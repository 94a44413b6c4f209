"""What health hears of providers: the newest requests, and whether one rests."""

from botctl.core.health.evidence import DependencyReading
from botctl.core.health.readings import readings
from botctl.core.providers import FAILED, ProviderState


def test_a_provider_is_told_by_its_newest_requests_and_by_whether_it_rests() -> None:
    well = ProviderState("a", recent=(5, 7, 9))
    ill = ProviderState("b", recent=(5, FAILED, FAILED), cooldown_until_ms=1_001)
    assert readings((well, ill), 1_000) == (
        DependencyReading("a", 3, 0, p95_ms=9),
        DependencyReading("b", 3, 2, p95_ms=5, on_hold=True),
    )
    assert not readings((ill,), 1_001)[0].on_hold


def test_without_providers_there_is_nothing_to_say() -> None:
    assert readings((), 0) == ()
