"""A report as JSON types with stable keys, the same for every face."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Final

from botctl.core.bundle import SAFE_INTEGER
from botctl.core.text import redacted

# Amounts of any size: always decimal strings, so that a reader's type does not depend on the value.
AMOUNTS: Final = frozenset(
    {"amount_in", "chain", "expected_out", "ledger", "min_out", "quantity", "token_delta"}
)


def jsonable(value: object, key: str = "") -> object:
    if isinstance(value, Enum):
        return value.name if isinstance(value, int) else value.value
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        exact = key.endswith("_wei") or key in AMOUNTS or abs(value) > SAFE_INTEGER
        return str(value) if exact else value
    if isinstance(value, str):
        return redacted(value) if "://" in value else value
    return _compound(value, key)


def _compound(value: object, key: str) -> object:
    if isinstance(value, bytes):
        return f"0x{value.hex()}"
    if isinstance(value, Mapping):
        return {str(name): jsonable(item, str(name)) for name, item in value.items()}
    if is_dataclass(value):
        return {f.name: jsonable(getattr(value, f.name), f.name) for f in fields(value)}
    if isinstance(value, tuple | list):
        names = getattr(value, "_fields", None)  # a NamedTuple reads better as an object
        if names:
            return {name: jsonable(item, name) for name, item in zip(names, value, strict=True)}
        return [jsonable(item, key) for item in value]
    return str(value)
