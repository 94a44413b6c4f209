"""A command that only reads or writes the store does not pay for what it does not use."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = ("sqlalchemy.orm", "alembic", "sqlalchemy.dialects.postgresql", "psycopg", "msgspec")
SCRIPT = """
import sys
from botctl.adapters.store import open_store
store = open_store(sys.argv[1], chain_id=1, factory="0x", bot="main", ids=None)
store.holdings("main", 0), store.markets(), store.due(), store.windows(1, 1, 1)
store.close()
print("\\n".join(sys.modules))
"""


def loaded_for(url: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, url],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("created", [False, True])
def test_a_file_opens_without_the_orm_alembic_or_postgres(tmp_path: Path, created: bool) -> None:
    url = f"sqlite:///{tmp_path / 'botctl.db'}"
    if created:
        loaded_for(url)
    loaded = loaded_for(url)
    assert "sqlalchemy" in loaded
    assert not [name for name in loaded if name.startswith(HEAVY)]
