"""From what is known of the bot to alert findings: each trouble has its code, and none is left out."""

import pytest

from botctl.core.alerting.codes import AlertCode, Tier
from botctl.core.alerting.found import findings, of_failure
from botctl.core.codes import Code
from botctl.core.errors import (
    BotError,
    CheckError,
    CorruptError,
    LostMoveError,
    OperatorError,
    TransientError,
)
from botctl.core.health import Evidence, health, health_sources
from botctl.core.permission import Level, PermissionSource, SourceKind
from tests.core.test_health import EDGES, Edge, restricted
from tests.support.watching import WELL


def found(evidence: Evidence) -> dict[str, Tier]:
    """As `tell` asks: health's findings, and every voice that permission has heard."""
    seen = health(evidence)
    voices = evidence.permission.reasons + health_sources(seen.findings, evidence.now_ms)
    return {one.code: one.tier for one in findings(seen.findings, voices, "c")}


def test_nothing_wrong_is_nothing_to_tell() -> None:
    assert found(WELL) == {}


@pytest.mark.parametrize("edge", EDGES, ids=lambda edge: f"{edge.code}-{edge.state}")
def test_what_a_watchdog_finds_is_told_under_its_own_code_and_tier(edge: Edge) -> None:
    """A bot that never ran apart: it is no bot that stands still."""
    assert found(edge.unwell).get(edge.code) == (
        None if edge.code == "HEALTH_NEVER_RAN" else edge.tier
    )


@pytest.mark.parametrize("kind", SourceKind)
@pytest.mark.parametrize("level", [Level.EXITS_ONLY, Level.HALT_ALL])
def test_every_voice_that_restricts_is_told_once(kind: SourceKind, level: Level) -> None:
    told = found(restricted(kind, level))
    if kind in {SourceKind.TIER, SourceKind.FLATTEN, SourceKind.HEALTH}:
        assert told == {}  # a setting; beside its switch; only as what health has found itself
    elif kind is SourceKind.REGIME:
        own = AlertCode.ALERT_HALTED if level is Level.HALT_ALL else AlertCode.ALERT_EXITS_ONLY
        assert set(told) == {own}
    else:
        [code] = told
        assert code.startswith("HEALTH_")


def test_a_voice_says_who_and_why() -> None:
    voice = PermissionSource(SourceKind.REGIME, Level.EXITS_ONLY, "storm", "times")
    [one] = findings((), (voice,), "c")
    assert (one.subject, one.evidence, one.cycle_id) == ("regime", "times: storm", "c")


@pytest.mark.parametrize(
    ("error", "tier"),
    [
        (TransientError(Code.ERR_RPC_TIMEOUT, provider="node"), Tier.SOON),
        (CheckError(Code.ERR_LEDGER_MISMATCH), Tier.SOON),
        (OperatorError(Code.ERR_CONFIG_INVALID), Tier.URGENT),
        (CorruptError(Code.ERR_DB_CORRUPT), Tier.URGENT),
        (LostMoveError(Code.ERR_MOVE_LOST), None),
    ],
)
def test_a_failure_is_as_urgent_as_who_must_act(error: BotError, tier: Tier | None) -> None:
    told = of_failure(error, "cycle", "c")
    assert (told.tier if told else None) is tier


def test_the_same_failure_of_another_provider_is_another_alert() -> None:
    one, two = (
        of_failure(TransientError(Code.ERR_RPC_TIMEOUT, provider=name), "cycle", "c")
        for name in ("a", "b")
    )
    assert one is not None
    assert two is not None
    assert (one.subject, one.origin) == ("cycle a", "command cycle")
    assert one.key != two.key
