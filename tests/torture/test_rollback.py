"""Upgrade, trade, roll back: a newer botctl with a newer schema, real processes, a real chain.

The newer one is this source with one migration more, run from a folder of its own; the older one is this
source. What runbooks/upgrade.md says about going back is typed here, command by command.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from botctl.adapters.ids import TimeOrderedIds
from botctl.adapters.store import open_store
from botctl.adapters.store.revision import SCHEMA_REVISION
from botctl.config.environment import environment
from botctl.core.lifecycle import OrderState
from botctl.wiring.stage import DevnetStage, StagePlan
from tests.cli.test_db import altered

SOURCE = Path(__file__).parents[2]
BOTCTL = (sys.executable, "-P", "-m", "botctl")
ROOMS = ("botctl", "jobs", "migrations")
NEXT = "9999"
MIGRATION = f'''"""A table and a column of tomorrow."""

import sqlalchemy as sa
from alembic import op

revision = "{NEXT}"
down_revision = "{SCHEMA_REVISION}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("of_tomorrow", sa.Column("id", sa.Text(), primary_key=True))
    op.add_column("orders", sa.Column("of_tomorrow", sa.Text(), nullable=True))
'''
# The correction books what cannot be told as lost: a day's limit would hold entries until midnight.
ROOMY = {"BOTCTL_RISK__DAILY_LOSS_MAX_WEI": "9 ether"}
NOT_WELL, CONFIGURATION = 1, 78

pytestmark = pytest.mark.torture


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    folder = tmp_path / "newer"
    for room in ROOMS:
        shutil.copytree(SOURCE / room, folder / room, ignore=shutil.ignore_patterns("__pycache__"))
    file = folder / "botctl" / "adapters" / "store" / "revision.py"
    text = file.read_text(encoding="utf-8")
    ours = f'    "{SCHEMA_REVISION}",\n)'
    assert text.count(ours) == 1
    file.write_text(text.replace(ours, f'    "{SCHEMA_REVISION}",\n    "{NEXT}",\n)'))
    (folder / "migrations" / "versions" / f"{NEXT}_tomorrow.py").write_text(MIGRATION)
    return folder


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[DevnetStage]:
    with DevnetStage(StagePlan(tmp_path / "stage", seed=7), environment()) as ready:
        ready.store.close()  # only the processes have it open
        yield ready


class Typed:
    """Commands of one installation on the stage; `more` overrides settings."""

    def __init__(self, stage: DevnetStage, where: Path, **more: str) -> None:
        self._stage, self._where, self._more = stage, where, more

    def __call__(self, *words: str, status: int | None = 0) -> dict[str, object]:
        told = {**self._stage.environment(), **ROOMY, **self._more}
        done = subprocess.run(
            [*BOTCTL, *words, "--config", str(self._stage.config), "--json"],
            env={**os.environ, **told, "PYTHONPATH": str(self._where)},  # noqa: TID251  its own
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert status is None or done.returncode == status, (words, done.stdout, done.stderr)
        found = json.loads(done.stdout)
        assert isinstance(found, dict)
        return found

    def cycles(self, count: int, *, status: int | None = 0) -> None:
        for _ in range(count):
            self._stage.step()
            self("cycle", status=status)


def sent(stage: DevnetStage, place: Path) -> dict[str, int]:
    """Nonces by the intent that was carried out with them, as a database has it."""
    store = open_store(
        f"sqlite:///{place}", chain_id=stage.deployment.chain_id, bot=stage.bot, busy_ms=5_000,
        factory=stage.deployment.factory, ids=TimeOrderedIds(),
    )  # fmt: skip
    done = [o for o in store.recent(None) if o.state is OrderState.CONFIRMED]
    store.close()
    return {f"{o.kind} {o.intent.intent_key}": o.nonce for o in done if o.nonce is not None}


def error_of(document: dict[str, object]) -> tuple[object, str]:
    error = document["error"]
    assert isinstance(error, dict)
    return error["code"], str(error["message"])


def test_a_rollback_by_restore_repeats_nothing_and_the_loop_goes_on(
    stage: DevnetStage, newer: Path, tmp_path: Path
) -> None:
    folder = stage.config.parent
    old, new = Typed(stage, SOURCE), Typed(stage, newer)
    old.cycles(3)
    backup = _upgraded_and_traded(stage, new)
    _refused_with_the_way_back(old, backup)
    back = Typed(stage, SOURCE, BOTCTL_STORAGE__URL=f"sqlite:///{folder / 'restored.db'}")
    _restored_and_held(stage, back, backup)
    _answered(back)
    _trading_again(stage, back)

    # No effect twice: neither an intent nor a nonce was carried out by both.
    restored, newest = sent(stage, folder / "restored.db"), _of_newer(stage, folder, tmp_path)
    common = newest.keys() & restored.keys()
    assert common, "what was traded before the upgrade is in both"
    assert {key: newest[key] for key in common} == {key: restored[key] for key in common}
    both = {**newest, **restored}
    assert len(set(both.values())) == len(both)


def _upgraded_and_traded(stage: DevnetStage, new: Typed) -> str:
    """The backup's place; afterwards the chain knows more than it does."""
    assert error_of(new("cycle", status=CONFIGURATION))[0] == "ERR_SCHEMA_OLDER"
    new("upgrade-check", "--try")
    backup = str(new("db", "upgrade")["backup"])
    before = stage.mined_transactions()
    new.cycles(3)
    stage.step()  # what it sent last is mined: from here on, whatever is mined is of the older one
    new("reconcile")
    assert stage.mined_transactions() > before, "the newer one has to trade, or nothing is shown"
    return backup


