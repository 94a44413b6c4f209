"""The passphrase of the key: from the environment or an open file descriptor; never from a file."""

import os
from collections.abc import Mapping

from botctl.core.codes import Code
from botctl.core.errors import OperatorError

BYTES_MAX = 4_096


def from_environment(env: Mapping[str, str], name: str) -> str:
    """Raises ERR_KEYSTORE_PASSPHRASE when the variable is not set."""
    passphrase = env.get(name, "")
    if not passphrase:
        raise _missing(f"the environment variable {name} is not set: it unlocks the keystore")
    return passphrase


def from_descriptor(descriptor: int) -> str:
    """What the parent process wrote there, without its last line break."""
    try:
        with os.fdopen(os.dup(descriptor), "rb") as file:
            passphrase = file.read(BYTES_MAX).decode().rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise _missing(f"file descriptor {descriptor} gives no passphrase") from error
    if not passphrase:
        raise _missing(f"file descriptor {descriptor} gave an empty passphrase")
    return passphrase


def _missing(say: str) -> OperatorError:
    return OperatorError(Code.ERR_KEYSTORE_PASSPHRASE, say)
