"""The one list of what runs when. `botctl run` and crontab.example are both made from it."""

from dataclasses import dataclass, replace
from typing import Final

MS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Job:
    """`cron`: five fields, UTC. A start more than `grace_s` late does not happen: it is missed."""

    name: str
    cron: str
    command: str  # what follows `botctl` on a command line
    grace_s: int
    why: str
    apart: bool = False  # `run` starts it as a process of its own: it may take longer than a cycle

    @property
    def grace_ms(self) -> int:
        return self.grace_s * MS


# No `reconcile` of its own: every cycle begins with one, and cron cannot start it in between.
CYCLE: Final = Job(
    name="cycle",
    cron="* * * * *",
    command="cycle",
    grace_s=30,
    why="reconcile, scan, decide, execute; as often as cron can, so that both ways may be mixed",
)
FOLLOW_UP: Final = Job(
    name="follow-up",
    cron="*/2 * * * *",
    command="follow-up",
    grace_s=100,
    why="what was decided is looked at after five minutes at first, and missed half of that later",
)
ALERTS: Final = Job(
    name="alerts send",
    cron="* * * * *",
    command="alerts send",
    grace_s=50,
    why="what a channel did not take goes again, and a loop that stands still is told of",
)
DAYS: Final = Job(
    name="days close",
    cron="0 0 * * *",
    command="days close",
    grace_s=79_200,
    why="the day that is over goes on record; limits a day begin anew at this very moment",
)
REPORT: Final = Job(
    name="report morning",
    cron="0 8 * * *",
    command="report morning",
    grace_s=14_400,
    why="what the last 24 hours brought is told on every channel, also when all is well",
)
TELEMETRY: Final = Job(
    name="telemetry",
    cron="*/2 * * * *",
    command="telemetry",
    grace_s=100,
    why="what is counted is kept, a collector gets its spans, and old ones are removed",
)
BACKUP: Final = Job(
    name="db backup",
    cron="17 * * * *",
    command="db backup",
    grace_s=1_800,
    why="an hour is the most that a lost disk can take; off the full hour, when all jobs start",
    apart=True,
)
CHECK: Final = Job(
    name="db check",
    cron="43 4 * * *",
    command="db check",
    grace_s=7_200,
    why="damage is found while there are backups from before it",
    apart=True,
)
RETENTION: Final = Job(
    name="retention",
    cron="37 5 * * *",
    command="retention",
    grace_s=7_200,
    why="old days move into the archive after the daily check has found them sound",
    apart=True,
)

KEYS: Final = Job(
    name="keystore age",
    cron="29 5 * * *",
    command="keystore age",
    grace_s=43_200,
    why="a key or secret that is older than the settings allow is told of",
)


def timetable(
    *, cycle_cron: str, backup_cron: str, report_cron: str, cycle_grace_s: int
) -> tuple[Job, ...]:
    """In the order in which they start when several are due: trading first."""
    return (
        replace(CYCLE, cron=cycle_cron, grace_s=cycle_grace_s),
        FOLLOW_UP,
        ALERTS,
        DAYS,
        replace(REPORT, cron=report_cron),
        TELEMETRY,
        replace(BACKUP, cron=backup_cron),
        CHECK,
        KEYS,
        RETENTION,
    )


TIMETABLE: Final = timetable(
    cycle_cron=CYCLE.cron,
    backup_cron=BACKUP.cron,
    report_cron=REPORT.cron,
    cycle_grace_s=CYCLE.grace_s,
)
