"""Backups in a storage: read back before they are named, and every trouble told with what to do."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from botctl.adapters.object_storage import PART_BYTES, ObjectStorage
from botctl.core.codes import Code
from botctl.core.errors import BotError, CheckError, TransientError
from tests.store.bucket import KEY_ID, SECRET, Door, bucket_server

NAME = "botctl-20260304T120000.000Z.zip"


@pytest.fixture(scope="module")
def server() -> Iterator[Door]:
    with bucket_server() as door:
        yield door


@pytest.fixture
def door(server: Door) -> Door:
    server.reset()
    return server


@pytest.fixture
def far(door: Door, request: pytest.FixtureRequest) -> ObjectStorage:
    return ObjectStorage(door.plan(prefix=f"{request.node.name}/"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / NAME
    path.write_bytes(os.urandom(100_000))
    return path


def names(far: ObjectStorage) -> list[str]:
    return [one.name for one in far.names()]


def test_what_is_put_comes_back_and_can_be_removed(
    far: ObjectStorage, file: Path, tmp_path: Path
) -> None:
    far.put(file, NAME)
    (stored,) = far.names()
    assert (stored.name, stored.size) == (NAME, 100_000)
    far.get(NAME, tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == file.read_bytes()
    far.remove(NAME)
    assert names(far) == []


def test_a_large_file_goes_in_parts(far: ObjectStorage, file: Path, door: Door) -> None:
    file.write_bytes(os.urandom(PART_BYTES + 1))
    far.put(file, NAME)
    assert sum(line.startswith("PUT") for line in door.seen) >= 3  # two parts, and the copy
    assert [(one.name, one.size) for one in far.names()] == [(NAME, PART_BYTES + 1)]


def test_a_storage_that_fails_a_few_times_gets_it_all_the_same(
    far: ObjectStorage, file: Path, door: Door
) -> None:
    door.fail = 2
    far.put(file, NAME)
    assert names(far) == [NAME]


def test_a_storage_that_keeps_failing_is_tried_again_later(
    far: ObjectStorage, file: Path, door: Door
) -> None:
    door.fail = 1_000
    with pytest.raises(TransientError) as caught:
        far.put(file, NAME)
    assert caught.value.code is Code.ERR_BACKUP_UNSENT
    assert len(door.seen) < 20
    door.fail = 0
    assert names(far) == []


def test_a_storage_that_does_not_answer_is_given_up_in_time(file: Path, door: Door) -> None:
    from dataclasses import replace  # noqa: PLC0415

    far = ObjectStorage(replace(door.plan(prefix="slow/"), timeout_s=1))
    door.hang = True
    with pytest.raises(TransientError) as caught:
        far.put(file, NAME)
    assert caught.value.code is Code.ERR_BACKUP_UNSENT


def test_what_comes_back_otherwise_is_never_named_and_is_deleted(
    far: ObjectStorage, file: Path, door: Door
) -> None:
    door.spoil = True
    with pytest.raises(CheckError) as caught:
        far.put(file, NAME)
    assert "not what was sent" in caught.value.say
    door.spoil = False
    assert names(far) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"bucket": "nobody-made-this-one"}, "NoSuchBucket"),
        ({"key_id": "WRONG"}, "InvalidAccessKeyId"),
    ],
)
def test_what_a_person_must_mend_names_it_and_no_key(
    file: Path, door: Door, changed: dict[str, str], said: str
) -> None:
    far = ObjectStorage(door.plan(**changed))
    with pytest.raises(CheckError) as caught:
        far.put(file, NAME)
    assert said in caught.value.say
    assert "backup.s3_" in caught.value.say
    _no_canary(caught.value)


def test_nobody_there_is_no_mistake_of_the_operators(file: Path, door: Door) -> None:
    from dataclasses import replace  # noqa: PLC0415

    far = ObjectStorage(replace(door.plan(), endpoint="http://127.0.0.1:1"))
    with pytest.raises(TransientError) as caught:
        far.put(file, NAME)
    _no_canary(caught.value)


def test_a_plan_shows_no_key(door: Door) -> None:
    assert KEY_ID not in repr(door.plan())
    assert SECRET not in repr(door.plan())


def _no_canary(error: BotError) -> None:
    told = f"{error} {error.facts} {error.__cause__}"
    assert KEY_ID not in told
    assert SECRET not in told
