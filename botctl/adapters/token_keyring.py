"""The chat's token from the operating system's keyring; loaded only when the settings name it."""

import keyring  # type: ignore[import-not-found]  # an optional extra
from keyring.errors import KeyringError  # type: ignore[import-not-found]

from botctl.core.codes import Code
from botctl.core.errors import OperatorError

USER = "telegram"


def token_from_keyring(service: str) -> str:
    """Stored with `keyring set SERVICE telegram`."""
    try:
        token: str | None = keyring.get_password(service, USER)
    except KeyringError as error:
        raise _missing(service, str(error)) from error
    if not token:
        raise _missing(service, "no entry")
    return token


def _missing(service: str, why: str) -> OperatorError:
    say = f"the keyring has no token: `keyring set {service} {USER}` stores one"
    return OperatorError(Code.ERR_CHAT_TOKEN, say, why=why)
