"""A cached configuration is the validated one, or it is not used at all."""

import stat
from pathlib import Path

import pytest

from botctl.config import validate
from botctl.config.cache import FILES_MAX, Cache
from botctl.config.load import load
from botctl.config.values import Config
from tests.config.conftest import Load


class Validations:
    """How often the slow path was taken."""

    def __init__(self) -> None:
        self.count = 0


@pytest.fixture
def validations(monkeypatch: pytest.MonkeyPatch) -> Validations:
    counted, really = Validations(), validate.validated

    def counting(path: Path, text: bytes, env: dict[str, str]) -> Config:
        counted.count += 1
        return really(path, text, env)

    monkeypatch.setattr(validate, "validated", counting)
    return counted


def cached_files(tmp_path: Path) -> list[Path]:
    return list((tmp_path / ".cache" / "botctl").glob("settings-*"))


@pytest.mark.parametrize("text", ["", "[risk]\nexposure_max_wei = '100000 ether'\n"])
def test_the_cached_settings_equal_the_validated_ones(
    loaded: Load, validations: Validations, text: str
) -> None:
    first, second = loaded(text), loaded(text)
    assert validations.count == 1
    assert first == second
    assert repr(first) == repr(second)  # types too: an enum that came back as text would differ


def test_any_change_of_file_or_environment_validates_again(
    loaded: Load, validations: Validations
) -> None:
    loaded("")
    assert loaded("[risk]\ngas_max = 500000\n").policy.risk.gas_max == 500_000
    assert loaded("", BOTCTL_RISK__GAS_MAX="400000").policy.risk.gas_max == 400_000
    assert loaded("").policy.risk.gas_max == 600_000
    assert validations.count == 3


def test_the_same_text_in_another_folder_has_other_places(tmp_path: Path) -> None:
    configs = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "botctl.toml").touch()
        configs.append(load(tmp_path / name / "botctl.toml", {"HOME": str(tmp_path)}))
    assert configs[0].storage.state_dir != configs[1].storage.state_dir


def test_file_and_folder_are_ours_alone(loaded: Load, tmp_path: Path) -> None:
    loaded("")
    (file,) = cached_files(tmp_path)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("damage", ["cut", "flipped", "emptied", "digest"])
def test_a_damaged_file_is_validated_again_and_mended(
    loaded: Load, validations: Validations, tmp_path: Path, damage: str
) -> None:
    good = loaded("")
    (file,) = cached_files(tmp_path)
    content = file.read_bytes()
    broken = {
        "cut": content[:-5],
        "flipped": content.replace(b'"positions_max":5', b'"positions_max":9'),
        "emptied": b"",
        "digest": (b"1" if content.startswith(b"0") else b"0") + content[1:],
    }[damage]
    assert broken != content
    file.write_bytes(broken)
    assert loaded("") == good
    assert validations.count == 2
    assert file.read_bytes() == content


@pytest.mark.parametrize(("name", "mode"), [("", 0o755), ("settings-*", 0o644)])
def test_what_others_may_read_is_not_trusted(
    loaded: Load, validations: Validations, tmp_path: Path, name: str, mode: int
) -> None:
    loaded("")
    (file,) = cached_files(tmp_path)
    (file if name else file.parent).chmod(mode)
    loaded("")
    assert validations.count == 2


def test_nothing_is_written_where_others_may_read(loaded: Load, tmp_path: Path) -> None:
    (tmp_path / ".cache" / "botctl").mkdir(parents=True, mode=0o755)
    (tmp_path / ".cache" / "botctl").chmod(0o755)
    loaded("")
    assert cached_files(tmp_path) == []


def test_a_link_in_the_caches_place_is_not_followed(
    loaded: Load, validations: Validations, tmp_path: Path
) -> None:
    loaded("")
    (file,) = cached_files(tmp_path)
    file.rename(tmp_path / "moved")
    file.symlink_to(tmp_path / "moved")
    loaded("")
    assert validations.count == 2


def test_an_unwritable_cache_only_costs_time(loaded: Load, tmp_path: Path) -> None:
    (tmp_path / ".cache").touch()
    assert loaded("") == loaded("")


def test_without_a_home_there_is_no_cache(toml: Path, validations: Validations) -> None:
    toml.touch()
    assert load(toml, {}) == load(toml, {})
    assert validations.count == 2


def test_the_passphrase_leaves_no_trace(loaded: Load, tmp_path: Path) -> None:
    """Not in the content, and not as a part of the name's hash, where it could be guessed at."""
    loaded("", BOTCTL_PASSPHRASE="HUSH")
    loaded("", BOTCTL_PASSPHRASE="other")
    (file,) = cached_files(tmp_path)
    assert b"HUSH" not in file.read_bytes()


def test_old_files_are_removed(loaded: Load, tmp_path: Path) -> None:
    for number in range(FILES_MAX + 3):
        loaded(f"[risk]\ngas_max = {500_000 + number}\n")
    assert len(cached_files(tmp_path)) == FILES_MAX


def test_xdg_cache_home_is_respected(toml: Path, tmp_path: Path) -> None:
    toml.touch()
    load(toml, {"HOME": "/nowhere", "XDG_CACHE_HOME": str(tmp_path / "xdg")})
    assert list((tmp_path / "xdg" / "botctl").glob("settings-*"))


def test_a_file_that_is_not_there_is_a_miss(tmp_path: Path) -> None:
    assert Cache(tmp_path).read("settings-x.json") is None
