"""The nearest known name to a misspelt one."""

from collections.abc import Sequence
from difflib import get_close_matches

ALIKE, RESEMBLING = 0.85, 0.5


def nearest(wrong: str, known: Sequence[str]) -> str | None:
    """A slip of the pen in the same group, then the right field in the wrong group, then a guess."""
    group, _, last = wrong.rpartition(".")
    siblings = [name for name in known if name.rpartition(".")[0] == group]
    moved = [name for name in known if name.rpartition(".")[2] == last]
    guesses = (
        *get_close_matches(wrong, siblings, n=1, cutoff=ALIKE),
        *moved,
        *get_close_matches(wrong, known, n=1, cutoff=RESEMBLING),
    )
    return next(iter(guesses), None)


def hint(wrong: str, known: Sequence[str]) -> str:
    near = nearest(wrong, known)
    return f"; did you mean {near}?" if near else "; `botctl config show` lists all of them"
