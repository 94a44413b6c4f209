"""The real Prometheus and promtool for the tests, without root: the machine's own, or its package's.

No build of them lies in the registries that set-up uses. Where neither a PATH nor a Debian package
has them, set-up says so and goes on, and the tests that need them are reported as skipped.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

PACKAGE: Final = "prometheus"
PROGRAMS: Final = ("prometheus", "promtool")
HOME: Final = Path(sys.prefix) / "share" / "botctl-prometheus"
APT: Final = ("apt-get", "dpkg-deb")
APT_TIMEOUT_S: Final = 300
MISSING: Final = (
    "Prometheus is not on PATH, and this machine has no apt package of it: the tests of the rules "
    "and dashboards will be skipped. Put `prometheus` and `promtool` on PATH to run them."
)


def program(name: str) -> Path | None:
    """Where `prometheus` or `promtool` is; None when set-up found none."""
    installed = HOME / name
    if installed.is_file():
        return installed
    found = shutil.which(name)
    return Path(found) if found else None


def install() -> bool:
    """Make both programs present; false when this machine has no way to."""
    if all(program(name) for name in PROGRAMS):
        return True
    if not all(shutil.which(tool) for tool in APT):
        return False
    with tempfile.TemporaryDirectory(prefix="botctl-prometheus-") as scratch:
        package = _downloaded(Path(scratch))
        if package is None:
            return False
        _unpack(package, Path(scratch) / "fresh")
    return True


def _downloaded(folder: Path) -> Path | None:
    """By the lists that the machine has, or by fresh ones in a folder of ours; apt checks both."""
    for options in _lists(folder):
        done = subprocess.run(  # noqa: S603  fixed words
            ["apt-get", *options, "download", PACKAGE],  # noqa: S607
            cwd=folder,
            stderr=subprocess.STDOUT,  # set-up keeps it in its log
            timeout=APT_TIMEOUT_S,
            check=False,
        )
        found = sorted(folder.glob(f"{PACKAGE}_*.deb"))
        if done.returncode == 0 and found:
            return found[0]
    return None


def _lists(folder: Path) -> Iterator[tuple[str, ...]]:
    """A machine that never ran `apt-get update` (an image) has none; ours need no root."""
    yield ()
    (folder / "lists" / "partial").mkdir(parents=True)
    (folder / "cache" / "archives" / "partial").mkdir(parents=True)
    ours = (
        "-o",
        f"Dir::State::Lists={folder / 'lists'}",
        "-o",
        f"Dir::Cache={folder / 'cache'}",
        "-o",
        "Debug::NoLocking=1",
    )
    subprocess.run(  # noqa: S603  fixed words
        ["apt-get", *ours, "update"],  # noqa: S607
        stderr=subprocess.STDOUT,
        timeout=APT_TIMEOUT_S,
        check=False,
    )
    yield ours


def _unpack(package: Path, fresh: Path) -> None:
    """Swapped in whole: a run that was cut off leaves nothing that looks installed."""
    subprocess.run(["dpkg-deb", "-x", package, fresh], check=True)  # noqa: S603, S607
    HOME.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=HOME.parent, prefix=HOME.name) as beside:
        ready = Path(beside) / "ready"
        ready.mkdir()
        for name in PROGRAMS:
            shutil.copy2(fresh / "usr" / "bin" / name, ready / name)
        shutil.rmtree(HOME, ignore_errors=True)
        ready.rename(HOME)


def main() -> int:
    """Always 0: developing goes on without it."""
    if not install():
        print(f"botctl set-up: {MISSING}", file=sys.stderr)  # noqa: T201  set-up tells
    return 0


if __name__ == "__main__":
    sys.exit(main())
