"""Backups as they are typed and as the timetable makes them: here, in a storage, and back."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from botctl.adapters.object_storage import INCOMING, ObjectStorage
from tests.cli.conftest import Botctl
from tests.store.bucket import BUCKET, KEY_ID, SECRET, Door, bucket_server


@pytest.fixture(scope="module")
def server() -> Iterator[Door]:
    with bucket_server() as door:
        yield door


@pytest.fixture
def far(server: Door, ready: Botctl, monkeypatch: pytest.MonkeyPatch) -> Botctl:
    """A bot with a storage, its keys from the environment, and a switch so that there are rows."""
    server.reset()
    for name, value in {
        "S3_ENDPOINT": server.url,
        "S3_BUCKET": BUCKET,
        "S3_PREFIX": f"{id(monkeypatch)}/",
        "S3_KEY_ID": KEY_ID,
        "S3_SECRET": SECRET,
        "S3_TIMEOUT_S": "2",
    }.items():
        monkeypatch.setenv(f"BOTCTL_BACKUP__{name}", value)
    assert ready("kill", "soft", "--why", "a drill", "--who", "ann").status == 0
    return ready


def places(botctl: Botctl) -> list[str]:
    found = botctl("db", "backups", "--json").document["backups"]
    assert isinstance(found, list)
    return [one["place"] for one in found]


def test_a_backup_is_proven_and_lies_in_both_places(far: Botctl) -> None:
    told = far("db", "backup")
    assert told.status == 0
    assert "proven by restoring it" in told.out
    assert "sent to s3://" in told.out
    assert places(far) == ["folder", "storage"]
    assert "s3:botctl-" in far("db", "backups").out


def test_a_database_comes_back_from_the_storage_alone(
    far: Botctl, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = Path(str(far("db", "backup", "--json").document["path"]))
    file.unlink()
    monkeypatch.setenv("BOTCTL_STORAGE__URL", f"sqlite:///{home / 'new.db'}")
    assert far("db", "restore", f"s3:{file.name}").status == 0
    assert "exits only: a drill (kill, ann)" in far("status").out


def test_a_storage_that_is_down_leaves_the_good_backup_here_and_raises_an_alert(
    far: Botctl, server: Door
) -> None:
    server.fail = 1_000
    failed = far("jobs", "run", "db", "backup")
    assert failed.status == 75
    assert "ERR_BACKUP_UNSENT" in failed.err
    server.fail = 0
    assert places(far) == ["folder"]
    assert "ERR_BACKUP_UNSENT" in far("alerts").out


def test_what_a_killed_sender_left_never_counts_and_goes(
    far: Botctl, server: Door, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = server.plan(prefix=f"{id(monkeypatch)}/")
    left = tmp_path / "half"
    left.write_bytes(b"half")
    ObjectStorage(plan).put(left, INCOMING + "botctl-20200304T120000.000Z.zip")
    assert places(far) == []
    far("db", "backup")
    assert places(far) == ["folder", "storage"]
    assert not [one for one in ObjectStorage(plan).names() if one.name.startswith(INCOMING)]


def test_no_key_is_printed_logged_or_kept(
    far: Botctl, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = [
        far(*words) for words in (("db", "backup"), ("config", "show"), ("snapshot", "--why", "x"))
    ]
    monkeypatch.setenv("BOTCTL_BACKUP__S3_BUCKET", "another")
    told += [far("db", "backups", "--json"), far("jobs", "run", "db", "backup")]
    assert told[-1].status == 1
    for ended in told:
        assert KEY_ID not in ended.out + ended.err
        assert SECRET not in ended.out + ended.err
    for file in (home / "state").rglob("*"):
        written = file.read_bytes() if file.is_file() else b""
        assert SECRET.encode() not in written, file


def test_half_a_storage_in_the_settings_is_refused(
    ready: Botctl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOTCTL_BACKUP__S3_ENDPOINT", "https://storage.example")
    ended = ready("db", "backups")
    assert ended.status == 78
    assert "go together" in ended.err


def test_a_name_that_no_backup_has_is_told(far: Botctl) -> None:
    ended = far("db", "restore", "s3:../secrets")
    assert ended.status == 2
    assert "botctl db backups" in ended.err


def test_an_unproven_backup_is_only_made_when_asked_for(ready: Botctl) -> None:
    ready("status")
    assert ready("db", "backup", "--json").document["verified"] is True
    assert ready("db", "backup", "--no-verify", "--json").document["verified"] is False


def test_a_folder_that_takes_no_backup_is_told_and_is_no_reason_to_end_the_loop(
    ready: Botctl, home: Path
) -> None:
    """As a job its status is that of a check that failed; 78 would end `run`, and exits with it."""
    ready("status")
    (home / "state" / "backups").write_text("a file, no folder")
    assert ready("db", "backup").status == 78
    failed = ready("jobs", "run", "db", "backup", "--json")
    assert (failed.status, failed.error["code"]) == (1, "ERR_DB_UNWRITABLE")
    assert "ERR_DB_UNWRITABLE" in ready("alerts").out
    (home / "state" / "backups").unlink()
    assert ready("db", "backup").status == 0
