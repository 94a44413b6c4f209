"""The browser that tests of the page run in: from the npm registry, whole or not at all, without root.

The package packs Chromium's headless shell for 64-bit Linux, the libraries that a bare machine lacks, and
a font. Elsewhere a Chromium on PATH is used. `python -m tests.support.browser_parts` installs it.
"""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from botctl.adapters.devnet.install import MANIFEST_NAMES, NPM_CI, node_binary, npm_command

PARTS: Final = Path(__file__).parent / "browser"
PACKED: Final = Path("node_modules") / "@sparticuz" / "chromium" / "bin"
STAMP: Final = "installed"
TIMEOUT_S: Final = 900
NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
# The package's own names a folder of another machine.
FONTS: Final = """\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
"""


@dataclass(frozen=True, slots=True)
class Browser:
    binary: Path
    env: dict[str, str]  # on top of the environment


def home() -> Path:
    return Path(sys.prefix) / "share" / "botctl-browser"


def installed() -> Browser | None:
    """None where there is none: the reason is `why_none`."""
    place = home()
    if (place / STAMP).is_file():
        libraries = [str(place / "lib"), os.environ.get("LD_LIBRARY_PATH", "")]  # noqa: TID251
        return Browser(
            place / "headless_shell",
            {
                "FONTCONFIG_PATH": str(place),
                "LD_LIBRARY_PATH": ":".join(filter(None, reversed(libraries))),
            },
        )
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return Browser(Path(found), {}) if found else None


def why_none() -> str:
    if fits():
        return "no browser: type `make setup`"
    return "no browser is packed for this system: install Chromium, so that it is on PATH"


def fits() -> bool:
    return platform.system() == "Linux" and platform.machine() in {"x86_64", "AMD64"}


def install() -> bool:
    """False when it was there already, or none is packed for this machine."""
    if not fits() or _is_installed():
        return False
    share = home().parent
    share.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=share, prefix="botctl-browser-") as scratch:
        fetched, fresh = Path(scratch) / "fetched", Path(scratch) / "fresh"
        for folder in (fetched, fresh):
            folder.mkdir()
        _fetch(fetched)
        _unpack(fetched / PACKED, fresh)
        (fresh / STAMP).write_text(_stamp(), encoding="ascii")
        if home().exists():
            home().rename(Path(scratch) / "stale")
        fresh.rename(home())
    return True


def _is_installed() -> bool:
    try:
        return (home() / STAMP).read_text(encoding="ascii") == _stamp()
    except FileNotFoundError:
        return False


def _stamp() -> str:
    digest = hashlib.sha256()
    for name in MANIFEST_NAMES:
        digest.update((PARTS / name).read_bytes())
    return digest.hexdigest()


def _fetch(folder: Path) -> None:
    npm = npm_command()
    if npm is None:
        raise SystemExit("npm is missing, and so is the wheel that brings it")
    for name in MANIFEST_NAMES:
        shutil.copyfile(PARTS / name, folder / name)
    subprocess.run([*npm, *NPM_CI], cwd=folder, check=True, timeout=TIMEOUT_S)


def _unpack(packed: Path, into: Path) -> None:
    node = node_binary()
    for name, target in (
        ("chromium.br", "headless_shell"),
        ("al2023.tar.br", "libraries.tar"),
        ("fonts.tar.br", "fonts.tar"),
    ):
        command = [node, PARTS / "unpack.mjs", packed / name, into / target]
        subprocess.run(command, check=True, timeout=TIMEOUT_S)
    for name in ("libraries.tar", "fonts.tar"):
        with tarfile.open(into / name) as archive:
            archive.extractall(into, filter="data")
        (into / name).unlink()
    (into / "fonts.conf").write_text(FONTS, encoding="utf-8")
    (into / "headless_shell").chmod(0o755)


if __name__ == "__main__":
    install()
