"""Set-up installs the same bytes everywhere: every lock is complete, hashed and names no source."""

import json
import re
import tomllib
from pathlib import Path
from typing import cast

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))
NPM_LOCK = ROOT / "botctl" / "adapters" / "devnet" / "npm" / "package-lock.json"
SOURCE = re.compile(r"^\s*-(?!-hash=)|://|\bfile:|(?:^|\s)@\s", re.MULTILINE)
DEPENDENCY = re.compile(r'^    "(?P<requirement>[^"]+)",(?P<reason>  # \S.*)?$')
# npm installs by version what has no hash here: the builds of anvil for these were not to be had
# when the lock was made. To complete it: `npm install --package-lock-only` in that folder.
UNHASHED = {
    f"node_modules/@foundry-rs/anvil-{build}"
    for build in ("darwin-amd64", "darwin-arm64", "linux-arm64", "win32-amd64")
}


def test_every_kind_of_set_up_has_its_lock() -> None:
    assert {path.stem for path in LOCKS} == {"runtime", "keyring", "dev", "node"}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.stem)
def test_a_lock_names_no_index_no_folder_and_no_address(lock: Path) -> None:
    assert SOURCE.findall(lock.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.stem)
def test_every_locked_package_is_pinned_and_hashed(lock: Path) -> None:
    blocks = _blocks(lock)
    assert blocks
    assert [b for b in blocks if not re.match(r"\S+==\S+ ", b) or "--hash=sha256:" not in b] == []


def test_tests_run_on_the_versions_that_operators_run() -> None:
    assert _versions("runtime").items() <= _versions("dev").items()
    assert _versions("runtime").items() <= _versions("keyring").items()


def test_the_locks_answer_to_the_project_file() -> None:
    for lock, groups in (("dev", ("", "dev", "setup")), ("keyring", ("", "keyring", "setup"))):
        locked = _versions(lock)
        wanted = [Requirement(spec) for group in groups for spec in _declared(group)]
        stale = [str(w) for w in wanted if not w.specifier.contains(locked.get(w.name, "0"))]
        assert stale == [], "type `make lock`"


def test_every_dependency_is_bounded_and_says_why_it_was_chosen() -> None:
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    written = {m["requirement"]: m["reason"] for line in lines if (m := DEPENDENCY.match(line))}
    declared = [
        spec
        for group in ("", "dev", "setup", "keyring", "web", "lock")
        for spec in _declared(group)
    ]
    assert [spec for spec in declared if not written.get(spec)] == []
    assert [spec for spec in declared if not re.search(r"==|<", spec)] == []


def test_the_npm_lock_is_hashed_and_names_no_address() -> None:
    packages = _npm_packages()
    assert [name for name, entry in packages.items() if "resolved" in entry] == []
    unhashed = {name for name, entry in packages.items() if "integrity" not in entry}
    assert unhashed <= UNHASHED | {""}


def test_the_npm_lock_has_anvil_for_every_platform() -> None:
    packages = _npm_packages()
    builds = cast(
        "dict[str, str]", packages["node_modules/@foundry-rs/anvil"]["optionalDependencies"]
    )
    assert builds
    locked = {name: packages.get(f"node_modules/{name}", {}).get("version") for name in builds}
    assert locked == builds


def _blocks(lock: Path) -> list[str]:
    """One text a requirement: its line and the indented ones below."""
    return re.findall(r"^\S.*\n(?:[ \t]+.*\n)*", lock.read_text(encoding="utf-8"), re.MULTILINE)


def _versions(lock: str) -> dict[str, str]:
    text = (ROOT / "requirements" / f"{lock}.lock").read_text(encoding="utf-8")
    return dict(re.findall(r"^([\w.-]+)(?:\[[^\]]*\])?==([^\s;]+)", text, re.MULTILINE))


def _declared(group: str) -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    found = project["optional-dependencies"][group] if group else project["dependencies"]
    return cast("list[str]", found)


def _npm_packages() -> dict[str, dict[str, object]]:
    lock = json.loads(NPM_LOCK.read_text(encoding="utf-8"))
    return cast("dict[str, dict[str, object]]", lock["packages"])
