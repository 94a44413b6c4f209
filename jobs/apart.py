"""A job in a process of its own: what takes minutes must not hold up the cycle of every minute.

The loop starts it as cron would and goes on. It records its own outcome and tells of its failure, and a
stop of the loop does not wait for it: it survives being killed at any line.
"""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Apart:
    """One `botctl` command at a time."""

    argv: Sequence[str]
    _process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    def start(self) -> bool:
        """False while the one before is still at work."""
        if self._process is not None and self._process.poll() is None:
            return False
        self._process = subprocess.Popen(  # noqa: S603  our own command
            [sys.executable, "-m", "botctl", *self.argv], stdout=subprocess.DEVNULL
        )
        return True

    def ended(self) -> int:
        """The exit status, once it has ended; whoever asks waits for it."""
        return 0 if self._process is None else self._process.wait()
