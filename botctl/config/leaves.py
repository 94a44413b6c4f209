"""Every single setting by its dotted name: for the template, the listing, the hash and the errors."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from botctl.config.kinds import Amount, Place, Secret
from botctl.config.settings import Settings


@dataclass(frozen=True, slots=True)
class Leaf:
    """`plain`: the value as JSON types."""

    name: str
    plain: object
    description: str
    secret: bool
    place: bool
    amount: bool

    @property
    def env(self) -> str:
        return env_name(self.name)


def env_name(dotted: str) -> str:
    return f"BOTCTL_{dotted.replace('.', '__').upper()}"


def leaves(settings: Settings) -> Iterator[Leaf]:
    """In the order of the groups; a list (quotes, bands) is one leaf."""
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        if not isinstance(value, BaseModel):
            yield _leaf(name, value, field)
            continue
        for inner, inner_field in type(value).model_fields.items():
            yield _leaf(f"{name}.{inner}", getattr(value, inner), inner_field)


def _leaf(name: str, value: object, field: FieldInfo) -> Leaf:
    marks = {type(mark) for mark in field.metadata}
    return Leaf(
        name=name,
        plain=_plain(value),
        description=field.description or "",
        secret=Secret in marks,
        place=Place in marks,
        amount=Amount in marks,
    )


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value.value if isinstance(value, Enum) else value
