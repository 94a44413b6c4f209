"""Who may command from afar, and how far."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    VIEWER = "viewer"  # sees everything, changes nothing
    OPERATOR = "operator"  # may also set and lift the switch


@dataclass(frozen=True, slots=True)
class Person:
    """`id` is the chat service's own number of a user: names there can be changed by anybody."""

    id: int
    role: Role
    name: str

    @property
    def signature(self) -> str:
        """How records name them."""
        return f"{self.name} (telegram {self.id})"
