"""What is switched on now: the settings' toggles under a file's, which is read when it changed."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final, TypeAlias

from botctl.core.codes import Code
from botctl.core.errors import OperatorError
from botctl.core.faults import FaultToggles, ToggleError, fault_toggles

Stamp: TypeAlias = tuple[int, int, int]  # what changes when a file is written or replaced
ABSENT: Final = (0, 0, 0)


class FaultSwitch:
    """Asked at every request: a look at the file's stamp, and no more while it stays the same.

    A file that is not there switches nothing on. One that cannot be read raises ERR_CONFIG_INVALID:
    a drill that silently breaks nothing would prove nothing.
    """

    def __init__(self, chosen: Mapping[str, object], file: Path | None = None) -> None:
        self._chosen, self._file = chosen, file
        self._stamp: Stamp | None = None
        self._now = self._read({})

    def now(self) -> FaultToggles:
        if self._file is None:
            return self._now
        stamp = _stamp(self._file)
        if stamp != self._stamp:
            self._now = self._read(_content(self._file) if stamp != ABSENT else {})
            self._stamp = stamp
        return self._now

    def _read(self, over: Mapping[str, object]) -> FaultToggles:
        try:
            return fault_toggles({**self._chosen, **over})
        except ToggleError as error:
            where = str(self._file) if error.key in over else "the settings"
            raise _unusable(f"{error} (in {where})", where) from None


def _stamp(file: Path) -> Stamp:
    try:
        found = file.stat()
    except FileNotFoundError:
        return ABSENT
    return found.st_mtime_ns, found.st_size, found.st_ino


def _content(file: Path) -> Mapping[str, object]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _unusable(f"{file} is not valid TOML: {error}", str(file)) from None


def _unusable(say: str, where: str) -> OperatorError:
    return OperatorError(Code.ERR_CONFIG_INVALID, say, path=where)
