"""Encrypted key files (Web3 Secret Storage). Imported only when a key is opened: it is heavy."""

import os
from pathlib import Path
from typing import Final, Literal

import msgspec
from eth_account import Account

from botctl.adapters.evm.keystore_file import malformed, read_document
from botctl.adapters.evm.signer import Signer
from botctl.core.codes import Code
from botctl.core.errors import OperatorError
from botctl.core.units import Address

PRIVATE: Final = 0o600
KEY_BYTES: Final = 32
Kdf = Literal["scrypt", "pbkdf2"]


def open_keystore(path: Path, passphrase: str) -> Signer:
    """Raises OperatorError: missing, readable by others, malformed, or the wrong passphrase.

    Whether the key is the configured one is the caller's to compare.
    """
    document = read_document(path)
    try:
        secret = bytes(Account.decrypt(document, passphrase))
    except ValueError as error:
        if "MAC mismatch" in str(error):
            say = "the passphrase does not open this keystore"
            raise OperatorError(Code.ERR_KEYSTORE_PASSPHRASE, say, path=path) from None
        raise malformed(path) from None
    except (KeyError, TypeError, NotImplementedError, AttributeError):
        raise malformed(path) from None
    if len(secret) != KEY_BYTES:
        raise malformed(path)
    return Signer(secret)


def create_keystore(
    path: Path, passphrase: str, *, kdf: Kdf = "scrypt", rounds: int | None = None
) -> Address:
    """A new random key, its file written once and never over another; returns its address."""
    return import_keystore(path, bytes(Account.create().key), passphrase, kdf=kdf, rounds=rounds)


def import_keystore(
    path: Path, secret: bytes, passphrase: str, *, kdf: Kdf = "scrypt", rounds: int | None = None
) -> Address:
    """A key the operator already has, into a file of its own. `rounds` None: the safe default."""
    encrypted = Account.encrypt(secret, passphrase, kdf=kdf, iterations=rounds)
    _write(path, msgspec.json.encode(encrypted))
    return Signer(secret).address


def _write(path: Path, document: bytes) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    except FileExistsError:
        say = "there is a file already, and a key is never overwritten"
        raise OperatorError(Code.ERR_CONFIG_EXISTS, say, path=path) from None
    with os.fdopen(handle, "wb") as file:
        file.write(document)
        file.flush()
        os.fsync(file.fileno())
