"""What flows rely on, on both databases: created once, private, exact, and no guess at a bad file."""

from pathlib import Path

import pytest

from botctl.adapters.store.revision import SCHEMA_REVISION
from botctl.core.codes import Code
from botctl.core.errors import CorruptError, OperatorError
from botctl.core.units import UINT256_MAX
from tests.store.filled import fill, large_order, opened


def test_an_empty_database_is_created_and_opens_again(database_url: str) -> None:
    for _ in range(2):
        store = opened(database_url)
        assert store.schema_revision() == SCHEMA_REVISION
        store.close()


def test_amounts_of_256_bits_come_back_exactly(database_url: str) -> None:
    fill(database_url)
    store = opened(database_url)
    found = store.order(large_order().id)
    assert found is not None
    assert found.intent.amount_in == UINT256_MAX
    assert found.intent.gas_limit == 2**63 - 1  # saturated: it comes from outside
    store.close()


def test_a_file_that_is_no_database_is_corrupt(tmp_path: Path) -> None:
    file = tmp_path / "botctl.db"
    file.write_bytes(b"no database at all" * 512)
    with pytest.raises(CorruptError) as found:
        opened(f"sqlite:///{file}")
    assert found.value.code is Code.ERR_DB_CORRUPT
    assert str(file) in str(found.value)


def test_a_folder_that_is_missing_or_no_folder_is_unwritable(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    for folder in (file, tmp_path / "missing"):
        with pytest.raises(OperatorError) as found:
            opened(f"sqlite:///{folder / 'botctl.db'}")
        assert found.value.code is Code.ERR_DB_UNWRITABLE


def test_the_database_file_is_nobody_elses_business(tmp_path: Path) -> None:
    file = tmp_path / "botctl.db"
    fill(f"sqlite:///{file}")
    assert file.stat().st_mode & 0o777 == 0o600
