"""Every alert there is: what it means and what a person does about it; and how urgent one can be.

The three tiers and what belongs to each are those of the seed (000, "institutional alerting").
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final

from botctl.core.alerting.of_health import OF_HEALTH
from botctl.core.codes import Code
from botctl.core.health.codes import HealthCode


class Tier(IntEnum):
    """Ordered: a smaller number is more urgent."""

    URGENT = 1  # wake somebody: money or the bot's hold on it is at stake
    SOON = 2  # today: it will become urgent
    FYI = 3


class AlertCode(StrEnum):
    """What is neither a finding of health nor a command that failed: those are told by their codes."""

    ALERT_HALTED = "ALERT_HALTED"  # by a voice that health does not repeat
    ALERT_EXITS_ONLY = "ALERT_EXITS_ONLY"  # the same, and exits go on
    ALERT_TEST = "ALERT_TEST"


@dataclass(frozen=True, slots=True)
class Guide:
    """`means` and `do`: a sentence each. `page`: the runbook that has the code's heading."""

    means: str
    do: str
    page: str = "alerts.md"


A = AlertCode
OWN: Final[Mapping[AlertCode, Guide]] = {
    A.ALERT_HALTED: Guide(
        "Nothing is signed any more, exits neither: what is held stays held.",
        "botctl status tells which voice halted it and why",
    ),
    A.ALERT_EXITS_ONLY: Guide(
        "No position is opened; what is held is still sold by its rules.",
        "botctl status names the voice; lift it once its cause is gone",
    ),
    A.ALERT_TEST: Guide("Somebody asked whether alerts arrive. They do.", "nothing"),
}

FAILED: Final = "A command of the loop ended with this code; the next one tries again."
# Which runbook has a code's heading, by the longest prefix that fits; a test reads the runbooks.
PAGES: Final[Mapping[str, str]] = {
    "ERR_RPC_": "node.md",
    "ERR_NODE_": "node.md",
    "ERR_CHAIN_": "node.md",
    "ERR_CLOCK_": "node.md",
    "ERR_HEAD": "node.md",
    "ERR_SOURCES_": "node.md",
    "ERR_SINGLE_": "node.md",
    "ERR_PIN_": "node.md",
    "ERR_KEYSTORE_": "key.md",
    "ERR_KEY_": "key.md",
    "ERR_SIGNER_": "key.md",
    "ERR_LIVE_": "key.md",
    "ERR_CONFIG_": "settings.md",
    "ERR_DB_": "storage.md",
    "ERR_SCHEMA_": "storage.md",
    "ERR_BACKUP_": "storage.md",
    "ERR_MOVE_": "storage.md",
    "ERR_ILLEGAL_": "storage.md",
    "ERR_BUNDLE_": "bundles.md",
    "ERR_REPLAY_": "bundles.md",
    "ERR_SNAPSHOT_": "alerts.md",
    "ERR_ARCHIVE_": "storage.md",
    "ERR_FEATURE_": "settings.md",
    "ERR_CHAT_": "chat.md",
    "ERR_LOGIN_": "serve.md",
    "ERR_ROLE_": "serve.md",
    "ERR_FORM_": "serve.md",
    "ERR_TOO_MANY_": "serve.md",
    "ERR_PORT_": "serve.md",
    "ERR_USAGE": "machine.md",
    "ERR_NOT_": "machine.md",
    "ERR_DEVNET_": "machine.md",
    "ERR_DEPENDENCY_": "machine.md",
    "ERR_": "money.md",
}


def guide(code: str) -> Guide:
    """Of one of our alerts, a finding of health, or the code that a command failed with."""
    if code in AlertCode.__members__:
        return OWN[AlertCode(code)]
    if code in HealthCode.__members__:
        return Guide(*OF_HEALTH[HealthCode(code)], page="health.md")
    known = Code(code)  # any other word is a mistake of ours
    page = next(page for prefix, page in PAGES.items() if known.startswith(prefix))
    return Guide(FAILED, f"runbooks/{page} has a heading for it", page)


def runbook(code: str) -> str:
    """As `page.md#HEADING`."""
    return f"{guide(code).page}#{code}"
