"""When a refusal by permission is the whole result of a command."""

from botctl.core.reasons import Reason
from botctl.flows.decide import DecideReport

REFUSED = 3
BY_PERMISSION = frozenset(
    {
        Reason.INV_KILL_OK,
        Reason.INV_CIRCUIT_OK,
        Reason.INV_HEALTH_OK,
        Reason.INV_PERMISSION_OK,
    }
)


def refused_by_permission(report: DecideReport) -> int:
    """The exit status: 3 when entries were refused by permission and no order was made."""
    refused = any(reason in BY_PERMISSION for _, reason, _ in report.reasons)
    return REFUSED if refused and not report.orders else 0
