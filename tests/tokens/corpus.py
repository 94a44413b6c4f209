"""The corpus: every token of ours that the gate is held against, trap or honest."""

from typing import Final

from tests.tokens.honest import HONEST
from tests.tokens.keepers import KEPT
from tests.tokens.latecomers import LATE
from tests.tokens.powers import SPRUNG
from tests.tokens.rows import Token
from tests.tokens.traps import UNAIDED

TRAPS: Final[tuple[Token, ...]] = (*UNAIDED, *SPRUNG, *KEPT, *LATE)
CORPUS: Final[tuple[Token, ...]] = (*TRAPS, *HONEST)

__all__ = ["CORPUS", "HONEST", "TRAPS"]


def token(name: str) -> Token:
    """Raises StopIteration where there is no such token."""
    return next(each for each in CORPUS if each.name == name)
