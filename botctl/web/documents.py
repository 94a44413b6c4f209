"""What OpenAPI says of our routes: shapes, examples, and every way to fail."""

from collections.abc import Mapping
from typing import Final

from botctl.core.codes import Code
from botctl.web.schema import COMPONENTS, Schema, Schemas

Told = dict[int | str, dict[str, object]]
ERROR: Final[Schema] = {
    "type": "object",
    "required": ["error"],
    "additionalProperties": False,
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "facts"],
            "additionalProperties": False,
            "properties": {
                "code": {"enum": [code.value for code in Code]},
                "message": {"type": "string"},
                "facts": {"type": "object", "additionalProperties": {"type": "string"}},
            },
        }
    },
}
FAILURES: Final[Mapping[int, tuple[str, Code, str]]] = {
    401: ("No token, or not a good one", Code.ERR_LOGIN_NEEDED, "that is no good token"),
    403: ("The role does not allow it", Code.ERR_ROLE_TOO_LOW, "this needs the role operator"),
    404: ("Not known here", Code.ERR_NOT_FOUND, "there is no such order"),
    422: ("Not a request we understand", Code.ERR_USAGE, 'a time is written "30m", "2h", "3d"'),
    429: ("Too many wrong tokens", Code.ERR_TOO_MANY_TRIES, "too many wrong tokens"),
    500: ("A mistake of ours, or damaged data", Code.ERR_DB_CORRUPT, "the database is damaged"),
    503: ("The database cannot be asked now", Code.ERR_DB_LOCKED, "the database is locked"),
}


def answers(schemas: Schemas, kind: type, says: str, *failures: int) -> Told:
    """Of one route that gives a document of this kind."""
    shape = schemas.of(kind)
    media = {"schema": shape, "example": example_of(shape, schemas.named)}
    told: Told = {200: {"description": says, "content": {"application/json": media}}}
    for status in (401, 422, 429, 500, 503, *failures):
        told[status] = _failure(status)
    return told


def _failure(status: int) -> dict[str, object]:
    says, code, message = FAILURES[status]
    error: Schema = {"code": code.value, "message": message, "facts": {}}
    media = {"schema": {"$ref": f"{COMPONENTS}Error"}, "example": {"error": error}}
    return {"description": says, "content": {"application/json": media}}


def example_of(schema: Schema, named: Mapping[str, Schema], depth: int = 0) -> object:
    """The smallest document of this shape."""
    if "$ref" in schema:
        name = str(schema["$ref"]).removeprefix(COMPONENTS)
        return example_of(named[name], named, depth + 1)
    if "examples" in schema:
        return _first(schema["examples"])
    for key in ("enum", "anyOf"):
        if key in schema:
            first = _first(schema[key])
            return example_of(first, named, depth) if isinstance(first, dict) else first
    return _example_by_type(schema, named, depth)


def _example_by_type(schema: Schema, named: Mapping[str, Schema], depth: int) -> object:
    match schema.get("type"):
        case "object":
            inner = schema.get("properties", {})
            assert isinstance(inner, dict)
            return {name: example_of(each, named, depth) for name, each in inner.items()}
        case "array":
            items = schema.get("items")
            if isinstance(items, dict):
                return [example_of(items, named, depth)]
            fixed = schema["prefixItems"]
            assert isinstance(fixed, list)
            return [example_of(each, named, depth) for each in fixed]
        case kind:
            plain = {"integer": 1, "boolean": True, "null": None}
            return plain.get(str(kind), "0x" if "pattern" in schema else "text")


def _first(values: object) -> object:
    assert isinstance(values, list)
    return values[0]
