"""Every setting with its value and where it came from; secrets masked."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from botctl.config.amounts import written
from botctl.config.find import read_settings, settings_path
from botctl.config.leaves import Leaf, leaves
from botctl.config.plain import config_hash
from botctl.config.sources import Origin, sources
from botctl.config.validate import settings_of


@dataclass(frozen=True, slots=True)
class Shown:
    name: str
    value: object
    source: Origin
    description: str


@dataclass(frozen=True, slots=True)
class ShownConfig:
    """`changes`: names of an older version that file or environment still use."""

    path: str
    version: int
    config_hash: str
    changes: tuple[str, ...]
    settings: tuple[Shown, ...]


def shown_config(given: Path | None, env: Mapping[str, str]) -> ShownConfig:
    path = settings_path(given, env)
    found = sources(path, read_settings(path), env)
    settings = settings_of(found)
    rows = (
        Shown(leaf.name, _value(leaf), found.origin(leaf.name), leaf.description)
        for leaf in leaves(settings)
    )
    changes = tuple(change.say for change in found.changes)
    return ShownConfig(str(path), found.found, config_hash(settings), changes, tuple(rows))


def _value(leaf: Leaf) -> object:
    if leaf.secret:
        return (
            [_hidden(item) for item in leaf.plain]
            if isinstance(leaf.plain, list)
            else masked(str(leaf.plain))
        )
    return written(leaf.plain) if leaf.amount and isinstance(leaf.plain, int) else leaf.plain


def _hidden(item: object) -> object:
    """Of a table, all that is neither its key nor where its URL leads."""
    if not isinstance(item, Mapping):
        return masked(str(item))
    return {
        **item,
        "url": masked(str(item.get("url", ""))),
        "key": "***" if item.get("key") else "",
    }


def masked(url: str) -> str:
    """Scheme and host: a user, a path or a query may be the key. Of what is no URL, nothing."""
    parts = urlsplit(url)
    if not url or (not parts.netloc and parts.scheme != "sqlite"):
        return "***" if url else ""
    if parts.scheme == "sqlite":
        return url  # a file's place, nothing to hide
    rest = parts.path.strip("/") or parts.query or parts.username
    return f"{parts.scheme}://{parts.hostname}{f':{parts.port}' if parts.port else ''}{'/***' if rest else ''}"
