"""Care for the database as it is typed, on both kinds: what it says, its status, what it leaves."""

import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from botctl.adapters.store.database import open_database
from botctl.adapters.store.migrate import migrate
from botctl.adapters.store.revision import REVISIONS, SCHEMA_REVISION
from botctl.wiring.upkeep import AT_WORK
from tests.cli.conftest import Botctl, Ended

ROOT = Path(__file__).parents[2]
HOLD = """
import sys
from pathlib import Path
from botctl.adapters.locks import CommandLocks
with CommandLocks(Path(sys.argv[1])).only_one(sys.argv[2]) as ours:
    print(ours, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def empty(ready: Botctl, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Botctl:
    """Settings that name a database with nothing in it, not even a schema."""
    monkeypatch.setenv("BOTCTL_STORAGE__URL", database_url)
    return ready


@pytest.fixture
def filled(empty: Botctl) -> Botctl:
    """With a switch in it, so with rows and a journal."""
    assert empty("kill", "soft", "--why", "a drill", "--who", "ann").status == 0
    return empty


@pytest.fixture
def backup(filled: Botctl) -> Path:
    return Path(str(filled("db", "backup", "--json").document["path"]))


@pytest.fixture
def elsewhere(backup: Path, filled: Botctl, monkeypatch: pytest.MonkeyPatch) -> Botctl:
    """The same bot on a database that is empty, whatever kind the backup came from."""
    assert backup.exists()
    monkeypatch.setenv("BOTCTL_STORAGE__URL", f"sqlite:///{backup.parent / 'elsewhere.db'}")
    return filled


def altered(url: str, *statements: str) -> None:
    database = open_database(url)
    with database.writing() as db:
        for statement in statements:
            db.execute(sa.text(statement))
    database.close()


def refused(ended: Ended) -> tuple[int, object]:
    return ended.status, ended.error["code"]


@contextmanager
def at_work(state: Path, command: str) -> Iterator[None]:
    """Another process that holds the command's lock."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, state, command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "True\n"
        yield


def test_upgrade_makes_the_schema_and_a_second_one_finds_it(empty: Botctl) -> None:
    first = empty("db", "upgrade", "--json").document
    assert (first["was"], first["now"], first["backup"]) == (None, SCHEMA_REVISION, None)
    again = empty("db", "upgrade")
    assert again.status == 0
    assert f"the schema is {SCHEMA_REVISION} already" in again.out
    assert empty("status").status == 0


@pytest.mark.skipif(len(REVISIONS) == 1, reason="there is no older schema yet")
def test_upgrade_of_an_older_schema_says_where_its_backup_is(
    empty: Botctl, database_url: str
) -> None:
    database = open_database(database_url)
    with database.writing() as db:
        migrate(db, REVISIONS[0], database.location)
    database.close()
    assert refused(empty("positions", "--json")) == (78, "ERR_SCHEMA_OLDER")
    report = empty("db", "upgrade", "--json").document
    assert (report["was"], report["now"]) == (REVISIONS[0], SCHEMA_REVISION)
    assert Path(str(report["backup"])).is_file()
    assert empty("db", "check").status == 0


def test_a_newer_schema_is_left_alone(filled: Botctl, database_url: str) -> None:
    altered(database_url, "update alembic_version set version_num = '9999'")
    for words in (("positions",), ("db", "upgrade")):
        ended = filled(*words, "--json")
        assert refused(ended) == (78, "ERR_SCHEMA_NEWER"), words
        assert "newer botctl" in str(ended.error["message"])
    check = filled("db", "check", "--json")
    assert (check.status, check.document["revision"]) == (1, "9999")


def test_check_counts_the_entries_it_verified(filled: Botctl) -> None:
    ended = filled("db", "check")
    assert ended.status == 0
    assert re.match(r"sound: schema \w+, \d+ rows, [1-9]\d* journal entries verified: ", ended.out)
    assert filled("db", "check", "--json").document["problems"] == []


def test_check_names_what_is_broken_and_ends_with_1(filled: Botctl, database_url: str) -> None:
    altered(database_url, "update journal set body = 'x'")
    ended = filled("db", "check")
    assert ended.status == 1
    assert re.search(r"^PROBLEM: .*the journal was altered", ended.out, re.MULTILINE)
    assert "1 problem: " in ended.out


@pytest.mark.parametrize("words", [("db", "check"), ("db", "backup")], ids=" ".join)
def test_without_a_database_there_is_nothing_to_do_and_none_is_made(
    empty: Botctl, home: Path, words: tuple[str, ...]
) -> None:
    before = sorted(home.rglob("*.db"))
    assert refused(empty(*words, "--json")) == (2, "ERR_NOT_FOUND")
    assert sorted(home.rglob("*.db")) == before
    assert list(home.rglob("*.zip")) == []


