"""The settings file itself brought to today's words: comments stay, and go along with their setting."""

import difflib
import os
from collections.abc import Mapping, MutableMapping
from dataclasses import replace
from pathlib import Path
from tempfile import NamedTemporaryFile

import tomlkit
from tomlkit.items import Comment, Item, Null, Table, Whitespace

from botctl.config.find import read_settings, settings_path
from botctl.config.migrations import CURRENT, MOVES, VERSION_KEY, Migration, Moved, has
from botctl.config.sources import sources
from botctl.config.validate import validated
from botctl.core.codes import Code
from botctl.core.errors import CorruptError, OperatorError

PRIVATE = 0o600


def migrate_file(
    given: Path | None, env: Mapping[str, str], *, write: bool, stamp: str
) -> Migration:
    """`stamp` ends the kept file's name. Raises ERR_CONFIG_*; nothing is written then."""
    path = settings_path(given, env)
    old = read_settings(path)
    found = sources(path, old, {})
    changes = tuple(change.say for change in found.changes)
    report = Migration(str(path), found.found, CURRENT, changes, (), "")
    if found.found == CURRENT:
        return report
    new = rewritten(old.decode()).encode()
    _require_same_meaning(path, old, new, env)
    report = replace(report, diff=_diff(old.decode(), new.decode()))
    return (
        replace(report, backup=_replaced(path, old, new, found.found, stamp)) if write else report
    )


def rewritten(text: str) -> str:
    """Pure: the text in the words of `CURRENT`, byte for byte as it was everywhere else."""
    document = tomlkit.parse(text)
    was = document.get(VERSION_KEY, 1)
    for step, move in MOVES:
        if step.to > int(was) and has(document, move.old):
            _move(document, move)
    if VERSION_KEY in document:
        document[VERSION_KEY] = CURRENT
        return tomlkit.dumps(document)
    return f"{VERSION_KEY} = {CURRENT}\n\n{tomlkit.dumps(document)}"


def _move(document: tomlkit.TOMLDocument, move: Moved) -> None:
    group, _, field = move.old.partition(".")
    to_group, _, to_field = move.new.partition(".")
    was = document[group]
    assert isinstance(was, MutableMapping)
    comments = _comments_above(was, field)
    value = was.item(field) if isinstance(was, Table) else was[field]  # with its own comment
    del was[field]
    if to_group not in document:
        document.add(tomlkit.nl())
        document.add(to_group, tomlkit.table())
    into = document[to_group]
    assert isinstance(into, MutableMapping)
    if isinstance(into, Table):
        for comment in comments:
            into.add(comment)
    into[to_field] = value


def _comments_above(table: MutableMapping[str, Item], field: str) -> list[Comment]:
    """Taken out: the lines of comment that stand directly above the setting."""
    if not isinstance(table, Table):
        return []  # an inline table has no room for any
    body = table.value.body
    place = next(i for i, (key, _) in enumerate(body) if key is not None and key.key == field)
    found: list[Comment] = []
    for i in range(place - 1, -1, -1):
        item = body[i][1]
        if isinstance(item, Comment):
            found.insert(0, item)
            body[i] = (None, Null())
        elif not isinstance(item, Whitespace | Null) or "\n" in item.as_string():
            break
    return found


def _require_same_meaning(path: Path, old: bytes, new: bytes, env: Mapping[str, str]) -> None:
    """Both are read as a start would read them; a step that changed a value is our own mistake."""
    before, after = (replace(validated(path, text, env), notices=()) for text in (old, new))
    if before != after:
        say = "the migrated settings would not mean the same, so nothing was written"
        raise CorruptError(Code.ERR_PROMISE_BROKEN, say, path=str(path))


def _diff(old: str, new: str) -> tuple[str, ...]:
    """Without lines around: they may hold a key, and those that move do not."""
    found = difflib.unified_diff(old.splitlines(), new.splitlines(), "before", "after", "", "", 0)
    return tuple(line.rstrip("\n") for line in found)


def _replaced(path: Path, old: bytes, new: bytes, was: int, stamp: str) -> str:
    """The old file under its kept name first, then the new one in its place, whole or not at all."""
    kept = path.with_name(f"{path.name}.v{was}-{stamp}")
    try:
        descriptor = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
        with os.fdopen(descriptor, "wb") as file:
            _written(file.fileno(), old)
        with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-", delete=False) as file:
            try:
                _written(file.fileno(), new)
                Path(file.name).chmod(path.stat().st_mode & 0o777)
                Path(file.name).replace(path)
            finally:
                Path(file.name).unlink(missing_ok=True)
    except FileExistsError:
        say = f"{kept} is there already and is kept: try again"
        raise OperatorError(Code.ERR_CONFIG_EXISTS, say, path=str(kept)) from None
    except OSError as error:
        say = f"{path} cannot be replaced: {error.strerror}"
        raise OperatorError(Code.ERR_CONFIG_INVALID, say, path=str(path)) from None
    return str(kept)


def _written(descriptor: int, content: bytes) -> None:
    with os.fdopen(os.dup(descriptor), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
