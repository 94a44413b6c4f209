"""The units are made from the timetable, systemd itself reads them, and they keep a service small."""

import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from botctl.core.errors import CorruptError, OperatorError, UsageError
from deploy.systemd import render
from deploy.systemd.units import NOT_AGAIN, PROGRAM, WITH_KEY, calendar, slug, units
from jobs.timetable import TIMETABLE
from jobs.triggers import trigger_of

MADE = dict(units(TIMETABLE))
SERVICES = sorted(name for name in MADE if name.endswith(".service"))
BASE = datetime(2026, 2, 27, 23, 58, 30, tzinfo=UTC)  # a month ends soon, and a week
ELAPSES = 12
EXPOSURE_MAX = 2.0  # of 10; systemd calls up to 3 ok
SECRET = "correct horse"  # noqa: S105  made up
MUST = (
    *("NoNewPrivileges=true", "ProtectSystem=strict", "ProtectHome=true", "PrivateTmp=true"),
    *("CapabilityBoundingSet=", "UMask=0077", "LimitCORE=0", "User=botctl"),
)


@pytest.fixture(scope="module")
def analyze() -> str:
    found = shutil.which("systemd-analyze")
    if found is None:
        pytest.skip("systemd-analyze is not on PATH: units are compared, but not read by systemd")
    return found


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The units with a program that exists here: systemd looks for it."""
    folder = tmp_path_factory.mktemp("units")
    for name, text in MADE.items():
        (folder / name).write_text(text.replace(PROGRAM, sys.executable), encoding="utf-8")
    return folder


def test_the_files_are_what_the_timetable_renders() -> None:
    there = {
        path.name: path.read_text(encoding="utf-8")
        for path in render.FOLDER.iterdir()
        if path.suffix in render.SUFFIXES
    }
    assert there == MADE


def test_every_job_has_its_timer_and_its_service() -> None:
    for job in TIMETABLE:
        assert f" {job.command}" in MADE[f"{slug(job)}.service"]
        assert f"OnCalendar={calendar(job.cron)}\n" in MADE[f"{slug(job)}.timer"]


def test_systemd_reads_every_unit(analyze: str, installed: Path) -> None:
    names = [str(installed / name) for name in sorted(MADE)]
    done = _ran([analyze, "verify", "--man=no", "--recursive-errors=no", *names])
    assert (done.returncode, done.stderr) == (0, "")


def test_systemd_calls_every_service_little_exposed(analyze: str, installed: Path) -> None:
    for name in SERVICES:
        done = _ran([analyze, "security", "--offline=yes", "--no-pager", str(installed / name)])
        found = re.search(r"exposure level for \S+: ([\d.]+)", done.stdout)
        assert found is not None, done.stderr
        assert float(found[1]) <= EXPOSURE_MAX, name


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_no_rights_to_lose(name: str) -> None:
    assert [line for line in MUST if line not in MADE[name].splitlines()] == []


def test_only_what_signs_is_handed_the_passphrase() -> None:
    with_key = {name for name in SERVICES if "LoadCredential=" in MADE[name]}
    assert with_key == {"botctl.service", "botctl-cycle.service"}


def test_the_loop_is_watched_and_is_not_started_again_for_what_a_person_must_mend() -> None:
    lines = MADE["botctl.service"].splitlines()
    assert {"Type=notify", "Restart=on-failure", "StartLimitIntervalSec=0"} <= {*lines}
    assert any(line.startswith("WatchdogSec=") for line in lines)
    final = {str(kind.exit_code) for kind in (CorruptError, OperatorError, UsageError)}
    assert final <= set(NOT_AGAIN.split())
    assert "75" not in NOT_AGAIN.split()


def test_the_loop_and_the_timers_exclude_each_other() -> None:
    assert "Conflicts=botctl-timers.target" in MADE["botctl.service"]
    assert "Conflicts=botctl.service" in MADE["botctl-timers.target"]


@pytest.mark.parametrize(
    "cron",
    [
        *(job.cron for job in TIMETABLE),
        *("*/7 * * * *", "5,35 8-17 * * *", "0 0 1 */3 *", "30 6 * * mon,thu", "1-59/2 3 */10 * *"),
    ],
)
def test_a_timer_elapses_when_cron_would_start_it(analyze: str, cron: str) -> None:
    base = f"{BASE:%Y-%m-%d %H:%M:%S} UTC"
    command = ["calendar", f"--iterations={ELAPSES}", f"--base-time={base}", calendar(cron)]
    told = _ran([analyze, *command]).stdout
    elapses = [
        datetime.strptime(found, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
        for found in re.findall(r"(?:elapse|#\d+): \w+ (\S+ \S+) UTC", told)
    ]
    trigger, at, wanted = trigger_of(cron), BASE, []
    for _ in range(ELAPSES):
        at = trigger.get_next_fire_time(None, at)
        wanted.append(at)
        at += timedelta(seconds=1)
    assert elapses == wanted


def test_a_week_day_by_number_is_refused_rather_than_misread() -> None:
    with pytest.raises(ValueError, match="names"):
        calendar("0 12 * * 0")


def test_the_passphrase_comes_by_descriptor_and_is_in_no_environment_and_no_command_line(
    tmp_path: Path,
) -> None:
    """The very line of the unit, with systemd's own `$$` undone, and a program that tells."""
    (tmp_path / "passphrase").write_text(SECRET, encoding="utf-8")
    program = tmp_path / "tells"
    program.write_text(
        f"#!{sys.executable}\nimport os, sys\n"
        "print(os.fdopen(3).read(), sys.argv[1:], sorted(os.environ.items()))\n",
        encoding="utf-8",
    )
    program.chmod(0o700)
    line = WITH_KEY.format(program=program, command="run").removeprefix("ExecStart=/bin/sh -c ")
    script = line.strip().strip("'").replace("$$", "$")
    done = subprocess.run(
        ["/bin/sh", "-c", script],
        env={"CREDENTIALS_DIRECTORY": str(tmp_path), "RUN_ARGS": "--live"},
        capture_output=True,
        text=True,
        check=True,
    )
    told, rest = done.stdout[: len(SECRET)], done.stdout[len(SECRET) :]
    assert told == SECRET
    assert SECRET not in rest
    assert "['run', '--live']" in rest


def _ran(command: Sequence[str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([*command], capture_output=True, text=True, check=False)
