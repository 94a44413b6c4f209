"""Everything that happened in one run, in order: what the checkers read and a failing seed prints."""

from dataclasses import dataclass, field
from hashlib import sha256

Fact = str | int | bool | None


@dataclass(slots=True)
class History:
    """`broken` are promises seen broken at the moment it happened; the end is checked apart."""

    events: list[tuple[Fact, ...]] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def add(self, *facts: Fact) -> None:
        self.events.append(facts)

    def digest(self) -> str:
        """The same seed gives the same digest, on every machine."""
        return sha256("\n".join(self.lines()).encode()).hexdigest()

    def lines(self) -> list[str]:
        return [" ".join(map(str, facts)) for facts in self.events]
