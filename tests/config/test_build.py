"""A build names itself by the hashes of its installed files."""

from pathlib import Path

import pytest

import botctl
from botctl.config.build import build_sha


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site-packages folder of its own; returns its RECORD."""
    monkeypatch.setattr(botctl, "__file__", str(tmp_path / "botctl" / "__init__.py"))
    record = tmp_path / f"botctl-{botctl.__version__}.dist-info" / "RECORD"
    record.parent.mkdir()
    return record


def test_a_checkout_says_that_its_files_move(installed: Path) -> None:
    assert build_sha() == f"dev-{botctl.__version__}"
    installed.write_text("__editable__.botctl.pth,sha256=x,1\n")
    assert build_sha() == f"dev-{botctl.__version__}"


def test_an_installed_build_is_named_by_its_own_files_alone(installed: Path) -> None:
    installed.write_text("botctl/a.py,sha256=x,1\nbotctl/b.py,sha256=y,1\n")
    name = build_sha()
    installed.write_text("botctl/b.py,sha256=y,1\nINSTALLER,sha256=z,1\nbotctl/a.py,sha256=x,1\n")
    assert build_sha() == name
    installed.write_text("botctl/a.py,sha256=x,1\nbotctl/b.py,sha256=other,1\n")
    assert build_sha() != name
