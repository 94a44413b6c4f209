"""The commented botctl.toml, made from the same groups that read it."""

import json
import os
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from pydantic import BaseModel

from botctl.config.amounts import written
from botctl.config.blank import BLANK, BLANKS
from botctl.config.groups.bot import BotGroup
from botctl.config.kinds import checksummed
from botctl.config.leaves import Leaf, leaves
from botctl.config.migrations import CURRENT
from botctl.config.settings import Settings
from botctl.core.codes import Code
from botctl.core.errors import OperatorError
from botctl.core.facts import Mode

HEAD = """\
# botctl settings. Every value is written out, so that an upgrade never moves one of your limits.
# Any of them can be overridden as BOTCTL_<GROUP>__<FIELD>; `botctl config show` tells what holds.
# Amounts: "0.05 ether", "30 gwei", or whole wei. bps: hundredths of a percent. Places: beside this file.

# In which words this file is written: `botctl config migrate` brings an older one up to date.
version = {version}
"""
WIDTH = 100
ADDRESS_CHARS = 42


def template(mode: Mode = Mode.PAPER) -> str:
    """Reads back to the defaults, with `mode` set; live is refused until its blanks are filled in."""
    # A copy is not validated: the defaults alone are no settings for live.
    settings = Settings().model_copy(update={"bot": BotGroup(mode=mode)})
    blanks = BLANKS.get(mode, frozenset())
    told = [_blank(leaf) if leaf.name in blanks else leaf for leaf in leaves(settings)]
    parts = [
        HEAD.format(version=CURRENT),
        *(_section(name, settings, told) for name in Settings.model_fields),
    ]
    return "\n".join(parts)


def write_template(path: Path, mode: Mode) -> None:
    """Raises ERR_CONFIG_EXISTS; 0600 from the first byte, since URLs with API keys will stand in it."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        say = f"{path} exists and is kept: delete it first, or name another with --config"
        raise OperatorError(Code.ERR_CONFIG_EXISTS, say, path=str(path)) from None
    except OSError as error:
        say = f"{path} cannot be written: {error.strerror}"
        raise OperatorError(Code.ERR_CONFIG_INVALID, say, path=str(path)) from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(template(mode))


def _blank(leaf: Leaf) -> Leaf:
    return replace(leaf, plain=[BLANK] if isinstance(leaf.plain, list) else BLANK)


def _section(name: str, settings: Settings, told: list[Leaf]) -> str:
    value = getattr(settings, name)
    if not isinstance(value, BaseModel):
        whole = next(leaf for leaf in told if leaf.name == name)
        return "\n".join(_tables(whole)).rstrip() + "\n"
    own = [leaf for leaf in told if leaf.name.startswith(f"{name}.")]
    lines = [*_comment(_first_line(value)), f"[{name}]"]
    for leaf in own:  # what follows a table of its own would belong to that table
        lines += [] if _is_table(leaf) else _setting(leaf)
    for leaf in own:
        lines += ["", *_tables(leaf)] if _is_table(leaf) else []
    return "\n".join(lines).rstrip() + "\n"


def _is_table(leaf: Leaf) -> bool:
    return isinstance(leaf.plain, list) and any(isinstance(item, Mapping) for item in leaf.plain)


def _first_line(group: BaseModel) -> str:
    return (type(group).__doc__ or "").strip().splitlines()[0]


def _comment(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent="# ", subsequent_indent="# ")


def _setting(leaf: Leaf) -> Iterator[str]:
    key = leaf.name.partition(".")[2]
    yield from _comment(leaf.description)
    if leaf.plain is None:
        yield f"# {key} ="
    elif leaf.amount and isinstance(leaf.plain, int):
        yield f'{key} = "{written(leaf.plain)}"'
    else:
        yield f"{key} = {_toml(leaf.plain)}"


def _tables(leaf: Leaf) -> Iterator[str]:
    yield from _comment(leaf.description)
    assert isinstance(leaf.plain, list)
    for item in leaf.plain:
        yield f"[[{leaf.name}]]"
        yield from (f"{key} = {_toml(value)}" for key, value in item.items())
        yield ""


def _toml(value: object) -> str:
    """JSON strings are TOML basic strings; our values hold no others of its oddities."""
    if isinstance(value, list):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    if isinstance(value, str) and value.startswith("0x") and len(value) == ADDRESS_CHARS:
        return json.dumps(checksummed(value))
    return json.dumps(value)
