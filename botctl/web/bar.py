"""The line at the head of every page: how the bot is, in two words that a passer-by understands."""

from typing import Final

from botctl.core.health import HealthState
from botctl.core.permission import Level
from botctl.faces.permission_text import permission_line
from botctl.flows.permit import Look

GOOD, WARN, BAD = "good", "warn", "bad"
OF_STATE: Final = {
    HealthState.HEALTHY: GOOD,
    HealthState.DEGRADED: WARN,
    HealthState.EXITS_ONLY: WARN,
    HealthState.HALTED: BAD,
}
OF_LEVEL: Final = {Level.ALLOW_ALL: GOOD, Level.EXITS_ONLY: WARN, Level.HALT_ALL: BAD}


def bar(seen: Look) -> dict[str, object]:
    """JSON types: the same goes out with every live event."""
    may = seen.permission
    return {
        "state": str(seen.health.state),
        "state_tone": OF_STATE[seen.health.state],
        "permission": permission_line(may),
        "permission_tone": OF_LEVEL[may.level],
    }
