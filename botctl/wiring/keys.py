"""The key file, without a Runtime: made, and looked at from outside."""

import sys
from dataclasses import dataclass
from getpass import getpass
from pathlib import Path

from botctl.adapters.evm.keystore_file import address_hint
from botctl.config.environment import environment
from botctl.config.load import load
from botctl.core.codes import Code
from botctl.core.errors import OperatorError, UsageError
from botctl.core.units import Address
from botctl.wiring.venues import passphrase

KEY_DIGITS = 64
PASSPHRASE_CHARS_MIN = 8


@dataclass(frozen=True, slots=True)
class KeyReport:
    """`configured` is wallet.address."""

    path: str
    address: Address | None
    configured: Address
    matches: bool


def shown_key(given: Path | None) -> KeyReport:
    """Raises ERR_KEYSTORE_*; the key stays closed."""
    wallet = load(given, environment()).wallet
    return _report(wallet.keystore, address_hint(Path(wallet.keystore)), wallet.address)


def new_key(given: Path | None, *, imported: bool) -> KeyReport:
    """Raises ERR_CONFIG_EXISTS when there is a file, ERR_KEYSTORE_PASSPHRASE, ERR_USAGE."""
    from botctl.adapters.evm.keystore import create_keystore, import_keystore  # noqa: PLC0415  230 ms

    config = load(given, environment())
    path = Path(config.wallet.keystore)
    if path.exists():
        say = f"{path} exists: a key is never overwritten; move it away or set wallet.keystore"
        raise OperatorError(Code.ERR_CONFIG_EXISTS, say, path=str(path))
    secret = _secret() if imported else None
    words = _asked() if sys.stdin.isatty() else passphrase(config, environment())
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = create_keystore(path, words) if secret is None else import_keystore(path, secret, words)
    return _report(str(path), made, config.wallet.address)


def _report(path: str, address: Address | None, configured: Address) -> KeyReport:
    return KeyReport(path, address, configured, matches=address == configured)


def _secret() -> bytes:
    """From stdin: an argument would stand in the process list and the shell's history."""
    text = getpass("private key: ") if sys.stdin.isatty() else sys.stdin.read(2 * KEY_DIGITS)
    digits = text.strip().removeprefix("0x")
    try:
        secret = bytes.fromhex(digits)
    except ValueError:
        secret = b""
    if len(digits) != KEY_DIGITS or len(secret) != KEY_DIGITS // 2:
        raise UsageError(Code.ERR_USAGE, "a private key is 64 hex digits")
    return secret


def _asked() -> str:
    words = getpass("passphrase for the new key: ")
    if len(words) < PASSPHRASE_CHARS_MIN:
        say = f"a passphrase has at least {PASSPHRASE_CHARS_MIN} characters"
        raise UsageError(Code.ERR_KEYSTORE_PASSPHRASE, say)
    if getpass("again: ") != words:
        raise UsageError(Code.ERR_KEYSTORE_PASSPHRASE, "the two were not the same")
    return words
