"""When a refusal is the whole result, and how permission reads."""

from botctl.core.permission import Level, Permission
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


def permission_line(permission: Permission) -> str:
    if permission.level is Level.ALLOW_ALL:
        return "entries and exits allowed"
    what = "exits only" if permission.level is Level.EXITS_ONLY else "everything halted"
    first = permission.reasons[0]
    return f"{what}: {first.reason} ({first.kind}, {first.who})"
