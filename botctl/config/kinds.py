"""The types settings are made of: whole numbers, amounts, addresses, lists; each says its own fix."""

import json
import re
from dataclasses import dataclass
from typing import Annotated, Final

from Crypto.Hash import keccak
from pydantic import AfterValidator, BeforeValidator

from botctl.config.amounts import wei
from botctl.config.cron import cron

_HEX_ADDRESS: Final = re.compile(r"0x[0-9a-fA-F]{40}")
_HEX_HASH: Final = re.compile(r"0x[0-9a-fA-F]{64}")


@dataclass(frozen=True, slots=True)
class Secret:
    """Marks a field whose value never appears in an error, a listing or a hash."""


@dataclass(frozen=True, slots=True)
class Amount:
    """Marks wei, so that they are written with their unit."""


@dataclass(frozen=True, slots=True)
class Place:
    """Marks where things lie on this machine: two machines may still share one config_hash."""


def _whole(value: object) -> object:
    if isinstance(value, bool | float):
        raise ValueError("write a whole number, without quotes, decimals or true/false")  # noqa: TRY004
    return value


def _flag(value: object) -> object:
    """Pydantic would also take 1, "on" and "y": a switch about money should leave no doubt."""
    spelled = {"true": True, "false": False}.get(value.lower()) if isinstance(value, str) else value
    if not isinstance(spelled, bool):
        raise ValueError("write true or false")  # noqa: TRY004
    return spelled


def _listed(value: object) -> object:
    """An environment variable holds a list as JSON, or as words with commas between."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        return json.loads(value)
    return [word.strip() for word in value.split(",") if word.strip()]


def checksummed(lower: str) -> str:
    """EIP-55: the case of each hex letter is one bit of the address's keccak."""
    digest = keccak.new(digest_bits=256, data=lower[2:].encode()).hexdigest()
    return (
        "0x"
        + "".join(
            c.upper() if int(bit, 16) >= 8 else c  # noqa: PLR2004  EIP-55's own threshold
            for c, bit in zip(lower[2:], digest, strict=False)
        )
    )


def _address(text: str) -> str:
    if not _HEX_ADDRESS.fullmatch(text):
        raise ValueError("write an address as 0x and 40 hex digits")
    lower = text.lower()
    if text[2:] not in {lower[2:], lower[2:].upper()} and text != checksummed(lower):
        raise ValueError("its checksum (EIP-55) is wrong: copy the address again")
    return lower


def _hash32(text: str) -> str:
    if not _HEX_HASH.fullmatch(text):
        raise ValueError("write a hash as 0x and 64 hex digits")
    return text.lower()


Whole = Annotated[int, BeforeValidator(_whole)]
Flag = Annotated[bool, BeforeValidator(_flag)]
WeiAmount = Annotated[int, BeforeValidator(wei), Amount()]
AddressText = Annotated[str, AfterValidator(_address)]
Hash32Text = Annotated[str, AfterValidator(_hash32)]
Cron = Annotated[str, AfterValidator(cron)]
Listed = BeforeValidator(_listed)
