"""The document from which a decision can be computed again (DESIGN §9).

Its canonical form is RFC 8785 JSON: keys sorted, no white space, integers beyond 2^53 - 1 as decimal
strings. `bundle_id` is the sha256 of that form; the id itself is not part of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum

from botctl.core.books import Books, Contest, Position
from botctl.core.case import Inputs
from botctl.core.deciding.decision import Decision
from botctl.core.policy import Policy
from botctl.core.value import value

SCHEMA = 1
ABSENT = "(absent)"  # shown for a field that one of two documents does not have
SAFE_INTEGER = 2**53 - 1  # what every JSON reader keeps exact (RFC 8785 §3.2.2.3, RFC 7493 §2.2)


@dataclass(frozen=True, slots=True)
class Header:
    """Under which program and settings the decision was made; `seed`: of a seeded world, if any."""

    schema: int
    build_sha: str
    rule_version: str
    config_hash: str
    seed: int | None


@dataclass(frozen=True, slots=True)
class Bundle:
    header: Header
    policy: Policy
    inputs: Inputs
    decision: Decision


@value(frozen=True, slots=True)
class DraftInputs:
    """`Inputs`, of which an `object` may be embedded canonical bytes."""

    now_ms: int
    world: object
    sources: object
    detection: object
    position: Position | None
    books: Books
    contest: Contest
    standing: object


@value(frozen=True, slots=True)
class Draft:
    """A bundle about to be written; its document is that of the `Bundle` it stands for."""

    header: object
    policy: object
    inputs: DraftInputs
    decision: Decision


@dataclass(frozen=True, slots=True)
class Difference:
    """The first place where two documents part; values as they stand in the document."""

    path: str
    stored: object
    recomputed: object


AS_IT_IS = frozenset({str, bool})
_NAMES: dict[type, tuple[str, ...]] = {}  # field names by class, asked for once


def _names(kind: type) -> tuple[str, ...]:
    names = _NAMES.get(kind)
    if names is None:
        names = tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ()
        _NAMES[kind] = names
    return names


def plain(value: object) -> object:
    """`value` as JSON types; the shape is that of the dataclasses, tuples become arrays."""
    if value is None or type(value) in AS_IT_IS:
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, int):
        return value if -SAFE_INTEGER <= value <= SAFE_INTEGER else str(value)
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return _plain_object(value)


def _plain_object(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    names = _names(type(value))
    if not names:
        return value  # already encoded bytes, embedded as they are
    return {name: plain(getattr(value, name)) for name in names}


def first_difference(stored: object, recomputed: object, path: str = "") -> Difference | None:
    """Walk two plain documents in key order; None when they are the same: null is not absence."""
    if isinstance(stored, dict) and isinstance(recomputed, dict):
        for key in sorted(stored.keys() | recomputed.keys()):
            inner = f"{path}.{key}" if path else str(key)
            one, other = stored.get(key, ABSENT), recomputed.get(key, ABSENT)
            if (key in stored) is not (key in recomputed):
                return Difference(inner, one, other)
            if found := first_difference(one, other, inner):
                return found
        return None
    if isinstance(stored, list) and isinstance(recomputed, list) and len(stored) == len(recomputed):
        pairs = zip(stored, recomputed, strict=True)
        found_any = (first_difference(a, b, f"{path}[{i}]") for i, (a, b) in enumerate(pairs))
        return next((found for found in found_any if found), None)
    same = type(stored) is type(recomputed) and stored == recomputed  # to Python, True equals 1
    return None if same else Difference(path, stored, recomputed)
