"""How permission reads in one line."""

from botctl.core.permission import Level, Permission


def permission_line(permission: Permission) -> str:
    if permission.level is Level.ALLOW_ALL:
        return "entries and exits allowed"
    what = "exits only" if permission.level is Level.EXITS_ONLY else "everything halted"
    first = permission.reasons[0]
    return f"{what}: {first.reason} ({first.kind}, {first.who})"
