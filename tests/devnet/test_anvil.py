"""The embedded chain's process: starts, fails in words, and does not outlive us."""

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from botctl.adapters.devnet import control, install
from botctl.adapters.devnet.anvil import CHAIN_ID, Anvil, AnvilOptions
from botctl.adapters.devnet.control import Transaction
from botctl.adapters.devnet.plan import USDC
from botctl.core.codes import Code
from botctl.core.errors import OperatorError, TransientError
from tests.support.chain import Chain, put_back, started
from tests.support.zoo import exhibit

WAIT_S = 10
CHILD = """
import sys
from botctl.adapters.devnet.anvil import Anvil
with Anvil() as anvil:
    print(anvil.pid, flush=True)
    sys.stdin.read()
"""


def test_it_starts_with_our_chain_id_at_the_asked_time() -> None:
    with Anvil(AnvilOptions(genesis_s=1_234_567_890)) as anvil:
        rpc = anvil.rpc()
        assert control.number(rpc.call("eth_chainId")) == CHAIN_ID
        assert control.head(rpc).timestamp_s == 1_234_567_890
        rpc.close()


def test_two_run_side_by_side() -> None:
    with Anvil() as one, Anvil() as other:
        assert one.port != other.port


def test_it_mines_only_when_told_and_at_the_time_told(chain: Chain) -> None:
    head = control.head(chain.rpc)
    sender = control.accounts(chain.rpc)[-1]
    sent = chain.rpc.call(*_flat(Transaction(sender, 0, "0x", to=sender)))
    assert chain.rpc.call("eth_getTransactionReceipt", sent) is None
    control.mine_at(chain.rpc, head.timestamp_s + 99)
    assert chain.rpc.call("eth_getTransactionReceipt", sent) is not None
    mined = control.head(chain.rpc)
    assert (mined.number, mined.timestamp_s) == (head.number + 1, head.timestamp_s + 99)


def test_a_revert_to_a_snapshot_undoes_blocks_balances_and_the_pool(chain: Chain) -> None:
    head, who = control.head(chain.rpc), control.accounts(chain.rpc)[-1]
    with put_back(chain):
        control.set_balance(chain.rpc, who, 7)
        control.mine_at(chain.rpc, head.timestamp_s + 12)
        assert control.number(chain.rpc.call("eth_getBalance", who, "latest")) == 7
    assert control.head(chain.rpc) == head
    assert control.number(chain.rpc.call("eth_getBalance", who, "latest")) > 7


def test_a_snapshot_that_is_not_there_is_an_error(chain: Chain) -> None:
    with pytest.raises(TransientError):
        control.revert(chain.rpc, "0x99")


def test_a_missing_binary_is_told_with_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> Path:
        raise install.DevnetNotInstalledError("type `make setup`")

    monkeypatch.setattr(install, "anvil_binary", missing)
    with pytest.raises(OperatorError, match="make setup") as caught, Anvil():
        pass
    assert caught.value.code is Code.ERR_DEVNET_MISSING


def test_a_start_that_fails_says_what_anvil_said() -> None:
    with (
        pytest.raises(OperatorError, match="nonsense") as caught,
        Anvil(AnvilOptions(hardfork="nonsense")),
    ):
        pass
    assert caught.value.code is Code.ERR_DEVNET_FAILED


def test_a_taken_port_is_a_failed_start_and_not_somebody_elses_chain() -> None:
    with Anvil() as first, pytest.raises(OperatorError), Anvil(AnvilOptions(port=first.port)):
        pass


@pytest.mark.skipif(sys.platform != "linux", reason="the parent-death signal is Linux's")
def test_it_dies_with_a_killed_parent(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", CHILD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={"TMPDIR": str(tmp_path)},  # what a killed parent leaves behind
    ) as parent:
        assert parent.stdout is not None
        anvil = os.pidfd_open(int(parent.stdout.readline()))
        parent.send_signal(signal.SIGKILL)
        ended, _, _ = select.select([anvil], [], [], WAIT_S)
        os.close(anvil)
    assert ended


@pytest.mark.parametrize(("hardfork", "vanishes"), [("shanghai", True), (None, False)])
def test_destroyed_code_vanishes_only_before_cancun(hardfork: str | None, vanishes: bool) -> None:
    with started((USDC, exhibit("Destructible")), hardfork=hardfork) as chain:
        token = chain.deployment.market("Destructible").token
        creator = control.accounts(chain.rpc)[0]
        destroy = Transaction(creator, control.nonce(chain.rpc, creator), "0x83197ef0", to=token)
        control.all_of(chain.rpc, [destroy.request()])
        control.mine_at(chain.rpc, control.head(chain.rpc).timestamp_s + 12)
        assert (control.code(chain.rpc, token) == b"") is vanishes


def _flat(sent: Transaction) -> tuple[str, object]:
    method, params = sent.request()
    return method, params[0]
