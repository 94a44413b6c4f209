"""The timetable as lines for system cron: the same commands at the same times."""

from collections.abc import Iterator, Sequence
from typing import Final

from jobs.timetable import Job

HEAD: Final = """\
# botctl under system cron, instead of `botctl run`. Made from jobs/timetable.py; a test compares.
#
# Put your own folder, the one with botctl.toml, in place of /srv/botctl, then: crontab crontab.example
#
# Both ways may be mixed: a job that finds its time done, or another run of itself at work, says so and
# exits 0. Cron tells nobody about a start that it left out (a machine that was off): the next start of
# that job finds out and records it, as `botctl run` does. `botctl jobs` shows all of it.
# Without CRON_TZ (not every cron knows it) the hours below are those of the machine.
#
# Reports are dropped here, since everything is in the database; logs and errors go to one file. For
# a passphrase, set BOTCTL_PASSPHRASE in a file only you can read and put `. ./env &&` before botctl.

SHELL=/bin/sh
CRON_TZ=UTC
HERE=/srv/botctl
"""
RUN: Final = 'cd "$HERE" && .venv/bin/botctl jobs run {name} >/dev/null 2>>cron.log'


def crontab(timetable: Sequence[Job]) -> str:
    return "\n".join([HEAD, *_lines(timetable)])


def _lines(timetable: Sequence[Job]) -> Iterator[str]:
    for job in timetable:
        yield f"# {job.name}: {job.why}"
        yield f"{job.cron}\t{RUN.format(name=job.name)}"
        yield ""
