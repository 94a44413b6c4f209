"""Scenario files: small TOML documents, read strictly; runbooks/chaos.md tells how to write one."""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from botctl.adapters.faults.tcp import TcpMode
from botctl.core.chaos import scenario as s
from botctl.core.codes import Code
from botctl.core.errors import UsageError
from botctl.core.faults import ToggleError, fault_toggles
from botctl.core.units import BPS_ONE

FOLDER: Final = Path(__file__).with_name("scenarios")
STEPS_MAX: Final = 500
HEAD_NOW: Final = "now"
WHEN: Final = frozenset({"at_s", "every_s", "until_s"})
T = TypeVar("T")
Table = Mapping[str, object]


class _File(msgspec.Struct, forbid_unknown_fields=True):
    proves: str
    steps: list[dict[str, object]]
    expect: dict[str, object]
    settings: dict[str, str] = {}
    providers: int = 1
    needs: str = ""


def names() -> tuple[str, ...]:
    return tuple(sorted(file.stem for file in FOLDER.glob("*.toml")))


def shipped(name: str) -> s.Scenario:
    """Raises ERR_USAGE for a name there is not."""
    if name not in names():
        say = f"there is no scenario {name}; `botctl chaos --list` names all"
        raise UsageError(Code.ERR_USAGE, say, scenario=name)
    return scenario(FOLDER / f"{name}.toml")


def scenario(path: Path) -> s.Scenario:
    """Raises ERR_USAGE, which names the file, the place in it, and what is wrong there."""
    try:
        told = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _File)
        return s.Scenario(
            name=path.stem,
            proves=told.proves,
            steps=tuple(_steps(told.steps)),
            expect=_expect(told.expect),
            settings=told.settings,
            providers=told.providers,
            needs=told.needs,
        )
    except (OSError, ValueError) as error:  # TOML's and msgspec's errors are ValueErrors
        say = f"the scenario {path} cannot be read: {error}"
        raise UsageError(Code.ERR_USAGE, say, path=str(path)) from None


def _steps(tables: list[dict[str, object]]) -> list[s.Step]:
    steps = [step for i, table in enumerate(tables) for step in _repeated(table, f"steps[{i}]")]
    if not steps:
        raise ValueError("steps: there are none")
    if len(steps) > STEPS_MAX:
        raise ValueError(f"steps: {len(steps)}, more than {STEPS_MAX}")
    return sorted(steps, key=lambda step: step.at_s)


def _repeated(table: Table, where: str) -> Iterator[s.Step]:
    """Once at `at_s`; with `every_s`, again and again before `until_s`."""
    at_s = _whole(table, "at_s", where)
    action = _action(table, where)
    yield s.Step(at_s, action)
    if "every_s" in table:
        every_s, until_s = _whole(table, "every_s", where), _whole(table, "until_s", where)
        if every_s <= 0:
            raise ValueError(f"{where}.every_s: write a number above 0")
        for again_s in range(at_s + every_s, until_s, every_s):
            yield s.Step(again_s, action)


def _action(table: Table, where: str) -> s.Action:
    keys = [key for key in table if key not in WHEN]
    unknown = [key for key in keys if key not in _ACTIONS]
    if unknown:
        raise ValueError(f"{where}.{unknown[0]}: no such action; there are {', '.join(_ACTIONS)}")
    if len(keys) != 1:
        raise ValueError(f"{where}: a step has one action, this one has {len(keys)}")
    try:
        return _ACTIONS[keys[0]](table[keys[0]])
    except (ValueError, TypeError) as error:
        raise ValueError(f"{where}.{keys[0]}: {error}") from None


def _faults(value: object) -> s.Action:
    toggles = msgspec.convert(value, dict[str, object])
    checked = {k: v for k, v in toggles.items() if (k, v) != ("rpc_stale_head", HEAD_NOW)}
    try:
        fault_toggles(checked)
    except ToggleError as error:
        raise ValueError(str(error)) from None
    return s.SetFaults(toggles)


def _share(value: object) -> int:
    share_bps = msgspec.convert(value, int)
    if not 0 < share_bps <= BPS_ONE:
        raise ValueError(f"write bps from 1 to {BPS_ONE}")
    return share_bps


def _count(value: object) -> int:
    count = msgspec.convert(value, int)
    if count < 1:
        raise ValueError("write a number from 1 upwards")
    return count


def _stolen(value: object) -> s.Action:
    if value is not True:
        raise ValueError("write true")
    return s.StealNonce()


_ACTIONS: Final[Mapping[str, Callable[[object], s.Action]]] = {
    "faults": _faults,
    "tcp": lambda value: s.SetTcp(TcpMode(str(value))),
    "reorg_blocks": lambda value: s.Reorg(_count(value)),
    "base_fee_gwei": lambda value: s.BaseFee(_count(value)),
    "pull_lp_bps": lambda value: s.PullLiquidity(_share(value)),
    "dump_bps": lambda value: s.Dump(_share(value)),
    "traps": lambda value: s.Traps(_count(value)),
    "steal_nonce": _stolen,
    "storage": lambda value: s.Storage(s.Strike(str(value))),
    "clock_shift_s": lambda value: s.ShiftClock(msgspec.convert(value, int)),
    "run": lambda value: s.Command(msgspec.convert(value, tuple[str, ...])),
    "crashes": lambda value: s.Crash(_count(value)),
}


def _expect(table: dict[str, object]) -> s.Expect:
    """`recovers_within_s = -1`: it does not recover by itself, and nothing in the steps helps it."""
    told = dict(table)
    recovers = told.pop("recovers_within_s", None)
    for key, kind in (("modes", s.ExpectedMode), ("alerts", s.ExpectedAlert)):
        for i, one in enumerate(msgspec.convert(told.get(key, []), list[dict[str, object]])):
            _known(one, kind, f"expect.{key}[{i}]")
    read = _converted(told, s.Expect, "expect")
    if recovers is None:
        return read
    limit_s = msgspec.convert(recovers, int)
    return replace(read, recovers_within_s=None if limit_s < 0 else limit_s)


def _converted(table: Table, kind: type[T], where: str) -> T:
    _known(table, kind, where)
    try:
        return msgspec.convert(table, kind)
    except msgspec.ValidationError as error:
        raise ValueError(f"{where}: {error}") from None


def _known(table: Table, kind: type[object], where: str) -> None:
    known = [field.name for field in fields(kind)]  # type: ignore[arg-type]  # our dataclasses
    for key in table:
        if key not in known:
            raise ValueError(f"{where}.{key}: no such key; there are {', '.join(known)}")


def _whole(table: Table, key: str, where: str) -> int:
    value = table.get(key)
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"{where}.{key}: write a whole number of seconds")  # noqa: TRY004
    return value
