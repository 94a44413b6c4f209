"""Old settings documents in today's words: a list of steps, each from one version to the next.

A document says `version = N`; one that does not is of version 1. Each step only moves values to other
names, so that what a file meant is what it means: the same values, the same `config_hash`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from botctl.core.codes import Code
from botctl.core.errors import OperatorError

VERSION_KEY: Final = "version"
FIRST: Final = 1

_NEWER: Final = (
    "{path} is written for settings version {found}, and this botctl knows up to {ours}: use the newer"
    " botctl, or put back the file that `botctl config migrate --write` kept beside it"
    " ({path}.v{ours}-...)"
)
_BOTH: Final = "{old} is called {new} since version {to}, and both are set in {path}: keep {new}"
_NO_NUMBER: Final = "version in {path}: write a whole number from 1 to {ours}, at the very top"


@dataclass(frozen=True, slots=True)
class Moved:
    """One setting under its old and its new dotted name."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Step:
    to: int
    why: str
    moves: tuple[Moved, ...]


STEPS: Final = (
    Step(
        2,
        "what can be switched while the bot runs stands in one group",
        (
            Moved("execution.gate", "features.gate_tiers"),
            Moved("live_probe.on", "features.live_probe"),
        ),
    ),
)
CURRENT: Final = STEPS[-1].to
MOVES: Final = tuple((step, move) for step in STEPS for move in step.moves)


@dataclass(frozen=True, slots=True)
class Change:
    """Something a document says in old words; `say` is for a person."""

    old: str
    new: str
    say: str


@dataclass(frozen=True, slots=True)
class Migrated:
    """`document` without its version, in the words of `CURRENT`."""

    found: int
    document: Mapping[str, object]
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Migration:
    """What `config migrate` found. `diff`: lines as `diff -U0` shows them; `backup` is "" while nothing was written."""

    path: str
    was: int
    now: int
    changes: tuple[str, ...]
    diff: tuple[str, ...]
    backup: str


def migrated(document: Mapping[str, object], path: str) -> Migrated:
    """Pure: the document handed in stays. Raises ERR_CONFIG_NEWER, or ERR_CONFIG_INVALID for a
    version that is none and for a setting under both its names.
    """
    found = version_of(document, path)
    now = {name: value for name, value in document.items() if name != VERSION_KEY}
    changes = []
    for step, move in MOVES:
        if step.to > found and has(now, move.old):
            if has(now, move.new):
                say = _BOTH.format(old=move.old, new=move.new, to=step.to, path=path)
                raise OperatorError(Code.ERR_CONFIG_INVALID, say, key=move.new)
            now = _moved(now, move)
            changes.append(told(step, move, path))
    return Migrated(found, now, tuple(changes))


def told(step: Step, move: Moved, where: str) -> Change:
    say = f"{move.old} in {where} is called {move.new} since version {step.to}: {step.why}"
    return Change(move.old, move.new, say)


def version_of(document: Mapping[str, object], path: str) -> int:
    found = document.get(VERSION_KEY, FIRST)
    if isinstance(found, bool) or not isinstance(found, int) or found < FIRST:
        say = _NO_NUMBER.format(path=path, ours=CURRENT)
        raise OperatorError(Code.ERR_CONFIG_INVALID, say, key=VERSION_KEY)
    if found > CURRENT:
        say = _NEWER.format(path=path, found=found, ours=CURRENT)
        raise OperatorError(Code.ERR_CONFIG_NEWER, say, found=found, ours=CURRENT)
    return found


def has(tree: Mapping[str, object], dotted: str) -> bool:
    group, _, field = dotted.partition(".")
    inner = tree.get(group)
    return isinstance(inner, Mapping) and field in inner


def _moved(tree: Mapping[str, object], move: Moved) -> dict[str, object]:
    group, _, field = move.old.partition(".")
    to_group, _, to_field = move.new.partition(".")
    was = tree[group]
    assert isinstance(was, Mapping)
    into = tree.get(to_group, {})
    if not isinstance(into, Mapping):
        return dict(tree)  # no table: validation names it
    left = {name: value for name, value in was.items() if name != field}
    return {**tree, group: left, to_group: {**into, to_field: was[field]}}
