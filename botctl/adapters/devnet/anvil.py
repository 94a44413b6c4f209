"""The embedded chain: one anvil process on a loopback port, gone when we are.

It mines only when told to (its own mining is asynchronous: a receipt may be missing right after a
send, and a revert to a snapshot may land at the wrong height).
"""

import ctypes
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from botctl.adapters.devnet import install
from botctl.adapters.devnet.control import BASE_FEE_WEI
from botctl.adapters.evm.rpc import JsonRpc
from botctl.core.codes import Code
from botctl.core.errors import OperatorError

CHAIN_ID: Final = 31337
POLL_S: Final = 0.005
POLLS_MAX: Final = 4_000  # 20 s: a start takes 50 ms, on a machine that is busy perhaps a second
SAID_BYTES_MAX: Final = 64_000
TOLD_CHARS_MAX: Final = 1_500
PR_SET_PDEATHSIG: Final = 1
LISTENING: Final = re.compile(r"Listening on [\d.]+:(\d+)")


@dataclass(frozen=True, slots=True)
class AnvilOptions:
    """How to start it. `genesis_s` in the past leaves room for markets with a real age."""

    genesis_s: int | None = None  # None: now
    port: int = 0  # 0: any free one
    accounts: int = 20
    balance_eth: int = 10_000_000
    # None: anvil's latest. `shanghai` is the last one where code can vanish.
    hardfork: str | None = None
    block_gas: int = 30_000_000
    more: tuple[str, ...] = ()

    def arguments(self) -> list[str]:
        pairs: dict[str, object] = {
            "--port": self.port,
            "--chain-id": CHAIN_ID,
            "--accounts": self.accounts,
            "--balance": self.balance_eth,
            "--gas-limit": self.block_gas,
            "--base-fee": BASE_FEE_WEI,
            "--color": "never",
        }
        if self.genesis_s is not None:
            pairs["--timestamp"] = self.genesis_s
        if self.hardfork is not None:
            pairs["--hardfork"] = self.hardfork
        flags = ("--no-mining", "--no-request-size-limit")
        return [*flags, *(str(x) for pair in pairs.items() for x in pair), *self.more]


class Anvil:
    """`with Anvil() as anvil:` starts it, and returns when it answers; leaving kills it.

    Start it from a thread that lives as long as the node is needed: on Linux the kernel kills it
    when that thread ends, which is what makes it die with a killed parent.
    """

    url: str
    port: int

    def __init__(self, options: AnvilOptions | None = None) -> None:
        self._options = options or AnvilOptions()

    def __enter__(self) -> Self:
        binary = _binary()
        with ExitStack() as undo:
            # Blocks too old for memory go to disk; anvil would leave them in the home folder.
            scratch = undo.enter_context(tempfile.TemporaryDirectory(prefix="botctl-anvil-"))
            self._output = Path(scratch) / "output"
            self._process = self._started([str(binary), "--cache-path", scratch])
            undo.callback(self.kill)
            self._await_port()
            self._undo = undo.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._undo.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    def rpc(self) -> JsonRpc:
        """A connection of its own; the caller closes it."""
        return JsonRpc(self.url)

    def kill(self) -> None:
        """At once and without ceremony; harmless when it is dead already."""
        self._process.kill()
        self._process.wait()

    def _started(self, command: list[str]) -> subprocess.Popen[bytes]:
        with self._output.open("wb") as output:
            return subprocess.Popen(  # noqa: S603  (our own arguments, no shell)
                [*command, *self._options.arguments()],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # Between fork and exec it makes one system call, prepared before the fork.
                preexec_fn=_dying_with_us(),  # noqa: PLW1509
            )

    def _await_port(self) -> None:
        """The node takes a free port itself and says which: nobody can take it in between."""
        for _ in range(POLLS_MAX):
            if (found := LISTENING.search(self._said())) is not None:
                self.port = int(found[1])
                self.url = f"http://127.0.0.1:{self.port}"
                return self._hush()
            if self._has_died():
                raise self._failed("the embedded chain did not start")
        raise self._failed("the embedded chain did not get ready in time")

    def _has_died(self) -> bool:
        """Waits one poll for it."""
        try:
            self._process.wait(POLL_S)
        except subprocess.TimeoutExpired:
            return False
        return True

    def _hush(self) -> None:
        """From here on it would log every request."""
        rpc = self.rpc()
        try:
            rpc.call("anvil_setLoggingEnabled", False)
        finally:
            rpc.close()

    def _said(self) -> str:
        with self._output.open("rb") as output:
            return output.read(SAID_BYTES_MAX).decode(errors="replace")

    def _failed(self, why: str) -> OperatorError:
        said = self._said()[-TOLD_CHARS_MAX:].strip()
        return OperatorError(Code.ERR_DEVNET_FAILED, f"{why}: {said}")


def _binary() -> Path:
    try:
        return install.anvil_binary()
    except install.DevnetNotInstalledError as missing:
        raise OperatorError(Code.ERR_DEVNET_MISSING, str(missing)) from None


def _dying_with_us() -> Callable[[], None] | None:
    """What the child does before it becomes anvil; elsewhere than on Linux `__exit__` must do."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    return partial(_die_with, os.getpid(), lambda: prctl(PR_SET_PDEATHSIG, signal.SIGKILL))


def _die_with(parent: int, ask: Callable[[], object]) -> None:
    ask()
    if os.getppid() != parent:  # it died before we asked, so the signal will never come
        os._exit(1)
