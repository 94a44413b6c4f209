"""The tests' own promises: nothing reaches out, and nothing stays behind."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_socket import SocketConnectBlockedError

ROOT = Path(__file__).parents[2]
ELSEWHERE = "192.0.2.1"  # reserved for documentation: no machine has it
HOLDS_A_SERVER = """
import sys
from tests.support.postgres import postgres_server
with postgres_server() as server:
    print(server.folder, flush=True)
    sys.stdin.read()
"""


@pytest.mark.filterwarnings("ignore:A test tried to use socket")  # it warns, and then refuses
def test_a_test_cannot_reach_beyond_this_machine() -> None:
    with pytest.raises(SocketConnectBlockedError):
        socket.create_connection((ELSEWHERE, 80), timeout=1)


def test_a_killed_test_run_leaves_no_postgres_and_no_data() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDS_A_SERVER],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as run:
        assert run.stdout is not None
        assert run.stderr is not None
        folder = Path(run.stdout.readline().strip())
        assert (folder / "data").is_dir()
        run.send_signal(signal.SIGKILL)
        run.stderr.read()  # ends when the last one that holds it is gone: the keeper
    assert not folder.exists()
