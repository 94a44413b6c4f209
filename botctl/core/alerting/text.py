"""How a notice reads on a phone: the worst first, what it means, what to do, where it is written."""

from collections.abc import Mapping
from typing import Final

from botctl.core.alerting.codes import Tier
from botctl.core.alerting.values import Notice, Saying
from botctl.core.text import printable, redacted

MS: Final = 1_000
EVIDENCE_CHARS_MAX: Final = 500
TIERS: Final = {Tier.URGENT: "URGENT", Tier.SOON: "soon", Tier.FYI: "fyi"}
SAID: Final = {
    Saying.RAISED: "",
    Saying.REMINDER: " still",
    Saying.RESOLVED: " RESOLVED",
    Saying.PASSED: " came and went",
}


def lines_of(notice: Notice, bot: str, link: str = "") -> tuple[str, ...]:
    """`link`: a dashboard's address, with `{cycle_id}` where the cycle's id goes; "" for none."""
    alert = notice.alert
    about = f" {alert.subject}" if alert.subject else ""
    head = f"[{TIERS[alert.tier]}]{SAID[notice.saying]} {alert.code}{about} ({bot})"
    optional = {
        "evidence": alert.evidence[:EVIDENCE_CHARS_MAX],
        "cycle": alert.cycle_id,
        "since": _since(notice),
        "look at": link.replace("{cycle_id}", alert.cycle_id) if link else "",
    }
    told = [
        head,
        alert.what,
        f"do: {alert.action}",
        *(f"{name}: {text}" for name, text in optional.items() if text),
        f"runbook: {alert.runbook}",
    ]
    # The link is the operator's own and meant to be followed: it alone is not cut down.
    return tuple(
        printable(line if line.startswith("look at:") else redacted(line)) for line in told
    )


def facts_of(notice: Notice, bot: str) -> Mapping[str, str | int]:
    """For a program: the same, under stable names."""
    alert = notice.alert
    return {
        "bot": bot,
        "key": redacted(alert.key),
        "code": alert.code,
        "tier": int(alert.tier),
        "saying": str(notice.saying),
        "subject": redacted(alert.subject),
        "evidence": redacted(alert.evidence[:EVIDENCE_CHARS_MAX]),
        "cycle_id": alert.cycle_id,
        "what": alert.what,
        "do": alert.action,
        "runbook": alert.runbook,
        "first_ms": alert.first_ms,
        "at_ms": notice.at_ms,
        "times": alert.times,
    }


def _since(notice: Notice) -> str:
    seconds = max(0, notice.at_ms - notice.alert.first_ms) // MS
    if notice.saying is Saying.RAISED or not seconds:
        return ""
    found = f"{notice.alert.times} time{'s' if notice.alert.times > 1 else ''}"
    return f"{seconds // 60} min {seconds % 60} s, found {found}"
