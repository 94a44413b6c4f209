"""Key files: ours alone, opened by one passphrase, and silent about what is inside."""

import json
import os
import traceback
from pathlib import Path

import pytest
from eth_account import Account

from botctl.adapters.evm.keystore import create_keystore, import_keystore, open_keystore
from botctl.adapters.evm.keystore_file import address_hint
from botctl.core.codes import Code
from botctl.core.errors import OperatorError

SECRET = bytes(range(1, 33))
PASSPHRASE = "correct horse"  # noqa: S105  a test's own
CHEAP = 2  # rounds: the real number takes a second
ADDRESS = Account.from_key(SECRET).address.lower()


@pytest.fixture
def keystore(tmp_path: Path) -> Path:
    path = tmp_path / "key.json"
    import_keystore(path, SECRET, PASSPHRASE, kdf="pbkdf2", rounds=CHEAP)
    return path


def refusal(path: Path, passphrase: str = PASSPHRASE) -> OperatorError:
    with pytest.raises(OperatorError) as caught:
        open_keystore(path, passphrase)
    return caught.value


def test_a_stored_key_opens_to_the_same_address(keystore: Path) -> None:
    assert open_keystore(keystore, PASSPHRASE).address == ADDRESS
    assert address_hint(keystore) == ADDRESS


def test_a_new_key_is_random_and_opens(tmp_path: Path) -> None:
    made = [
        create_keystore(tmp_path / name, PASSPHRASE, kdf="pbkdf2", rounds=CHEAP) for name in "ab"
    ]
    assert made[0] != made[1]
    assert open_keystore(tmp_path / "b", PASSPHRASE).address == made[1]


def test_the_file_is_for_its_owner_only_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        import_keystore(tmp_path / "key", SECRET, PASSPHRASE, kdf="pbkdf2", rounds=CHEAP)
    finally:
        os.umask(before)
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600


def test_a_key_is_never_overwritten(keystore: Path) -> None:
    before = keystore.read_bytes()
    with pytest.raises(OperatorError) as caught:
        create_keystore(keystore, PASSPHRASE, kdf="pbkdf2", rounds=CHEAP)
    assert caught.value.code is Code.ERR_CONFIG_EXISTS
    assert keystore.read_bytes() == before


def test_the_wrong_passphrase_is_a_configuration_error_that_repeats_neither_secret(
    keystore: Path,
) -> None:
    wrong = "a wrong passphrase"
    error = refusal(keystore, wrong)
    assert error.code is Code.ERR_KEYSTORE_PASSPHRASE
    assert error.exit_code == 78
    shown = "".join(traceback.format_exception(error))
    assert wrong not in shown
    assert SECRET.hex() not in shown


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o610])
def test_a_file_others_may_touch_is_refused_with_the_way_to_mend_it(
    keystore: Path, mode: int
) -> None:
    keystore.chmod(mode)
    error = refusal(keystore)
    assert error.code is Code.ERR_KEYSTORE_MODE
    assert "chmod 600" in str(error)


def test_a_missing_file_has_its_own_code(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none").code is Code.ERR_KEYSTORE_MISSING
    assert refusal(tmp_path / "none" / "deeper").code is Code.ERR_KEYSTORE_MISSING


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"not json",
        b"[]",
        b"{}",
        b'{"version": 3}',
        b'{"version": 3, "crypto": {}}',
        b'{"version": 99, "crypto": {"kdf": "x"}}',
        b'{"version": 3, "crypto": {"kdf": "rot13", "cipher": "none"}}',
        b'{"version": 3, "crypto": 7}',
        b"\xff\xfe",
        SECRET.hex().encode(),
    ],
)
def test_what_is_no_keystore_is_malformed_and_not_repeated(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "key"
    path.write_bytes(text)
    path.chmod(0o600)
    error = refusal(path)
    assert error.code is Code.ERR_KEYSTORE_MALFORMED
    assert SECRET.hex() not in "".join(traceback.format_exception(error))


def test_a_damaged_field_is_malformed_or_does_not_open(keystore: Path) -> None:
    document = json.loads(keystore.read_text())
    for field in set(document["crypto"]) - {"cipher"}:  # there is only one, nobody reads its name
        broken = json.loads(keystore.read_text())
        broken["crypto"][field] = "zz"
        keystore.write_text(json.dumps(broken))
        assert refusal(keystore).code in {
            Code.ERR_KEYSTORE_MALFORMED,
            Code.ERR_KEYSTORE_PASSPHRASE,
        }
        keystore.write_text(json.dumps(document))


def test_a_directory_or_a_pipe_is_no_keystore_and_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    for path in (tmp_path / "pipe", tmp_path):
        assert refusal(path).code is Code.ERR_KEYSTORE_MALFORMED


def test_a_file_without_an_address_has_no_hint(keystore: Path) -> None:
    document = json.loads(keystore.read_text())
    for address in ("", "0xzz", 7, None):
        keystore.write_text(json.dumps(document | {"address": address}))
        assert address_hint(keystore) is None
