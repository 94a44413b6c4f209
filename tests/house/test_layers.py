"""Who may import whom, as pyproject.toml says it; and no room of the house escapes that."""

import re
import tomllib
from pathlib import Path
from typing import cast

import pytest
from importlinter import configuration
from importlinter.application import use_cases

ROOT = Path(__file__).parents[2]
BOTCTL = ROOT / "botctl"


def test_imports_point_down_and_core_is_pure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    configuration.configure()
    assert use_cases.lint_imports(config_filename="pyproject.toml", cache_dir=None)


@pytest.mark.parametrize(
    ("contract", "exempt"),
    [
        ("imports point down", set()),
        ("only wiring reads settings and names adapters", {"wiring", "config", "core"}),
        ("web3, sqlalchemy and httpx live in adapters", {"adapters", "core"}),
    ],
)
def test_every_room_is_held_by_the_contract(contract: str, exempt: set[str]) -> None:
    assert _rooms() - exempt <= _named_in(contract)


def test_every_folder_of_code_is_a_package_so_that_the_contracts_see_it() -> None:
    folders = {path.parent for path in BOTCTL.rglob("*.py")}
    assert [str(f.relative_to(ROOT)) for f in folders if not (f / "__init__.py").exists()] == []


def _rooms() -> set[str]:
    folders = {path.name for path in BOTCTL.iterdir() if path.is_dir() and any(path.rglob("*.py"))}
    return folders | {path.stem for path in BOTCTL.glob("*.py") if not path.stem.startswith("__")}


def _named_in(contract: str) -> set[str]:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = cast("list[dict[str, object]]", pyproject["tool"]["importlinter"]["contracts"])
    (found,) = (each for each in contracts if each["name"] == contract)
    holders = found["layers"] if found["type"] == "layers" else found["source_modules"]
    return set(re.findall(r"botctl\.(\w+)", str(holders)))
