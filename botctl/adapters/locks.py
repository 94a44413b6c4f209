"""One run of a command at a time, on one machine: the kernel frees the lock however we end."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from botctl.core.codes import Code
from botctl.core.errors import OperatorError


@dataclass(frozen=True, slots=True)
class CommandLocks:
    """Lock files stay where they are: deleting one would let two runs hold two files of one name."""

    directory: Path

    @contextmanager
    def only_one(self, command: str) -> Iterator[bool]:
        """True when we have the lock; False: another run does, and this one should end quietly."""
        descriptor = self._open(command)
        try:
            yield _is_taken(descriptor)
        finally:
            os.close(descriptor)

    def _open(self, command: str) -> int:
        try:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            return os.open(self.directory / f"{command}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise OperatorError(
                Code.ERR_DB_UNWRITABLE,
                "the state folder cannot be written: mend its owner and mode, or set"
                " storage.state_dir",
                path=str(self.directory),
                why=error.strerror,
            ) from None


def _is_taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
