"""Writes what a build is called into the build itself: the commit, or what the files hash to.

setuptools runs this while it makes a wheel or a source archive, from the file alone: nothing of botctl
may be imported here, and git is asked only for what it knows of the very folder that is packed.
"""

import json
import subprocess
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from setuptools.command.build_py import build_py  # type: ignore[import-untyped]  # ships no types
from setuptools.command.sdist import sdist  # type: ignore[import-untyped]  # the same

STAMP = "build_stamp.json"
ROOMS = ("botctl", "jobs", "migrations")
SHORT = 12  # hex digits: enough to find a commit, few enough to say on the telephone
GIT_S_MAX = 20


class StampedBuild(build_py):  # type: ignore[misc]  # untyped base
    """A wheel with its stamp; one that came with a source archive is kept as it is."""

    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            _write(Path(self.build_lib), Path.cwd())


class StampedSource(sdist):  # type: ignore[misc]  # untyped base
    """A source archive has no git any more, so it carries the name along."""

    def make_release_tree(self, base_dir: str, files: list[str]) -> None:
        super().make_release_tree(base_dir, files)
        _write(Path(base_dir), Path.cwd())


def _write(into: Path, source: Path) -> None:
    carried = source / "botctl" / STAMP
    text = carried.read_text("utf-8") if carried.is_file() else json.dumps(stamp(source))
    file = into / "botctl" / STAMP
    file.unlink(missing_ok=True)  # it may be a hard link to the source's own
    file.write_text(text, "utf-8")


def stamp(source: Path) -> Mapping[str, str]:
    """`sha`: the commit; `-dirty-` and the files' hash behind it when they are not what it says."""
    files = content(source)[:SHORT]
    commit = _git(source, "rev-parse", "HEAD")
    if not commit or not _git(source, "ls-files", "--", "botctl/__init__.py"):
        return {"sha": f"files-{files}", "content": files}
    changed = _git(source, "status", "--porcelain", "--", *ROOMS, "pyproject.toml")
    dirty = f"-dirty-{files}" if changed else ""
    return {"sha": f"{commit[:SHORT]}{dirty}", "content": files}


def content(source: Path) -> str:
    """sha256 over names and bytes of all that is packed, caches apart."""
    digest = sha256()
    for file in sorted(file for room in ROOMS for file in (source / room).rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts and file.name != STAMP:
            digest.update(f"{file.relative_to(source).as_posix()}\0".encode())
            digest.update(sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _git(source: Path, *words: str) -> str:
    """Empty where there is no git, or no repository: then the files speak for themselves."""
    try:
        told = subprocess.run(  # noqa: S603  our own words
            ["git", *words],  # noqa: S607  wherever it is installed
            cwd=source, capture_output=True, text=True, check=False, timeout=GIT_S_MAX,
        )  # fmt: skip
    except OSError:
        return ""
    return told.stdout.strip() if told.returncode == 0 else ""