def _refused_with_the_way_back(old: Typed, backup: str) -> None:
    assert error_of(old("cycle", status=CONFIGURATION))[0] == "ERR_SCHEMA_NEWER"
    code, say = error_of(old("upgrade-check", status=CONFIGURATION))
    assert (code, f"botctl db restore {backup}" in say) == ("ERR_SCHEMA_NEWER", True)


def _restored_and_held(stage: DevnetStage, back: Typed, backup: str) -> None:
    """The books are of before; the chain's nonces tell on them, and nothing is signed."""
    assert back("db", "restore", backup)["revision"] == SCHEMA_REVISION
    there = stage.mined_transactions()
    back.cycles(2, status=None)
    assert stage.mined_transactions() == there
    assert back("health", status=NOT_WELL)["state"] in {"HALTED", "EXITS_ONLY"}


def _answered(back: Typed) -> None:
    """What a person types: what the chain says is booked, what was bought meanwhile is sold."""
    back("nonce", "repair", "--yes")
    back("reconcile", "--correct", "--yes", "--why", "rolled back")
    back("kill", "hard", "--flatten", "--why", "rolled back", "--yes", status=None)
    back.cycles(3, status=None)
    assert back("positions")["positions"] == []
    back("nonce", "repair", "--yes")
    back("kill", "off", "--why", "flat again", "--yes")


def _trading_again(stage: DevnetStage, back: Typed) -> None:
    """Entries, under the nonces that follow; books, chain and journal agree."""
    there = stage.mined_transactions()
    back.cycles(3)
    stage.step()
    assert back("reconcile")["mismatches"] == []
    assert stage.mined_transactions() > there
    assert back("ledger", "verify")["altered"] == []
    row = back("nonce", "status")["row"]
    assert isinstance(row, dict)
    assert row["next"] == stage.mined_transactions()


def _of_newer(stage: DevnetStage, folder: Path, tmp_path: Path) -> dict[str, int]:
    """The newer database, with what it added taken away, so that this source can read it."""
    copy = tmp_path / "newer.db"
    shutil.copy(folder / "botctl.db", copy)
    altered(
        f"sqlite:///{copy}",
        "DROP TABLE of_tomorrow",
        "ALTER TABLE orders DROP COLUMN of_tomorrow",
        f"UPDATE alembic_version SET version_num = '{SCHEMA_REVISION}'",  # noqa: S608  ours
    )
    return sent(stage, copy)
