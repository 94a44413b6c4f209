"""A build has the name that was baked into it, whatever lies around it later."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

import botctl
from botctl.config.build import STAMP, build_sha
from botctl.config.stamp import SHORT, content, stamp
from botctl.config.stamp import STAMP as WRITTEN

SOURCE = Path(__file__).parents[2]
PACKED = ("botctl", "jobs", "migrations", "pyproject.toml", "README.md", "LICENSE")


def git(folder: Path, *words: str) -> str:
    who = ("-c", "user.name=builder", "-c", "user.email=builder@example.invalid")
    done = subprocess.run(
        ["git", *who, *words],  # noqa: S607  wherever it is installed
        cwd=folder, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return done.stdout.strip()


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source with a commit of its own."""
    folder = tmp_path_factory.mktemp("checkout")
    skipped = shutil.ignore_patterns("__pycache__", STAMP)
    for name in PACKED:
        place = SOURCE / name
        if place.is_dir():
            shutil.copytree(place, folder / name, ignore=skipped)
        else:
            shutil.copy(place, folder)
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "a release")
    return folder


@pytest.fixture(scope="module")
def unpacked(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Source archive and wheel from it, as a release is made; the wheel as it is installed."""
    out = tmp_path_factory.mktemp("built")
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", out, checkout],
        check=True, capture_output=True,
    )  # fmt: skip
    with ZipFile(next(out.glob("*.whl"))) as wheel:
        wheel.extractall(out / "installed")
    return out / "installed"


def test_a_wheel_is_called_by_its_commit_even_when_it_came_by_a_source_archive(
    checkout: Path, unpacked: Path
) -> None:
    told = json.loads((unpacked / "botctl" / STAMP).read_text())
    assert told["sha"] == git(checkout, "rev-parse", "HEAD")[:SHORT]
    env = {**os.environ, "PYTHONPATH": str(unpacked)}  # noqa: TID251  a process of its own
    asked = [sys.executable, "-P", "-m", "botctl", "--version"]
    done = subprocess.run(asked, cwd=unpacked, env=env, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == f"botctl {botctl.__version__} ({told['sha']})"


def test_what_is_not_the_commit_is_marked_and_named_by_its_files(checkout: Path) -> None:
    clean = stamp(checkout)["sha"]
    file = checkout / "botctl" / "core" / "units.py"
    was = file.read_bytes()
    file.write_bytes(was + b"# changed\n")
    dirty = stamp(checkout)["sha"]
    file.write_bytes(was + b"# changed again\n")
    other = stamp(checkout)["sha"]
    file.write_bytes(was)
    assert dirty.startswith(f"{clean}-dirty-")
    assert len({clean, dirty, other, stamp(checkout)["sha"]}) == 3


def test_files_without_git_name_themselves(checkout: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    shutil.copytree(checkout / "botctl", bare / "botctl")
    assert stamp(bare)["sha"] == f"files-{content(bare)[:SHORT]}"


def test_a_checkout_says_that_its_files_move() -> None:
    assert STAMP == WRITTEN
    assert build_sha() == f"dev-{botctl.__version__}"


@pytest.mark.parametrize("text", ["", "[]", '{"other": 1}', "not json"])
def test_a_stamp_that_cannot_be_read_is_no_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setattr(botctl, "__file__", str(tmp_path / "__init__.py"))
    (tmp_path / STAMP).write_text(text)
    assert build_sha.__wrapped__() == f"dev-{botctl.__version__}"
