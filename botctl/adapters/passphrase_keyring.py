"""The passphrase from the operating system's keyring; loaded only when the settings name it."""

import keyring  # type: ignore[import-not-found]  # an optional extra
from keyring.errors import KeyringError  # type: ignore[import-not-found]

from botctl.core.codes import Code
from botctl.core.errors import OperatorError
from botctl.core.units import Address


def from_keyring(service: str, wallet: Address) -> str:
    """Stored with `keyring set SERVICE ADDRESS`."""
    try:
        passphrase: str | None = keyring.get_password(service, wallet)
    except KeyringError as error:
        raise _missing(service, wallet, str(error)) from error
    if not passphrase:
        raise _missing(service, wallet, "no entry")
    return passphrase


def _missing(service: str, wallet: Address, why: str) -> OperatorError:
    return OperatorError(
        Code.ERR_KEYSTORE_PASSPHRASE,
        f"the keyring has no passphrase: `keyring set {service} {wallet}` stores one",
        why=why,
    )
