"""File and environment, read apart and merged, so that each value's origin can be told."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pydantic_settings import EnvSettingsSource

from botctl.config.environment import settings_in
from botctl.config.leaves import env_name, leaves
from botctl.config.migrations import CURRENT, MOVES, Change, Moved, migrated, told
from botctl.config.nearest import hint
from botctl.config.settings import Settings
from botctl.core.codes import Code
from botctl.core.errors import OperatorError


class Origin(StrEnum):
    DEFAULT = "default"
    FILE = "file"
    ENV = "env"


@dataclass(frozen=True, slots=True)
class Sources:
    """`changes`: what was said in words of an older version; `found`: the file's own version."""

    path: Path
    file: Mapping[str, object]
    env: Mapping[str, object]
    found: int = CURRENT
    changes: tuple[Change, ...] = ()

    def origin(self, dotted: str) -> Origin:
        if _has(self.env, dotted):
            return Origin.ENV
        return Origin.FILE if _has(self.file, dotted) else Origin.DEFAULT

    def merged(self) -> dict[str, object]:
        """Groups merge field by field; a list is replaced whole."""
        both = dict(self.file)
        for name, value in self.env.items():
            below = both.get(name)
            mixes = isinstance(value, Mapping) and isinstance(below, Mapping)
            both[name] = {**below, **value} if mixes else value  # type: ignore[dict-item]
        return both


class _GivenEnv(EnvSettingsSource):
    """pydantic-settings' own reading of `BOTCTL_GROUP__FIELD`, of a mapping we are handed."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self._given = {name.lower(): value for name, value in given.items()}
        super().__init__(Settings)

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return self._given


def sources(path: Path, text: bytes, env: Mapping[str, str]) -> Sources:
    ours, renamed = _in_our_words(settings_in(env))
    _refuse_unknown(ours)
    file = migrated(parsed(path, text), str(path))
    return Sources(path, file.document, _GivenEnv(ours)(), file.found, (*file.changes, *renamed))


def _in_our_words(given: Mapping[str, str]) -> tuple[dict[str, str], tuple[Change, ...]]:
    """Variables have no version: the old name of a setting stays one of its names."""
    ours, changes = dict(given), []
    for step, move in MOVES:
        old, new = env_name(move.old), env_name(move.new)
        if old in ours:
            ours.setdefault(new, ours.pop(old))
            changes.append(told(step, Moved(old, new), "the environment"))
    return ours, tuple(changes)


def parsed(path: Path, text: bytes) -> dict[str, object]:
    try:
        return tomllib.loads(text.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        say = f"{path} is not valid TOML: {error}"
        raise OperatorError(Code.ERR_CONFIG_INVALID, say, path=str(path)) from None


def _refuse_unknown(ours: Mapping[str, str]) -> None:
    """A misspelt override would otherwise be a limit that silently does not hold."""
    known = [env_name(leaf.name) for leaf in leaves(Settings())]
    for name in ours:
        if name not in known:
            say = f"the environment variable {name} is no setting{hint(name, known)}"
            raise OperatorError(Code.ERR_CONFIG_UNKNOWN_KEY, say, key=name)


def _has(tree: Mapping[str, object], dotted: str) -> bool:
    group, _, field = dotted.partition(".")
    inner = tree.get(group)
    return group in tree and (not field or (isinstance(inner, Mapping) and field in inner))
