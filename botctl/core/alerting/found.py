"""What is known of the bot -> alert findings: health's findings under their own codes, and the rest."""

from collections.abc import Iterable, Iterator
from typing import Final

from botctl.core.alerting.codes import AlertCode, Tier
from botctl.core.alerting.values import AlertFinding
from botctl.core.codes import Code
from botctl.core.errors import BotError, CheckError, LostMoveError, TransientError
from botctl.core.health import Finding, HealthCode
from botctl.core.permission import Level, PermissionSource, SourceKind

# Told as a finding of health (a test asks health itself), or no news to who wrote the settings.
TOLD_ELSEWHERE: Final = frozenset(
    {
        SourceKind.KILL,
        SourceKind.FLATTEN,  # stands beside the kill switch that ordered it
        SourceKind.CIRCUIT,
        SourceKind.HEALTH,
        SourceKind.PAUSE,
        SourceKind.LIMIT,
        SourceKind.LEDGER,
        SourceKind.NONCE,
        SourceKind.DEPLOY,
        SourceKind.TIER,
    }
)

FOR_INFORMATION: Final = frozenset({Code.ERR_KEY_OLD})


def findings(
    health: Iterable[Finding], sources: Iterable[PermissionSource], cycle_id: str
) -> Iterator[AlertFinding]:
    """A bot that has not run yet is not reported as one that stands still."""
    for one in health:
        if one.code is not HealthCode.HEALTH_NEVER_RAN:
            yield AlertFinding(str(one.code), Tier(one.tier), "", one.evidence, cycle_id)
    for source in sources:
        if source.level is not Level.ALLOW_ALL and source.kind not in TOLD_ELSEWHERE:
            yield _of_source(source, cycle_id)


def of_failure(error: BotError, command: str, cycle_id: str) -> AlertFinding | None:
    """None for what is no failure: another run was first."""
    if isinstance(error, LostMoveError):
        return None
    tier = Tier.SOON if isinstance(error, TransientError) else Tier.URGENT
    if isinstance(error, CheckError):
        tier = Tier.SOON  # what halts is told by its latch
    if error.code in FOR_INFORMATION:
        tier = Tier.FYI
    provider = error.facts.get("provider", "")
    return AlertFinding(
        code=str(error.code),
        tier=tier,
        subject=" ".join(part for part in (command, str(provider)) if part),
        evidence=str(error),
        cycle_id=cycle_id,
        origin=origin_of(command),
    )


def origin_of(command: str) -> str:
    return f"command {command}"


def _of_source(source: PermissionSource, cycle_id: str) -> AlertFinding:
    code, tier = AlertCode.ALERT_EXITS_ONLY, Tier.SOON
    if source.level is Level.HALT_ALL:
        code, tier = AlertCode.ALERT_HALTED, Tier.URGENT
    evidence = f"{source.who}: {source.reason}"
    return AlertFinding(str(code), tier, str(source.kind), evidence, cycle_id)