def test_a_backup_is_private_and_lies_where_the_settings_or_the_option_say(
    filled: Botctl, home: Path
) -> None:
    for words, folder in (((), home / "state/backups"), (("--to", "safe"), home / "safe")):
        told = Path(str(filled("db", "backup", *words, "--json").document["path"]))
        assert told.resolve() in folder.iterdir()
        assert stat.S_IMODE(told.stat().st_mode) == 0o600
    assert "rows of schema" in filled("db", "backup").out


def test_a_backup_that_cannot_be_written_is_told_with_its_file(filled: Botctl, home: Path) -> None:
    (home / "taken").write_text("a file, no folder")
    ended = filled("db", "backup", "--to", "taken", "--json")
    assert refused(ended) == (78, "ERR_DB_UNWRITABLE")
    assert (home / "taken").read_text() == "a file, no folder"


def test_restore_brings_everything_back(elsewhere: Botctl, backup: Path) -> None:
    ended = elsewhere("db", "restore", str(backup))
    assert ended.status == 0
    assert re.match(r"restored \d+ rows, [1-9]\d* journal entries verified, schema ", ended.out)
    assert "exits only: a drill (kill, ann)" in elsewhere("status").out
    assert elsewhere("db", "check").status == 0


def test_restore_into_either_kind_of_database(
    ready: Botctl, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ready("kill", "hard", "--why", "moved", "--who", "ann").status == 0
    file = str(ready("db", "backup", "--json").document["path"])
    monkeypatch.setenv("BOTCTL_STORAGE__URL", database_url)
    assert ready("db", "restore", file, "--json").document["revision"] == SCHEMA_REVISION
    assert ready("health", "--json").document["state"] == "HALTED"


def test_restore_leaves_a_database_with_rows_as_it_is(filled: Botctl, backup: Path) -> None:
    assert filled("kill", "hard", "--why", "later news", "--who", "bob").status == 0
    ended = filled("db", "restore", str(backup), "--json")
    assert refused(ended) == (78, "ERR_CONFIG_INVALID")
    assert "holds rows already" in str(ended.error["message"])
    assert "later news" in filled("status").out


@pytest.mark.parametrize("content", [None, b"", b"PK\x05\x06 no archive"])
def test_restore_of_what_is_no_backup_makes_nothing(
    ready: Botctl, home: Path, content: bytes | None
) -> None:
    if content is not None:
        (home / "bad.zip").write_bytes(content)
    assert refused(ready("db", "restore", "bad.zip", "--json")) == (1, "ERR_BACKUP_INVALID")
    assert list(home.rglob("*.db")) == []


def test_restore_of_a_shortened_backup_makes_nothing(
    ready: Botctl, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ready("status").status == 0
    file = Path(str(ready("db", "backup", "--json").document["path"]))
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    monkeypatch.setenv("BOTCTL_STORAGE__URL", "sqlite:///state/fresh.db")
    assert refused(ready("db", "restore", str(file), "--json")) == (1, "ERR_BACKUP_INVALID")
    assert not (home / "state/fresh.db").exists()


@pytest.mark.parametrize("command", AT_WORK)
def test_restore_is_refused_while_a_command_is_at_work(
    command: str, ready: Botctl, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ready("kill", "soft", "--why", "a drill").status == 0
    file = str(ready("db", "backup", "--json").document["path"])
    monkeypatch.setenv("BOTCTL_STORAGE__URL", "sqlite:///state/fresh.db")
    with at_work(home / "state", command):
        ended = ready("db", "restore", file, "--json")
        assert refused(ended) == (75, "ERR_DB_LOCKED")
        assert f"botctl {command}" in str(ended.error["message"])
        assert not (home / "state/fresh.db").exists()
    assert ready("db", "restore", file).status == 0


def test_nobody_starts_while_a_backup_comes_back(
    ready: Botctl, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen from inside the restore: another process gets none of the locks."""
    taken: list[str] = []

    def look(*_: object, **__: object) -> None:
        for command in AT_WORK:
            held = subprocess.run(
                [sys.executable, "-c", HOLD, home / "state", command],
                input="", capture_output=True, text=True, check=True,
            )  # fmt: skip
            taken.extend([command] if held.stdout == "False\n" else [])
        raise KeyboardInterrupt

    monkeypatch.setattr("botctl.wiring.upkeep._restore", look)
    assert ready("db", "restore", "any.zip").status == 130
    assert taken == list(AT_WORK)


def test_every_command_that_takes_a_lock_is_one_that_restore_looks_for() -> None:
    sources = [*(ROOT / "botctl/cli").rglob("*.py"), *(ROOT / "jobs").glob("*.py")]
    text = "\n".join(source.read_text(encoding="utf-8") for source in sources)
    assert set(re.findall(r'(?:only_one\(|opened_loop\(ctx, )"([^"]+)"', text)) == set(AT_WORK)
