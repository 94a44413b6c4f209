"""Values that nobody changes, held by the type checker alone.

`dataclass(frozen=True)` sets each field through `object.__setattr__`, which makes a value five times
dearer to build. That is nothing once, and a fifth of a decision where each market needs eight of them.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass as value
else:

    def value(*, frozen: bool, slots: bool) -> object:
        """The dataclass it says to be, but that only mypy refuses to assign to a field."""
        return dataclass(slots=slots, unsafe_hash=frozen)


__all__ = ["value"]
