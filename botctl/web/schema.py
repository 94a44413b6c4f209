"""Dataclasses -> JSON schemas of the documents that `faces.document.jsonable` makes of them."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import Final, NewType, Union, get_args, get_origin, get_type_hints

from botctl.faces.document import AMOUNTS

Schema = dict[str, object]
COMPONENTS: Final = "#/components/schemas/"
EXACT: Final[Schema] = {"type": "string", "pattern": "^-?[0-9]+$", "examples": ["1000000000000000"]}
# Beyond 2^53 an integer is a string, so that no reader rounds it.
WHOLE: Final[Schema] = {"anyOf": [{"type": "integer"}, EXACT]}
PLAIN: Final[Mapping[object, Schema]] = {
    bool: {"type": "boolean"},
    str: {"type": "string"},
    bytes: {"type": "string", "pattern": "^0x[0-9a-f]*$"},
    NoneType: {"type": "null"},
    object: {},
}


class Schemas:
    """Collects each named shape once."""

    def __init__(self) -> None:
        self.named: dict[str, Schema] = {}

    def of(self, kind: object, key: str = "") -> Schema:
        """`key`: the field's name, which decides whether an integer is an amount."""
        kind = _bare(kind)
        if kind in PLAIN:
            return dict(PLAIN[kind])
        if kind is int:
            return dict(EXACT if key.endswith("_wei") or key in AMOUNTS else WHOLE)
        if isinstance(kind, type) and issubclass(kind, Enum):
            return {"enum": [one.name if issubclass(kind, int) else one.value for one in kind]}
        if isinstance(kind, type) and (is_dataclass(kind) or hasattr(kind, "_fields")):
            return self._shape(kind)
        return self._made_of(kind, key)

    def _made_of(self, kind: object, key: str) -> Schema:
        origin, parts = get_origin(kind), get_args(kind)
        if origin in {Union, UnionType}:
            return {"anyOf": [self.of(part, key) for part in parts]}
        if origin is not None and issubclass(origin, Mapping):
            return {"type": "object", "additionalProperties": self.of(parts[1])}
        if origin is tuple and parts[-1] is not Ellipsis:
            each = [self.of(part, key) for part in parts]
            return {
                "type": "array",
                "prefixItems": each,
                "minItems": len(each),
                "maxItems": len(each),
            }
        if origin is not None and issubclass(origin, Sequence):
            return {"type": "array", "items": self.of(parts[0], key)}
        return {}

    def _shape(self, kind: type) -> Schema:
        name = kind.__name__
        if name not in self.named:
            self.named[name] = {}  # a shape may hold itself
            hints = get_type_hints(kind)
            names = [f.name for f in fields(kind)] if is_dataclass(kind) else list(hints)
            self.named[name] = {
                "type": "object",
                "properties": {each: self.of(hints[each], each) for each in names},
                "required": names,
                "additionalProperties": False,
            }
        return {"$ref": COMPONENTS + name}


def _bare(kind: object) -> object:
    while isinstance(kind, NewType):
        kind = kind.__supertype__
    return kind
