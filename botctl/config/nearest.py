"""The nearest known name to a misspelt one."""

from collections.abc import Sequence
from difflib import get_close_matches


def nearest(wrong: str, known: Sequence[str]) -> str | None:
    """The right field in the wrong group first, then the most alike."""
    last = wrong.rpartition(".")[2]
    if moved := [name for name in known if name.rpartition(".")[2] == last]:
        return moved[0]
    return next(iter(get_close_matches(wrong, known, n=1, cutoff=0.5)), None)


def hint(wrong: str, known: Sequence[str]) -> str:
    near = nearest(wrong, known)
    return f"; did you mean {near}?" if near else "; `botctl config show` lists all of them"
