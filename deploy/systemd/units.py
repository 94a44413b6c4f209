"""Units of systemd: `botctl run` and the faces as services, and the timetable as timers instead of it."""

import re
from collections.abc import Iterator
from typing import Final

from jobs.timetable import Job

PROGRAM: Final = "/srv/botctl/.venv/bin/botctl"
STATE: Final = "/var/lib/botctl"
MADE: Final = (
    "# Made by `python -m deploy.systemd.render`; a test compares. See deploy/systemd/README.md.\n"
)
# A person must change something, a promise is broken, or it may not: starting again changes nothing
# (LESSONS 19). Everything else is tried again for ever.
NOT_AGAIN: Final = "2 70 77 78"
# `run` reports only between its jobs: longer than the longest, a backup of a large database. That
# cycles stand still is told within two intervals by others.
WATCHDOG_S: Final = 900
STOP_S: Final = 120  # what is being sent is finished

WHO: Final = f"""\
User=botctl
Group=botctl
UMask=0077
StateDirectory=botctl
StateDirectoryMode=0700
WorkingDirectory={STATE}
Environment=BOTCTL_CONFIG={STATE}/botctl.toml
EnvironmentFile=-/etc/botctl/env
"""
# The passphrase never touches the environment or the process list: systemd hands it over as a file
# only this service sees, the shell opens it as descriptor 3, and `wallet.passphrase_from = "fd"`.
# RUN_ARGS comes from /etc/botctl/env, and is `--live` where real money may move.
KEY: Final = "LoadCredential=passphrase:/etc/botctl/passphrase\n"
WITH_KEY: Final = "ExecStart=/bin/sh -c 'exec {program} {command} $$RUN_ARGS 3<\"$$CREDENTIALS_DIRECTORY/passphrase\"'\n"
WITHOUT_KEY: Final = "ExecStart={program} {command}\n"
# No core file: the opened key would be in it.
HARDENED: Final = """\
LimitCORE=0
NoNewPrivileges=true
CapabilityBoundingSet=
AmbientCapabilities=
ProtectSystem=strict
ProtectHome=true
PrivateTmp=true
PrivateDevices=true
DevicePolicy=closed
PrivateUsers=true
ProtectClock=true
ProtectControlGroups=true
ProtectHostname=true
ProtectKernelLogs=true
ProtectKernelModules=true
ProtectKernelTunables=true
ProtectProc=invisible
RemoveIPC=true
KeyringMode=private
LockPersonality=true
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=true
RestrictRealtime=true
RestrictSUIDSGID=true
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM
"""
SIGNS: Final = frozenset({"cycle"})  # the jobs that may open the key
INSTALL: Final = "\n[Install]\nWantedBy={target}\n"


def loop() -> str:
    """The whole timetable in one process, watched."""
    return (
        _unit("botctl: the timetable in one process")
        + "Conflicts=botctl-timers.target\n"
        + f"\n[Service]\nType=notify\nNotifyAccess=main\nWatchdogSec={WATCHDOG_S}\n"
        + _started("run", key=True)
        + _again()
        + f"KillMode=mixed\nTimeoutStopSec={STOP_S}\n"
        + HARDENED
        + INSTALL.format(target="multi-user.target")
    )


def face(command: str, says: str) -> str:
    """What shows or asks; it holds no key."""
    return (
        _unit(f"botctl: {says}")
        + "\n[Service]\nType=exec\n"
        + _started(command, key=False)
        + _again()
        + "TimeoutStopSec=30\n"
        + HARDENED
        + INSTALL.format(target="multi-user.target")
    )


def job_service(job: Job) -> str:
    """Started by its timer. Exit status 3 is an answer: entries were refused."""
    return (
        _unit(f"botctl {job.command}")
        + "\n[Service]\nType=oneshot\n"
        + _started(job.command, key=job.command in SIGNS)
        + "SuccessExitStatus=3\nTimeoutStartSec=1h\n"
        + HARDENED
    )


def job_timer(job: Job) -> str:
    """A missed start is not made up for: botctl records it as missed, as `run` would."""
    return (
        MADE
        + f"\n[Unit]\nDescription=botctl {job.command}: {job.why}\nPartOf=botctl-timers.target\n"
        + f"\n[Timer]\nOnCalendar={calendar(job.cron)}\nAccuracySec=1s\nPersistent=false\n"
        + INSTALL.format(target="botctl-timers.target")
    )


def timers_target() -> str:
    return (
        MADE
        + "\n[Unit]\nDescription=botctl: the timetable as timers\nConflicts=botctl.service\n"
        + INSTALL.format(target="timers.target")
    )


def slug(job: Job) -> str:
    return f"botctl-{job.name.replace(' ', '-')}"


def calendar(cron: str) -> str:
    """Five cron fields in UTC as a calendar event. Raises ValueError for what systemd has not."""
    minute, hour, day, month, week_day = cron.split()
    if week_day == "*":
        days = ""
    elif re.fullmatch(r"[a-zA-Z,]+", week_day):
        days = f"{week_day} "
    else:
        raise ValueError(f"write week days as names, such as mon,thu: {cron}")
    date = f"*-{_field(month, 1, 12)}-{_field(day, 1, 31)}"
    return f"{days}{date} {_field(hour, 0, 23)}:{_field(minute, 0, 59)}:00 UTC"


def _field(field: str, first: int, last: int) -> str:
    """A step names its last value too: an open one (`0/7`) may slip past the turn of the hour."""
    whole = f"{first}-{last}/"
    return ",".join(part.replace("*/", whole).replace("-", "..") for part in field.split(","))


def _unit(says: str) -> str:
    return (
        MADE
        + f"\n[Unit]\nDescription={says}\n"
        + "Wants=network-online.target\nAfter=network-online.target time-sync.target\n"
        + "StartLimitIntervalSec=0\n"
    )


def _started(command: str, *, key: bool) -> str:
    start = WITH_KEY if key else WITHOUT_KEY
    return WHO + (KEY if key else "") + start.format(program=PROGRAM, command=command)


def _again() -> str:
    return f"Restart=on-failure\nRestartSec=15\nRestartPreventExitStatus={NOT_AGAIN}\n"


def units(timetable: tuple[Job, ...]) -> Iterator[tuple[str, str]]:
    """(file name, text) of every unit."""
    yield "botctl.service", loop()
    yield "botctl-serve.service", face("serve", "the page, the REST interface and /metrics")
    yield "botctl-chat.service", face("chat", "commands by chat")
    yield "botctl-timers.target", timers_target()
    for job in timetable:
        yield f"{slug(job)}.service", job_service(job)
        yield f"{slug(job)}.timer", job_timer(job)
