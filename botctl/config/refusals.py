"""Pydantic's findings as one of our errors: which setting, which value, from where, and the fix."""

from collections.abc import Iterable, Sequence

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from botctl.config.blank import BLANK
from botctl.config.groups.chain import QuoteToken
from botctl.config.groups.outside import SourceGroup
from botctl.config.groups.risk import BandGroup
from botctl.config.leaves import Leaf, env_name, leaves
from botctl.config.nearest import hint
from botctl.config.settings import Settings
from botctl.config.sources import Origin, Sources
from botctl.core.codes import Code
from botctl.core.errors import OperatorError

HIDDEN = "(hidden)"
VALUE_CHARS_MAX = 80


def refusal(error: ValidationError, found: Sources) -> OperatorError:
    """A misspelt key comes before wrong values: it is often what made them wrong."""
    details = sorted(error.errors(include_url=False), key=lambda d: d["type"] != "extra_forbidden")
    first, *others = details
    if first["type"] != "extra_forbidden" and (blanks := _blanks(details)):
        return _left_blank(blanks, found)
    where = _where(_dotted(first["loc"]), found)
    more = _also(_dotted(other["loc"]) for other in others)
    key = _dotted(first["loc"])
    if first["type"] == "extra_forbidden":
        say = f"{key} in {where} is no setting{hint(key, _known())}"
        return OperatorError(Code.ERR_CONFIG_UNKNOWN_KEY, say, key=key, **more)
    say = _sentence(key, first, where)
    return OperatorError(Code.ERR_CONFIG_INVALID, say, key=key, **more)


def _blanks(details: Sequence[ErrorDetails]) -> list[str]:
    dotted = [_dotted(detail["loc"]) for detail in details if detail["input"] == BLANK]
    return sorted({key.partition("[")[0] for key in dotted})


def _left_blank(blanks: Sequence[str], found: Sources) -> OperatorError:
    """All at once: a person fills in a form, not one field a start."""
    say = (
        f'still marked "{BLANK}" in {found.path}: {" and ".join(blanks)}; write your own, since a'
        " default would be a guess about real money"
    )
    return OperatorError(Code.ERR_CONFIG_INVALID, say, key=blanks[0], **_also(blanks[1:]))


def _also(keys: Iterable[str]) -> dict[str, list[str]]:
    """A fact of its own, when there is one."""
    others = list(keys)
    return {"also": others} if others else {}


def _sentence(key: str, detail: ErrorDetails, where: str) -> str:
    fix = detail["msg"].removeprefix("Value error, ")
    if not key:  # settings that contradict each other: the message names them
        return f"{fix} (in {where})"
    shown = _shown(key, detail["input"])
    return f"{key}{f' = {shown}' if shown else ''} in {where}: {fix}"


def _shown(key: str, value: object) -> str:
    if any(leaf.secret for leaf in _leaves() if _is_in(key, leaf.name)):
        return HIDDEN
    return repr(value)[:VALUE_CHARS_MAX] if isinstance(value, str | int | float | bool) else ""


def _where(key: str, found: Sources) -> str:
    """The variable or the file; both for a group, whose values may come from either."""
    names = [leaf.name for leaf in _leaves()]
    leaf = next((name for name in names if _is_in(key, name)), None)
    if leaf is not None:
        return env_name(leaf) if found.origin(leaf) is Origin.ENV else str(found.path)
    inner = [name for name in names if name.startswith(f"{key}.")]
    variables = [env_name(name) for name in inner if found.origin(name) is Origin.ENV]
    return " and ".join([*variables, str(found.path)])


def _is_in(key: str, leaf: str) -> bool:
    return key == leaf or key.startswith((f"{leaf}[", f"{leaf}."))


def _dotted(loc: Sequence[int | str]) -> str:
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc]
    return "".join(parts).removeprefix(".")


def _leaves() -> list[Leaf]:
    return list(leaves(Settings()))


def _known() -> list[str]:
    """Every name that may stand in the file: groups, settings, and the keys inside the lists."""
    lists: tuple[tuple[str, type[BaseModel]], ...] = (
        ("bands", BandGroup),
        ("venue.quotes", QuoteToken),
        ("enrich.sources", SourceGroup),
    )
    inner = [f"{name}.{key}" for name, kind in lists for key in kind.model_fields]
    return [*Settings.model_fields, *(leaf.name for leaf in _leaves()), *inner]
