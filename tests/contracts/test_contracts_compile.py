"""The committed artifacts are what the committed sources compile to."""

import json
from pathlib import Path

import pytest

from botctl.adapters.devnet import compile as compiler

ARTIFACTS = sorted(p for folder in compiler.SOURCE_DIRS.values() for p in folder.glob("*.json"))


@pytest.fixture(scope="session")
def fresh() -> dict[Path, str]:
    return {artifact.path: artifact.text for artifact in compiler.compiled()}


@pytest.mark.parametrize("path", ARTIFACTS, ids=lambda path: path.stem)
def test_an_artifact_is_what_its_source_compiles_to(fresh: dict[Path, str], path: Path) -> None:
    assert path.read_text(encoding="utf-8") == fresh[path]


def test_every_contract_has_its_artifact_committed(fresh: dict[Path, str]) -> None:
    assert sorted(fresh) == ARTIFACTS


@pytest.mark.parametrize("name", ["Gate", "Lens", "Prober"])
def test_lent_code_needs_no_constructor_and_no_immutables(
    fresh: dict[Path, str], name: str
) -> None:
    """It is put at an address as it is: what a constructor would have set is not there."""
    (text,) = (text for path, text in fresh.items() if path.stem == name)
    artifact = json.loads(text)
    assert artifact["creation"].endswith(artifact["runtime"][2:])
    assert all(entry["type"] != "constructor" for entry in artifact["abi"])


def test_a_source_that_does_not_compile_is_told_in_the_compilers_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "Broken.sol").write_text("contract Broken { nonsense }")
    monkeypatch.setattr(compiler, "SOURCE_DIRS", {"evm": tmp_path})
    with pytest.raises(compiler.CompileError, match=r"Broken\.sol"):
        compiler.compiled()
