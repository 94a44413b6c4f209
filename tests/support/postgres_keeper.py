"""Runs PostgreSQL for as long as the process that started this one lives, then removes its data.

A test run can be killed with SIGKILL, which no handler sees. The kernel then closes its pipes, so
end-of-file on standard input is the signal to stop. Only the standard library is used.
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final, TypedDict

START_POLL_S: Final = 0.02
START_POLLS_MAX: Final = 3_000
STOP_WAIT_S: Final = 20
SUPERUSER: Final = "postgres"
# The data dies with the run, so nothing needs to reach the disk.
SETTINGS: Final = {
    "listen_addresses": "",  # a socket in a private folder: no port to clash, no password to keep
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "autovacuum": "off",
}


class RunAs(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


def main(installed: Path) -> int:
    folder = Path(tempfile.mkdtemp(prefix="botctl-pg-"))
    try:
        run_as = _unprivileged(folder)
        binaries = _runnable(installed, folder, run_as)
        _make_cluster(binaries, folder, run_as)
        _serve(binaries, folder, run_as)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def _unprivileged(folder: Path) -> RunAs:
    """PostgreSQL refuses to run as root, so root lends it the account that owns nothing."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _runnable(installed: Path, folder: Path, run_as: RunAs) -> Path:
    """The binaries, copied out when they lie where that account may not look (a root's home)."""
    if not run_as:
        return installed / "bin"
    try:
        subprocess.run(
            [installed / "bin" / "initdb", "--version"],
            check=True,
            capture_output=True,
            cwd=folder,
            **run_as,
        )
    except (OSError, subprocess.CalledProcessError):
        return _copied(installed, folder / "copied") / "bin"
    return installed / "bin"


def _copied(installed: Path, to: Path) -> Path:
    """The binaries look for their libraries beside the wheel's folder: the copy keeps the layout."""
    wheel = installed.parent
    libraries = wheel.with_name(f"{wheel.name}.libs")
    shutil.copytree(installed, to / wheel.name / installed.name)
    if libraries.is_dir():
        shutil.copytree(libraries, to / libraries.name)
    for path in (to, *to.rglob("*")):
        path.chmod(0o555 if path.is_dir() or path.parent.name == "bin" else 0o444)
    return to / wheel.name / installed.name


def _make_cluster(binaries: Path, folder: Path, run_as: RunAs) -> None:
    subprocess.run(
        [
            binaries / "initdb",
            *("--pgdata", folder / "data"),
            *("--username", SUPERUSER),
            *("--encoding", "UTF8"),
            "--no-locale",
            "--auth=trust",
            "--no-sync",
        ],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd=folder,
        **run_as,
    )


def _serve(binaries: Path, folder: Path, run_as: RunAs) -> None:
    settings = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
    server = subprocess.Popen(
        [binaries / "postgres", "-D", folder / "data", "-k", folder, *settings],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=(folder / "log").open("wb"),
        cwd=folder,
        **run_as,
    )
    try:
        _await_ready(server, folder)
        sys.stdout.write(f"{folder}\n")
        sys.stdout.flush()
        sys.stdin.buffer.read()
    finally:
        server.send_signal(signal.SIGQUIT)  # its immediate shutdown: no checkpoint to wait for
        server.wait(STOP_WAIT_S)


def _await_ready(server: subprocess.Popen[bytes], folder: Path) -> None:
    pid_file = folder / "data" / "postmaster.pid"
    for _ in range(START_POLLS_MAX):
        if pid_file.exists() and pid_file.read_text().rstrip().endswith("ready"):
            return
        try:
            server.wait(START_POLL_S)
        except subprocess.TimeoutExpired:
            continue
        break
    sys.stderr.write((folder / "log").read_text())
    raise RuntimeError("PostgreSQL did not start")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
