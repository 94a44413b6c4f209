"""The morning report: what 24 hours brought, worked out from records and told in fixed lines.

Its parts are those of seed 001, section 6: uptime with restarts, profit and loss with percent, what was
done, and how it stands now.
"""

from botctl.core.morning.text import lines
from botctl.core.morning.values import Action, Backups, Held, Morning, Profit, Restart, Uptime
from botctl.core.morning.work import profit, restarts, uptime

__all__ = [
    "Action",
    "Backups",
    "Held",
    "Morning",
    "Profit",
    "Restart",
    "Uptime",
    "lines",
    "profit",
    "restarts",
    "uptime",
]
