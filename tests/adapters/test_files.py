"""A bundle that cannot be written is told by a code, and leaves nothing behind."""

import errno
import os
from pathlib import Path

import pytest

from botctl.adapters.files import DiskBundleFolder
from botctl.core.codes import Code
from botctl.core.errors import OperatorError
from botctl.core.units import BundleId


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "bundles").write_text("a file stands there")
    with pytest.raises(OperatorError) as told:
        DiskBundleFolder(tmp_path / "bundles").write(BundleId("b"), b"{}")
    assert told.value.code is Code.ERR_DB_UNWRITABLE


def test_a_disk_that_is_full_is_told_and_no_half_file_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_file: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OperatorError, match="No space left") as told:
        DiskBundleFolder(tmp_path).write(BundleId("b"), b"{}")
    assert told.value.code is Code.ERR_DB_UNWRITABLE
    assert list(tmp_path.iterdir()) == []
