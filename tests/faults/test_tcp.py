"""Real sockets that misbehave, and what our client says of each."""

import socket
from collections.abc import Iterator

import pytest

from botctl.adapters.clock import pause_ms
from botctl.adapters.evm.rpc import JsonRpc
from botctl.adapters.faults.tcp import TcpMode, TcpProxy
from botctl.core.codes import Code
from botctl.core.errors import TransientError
from tests.support.chain import Chain

BRIEF_MS = 300


@pytest.fixture
def proxy(chain: Chain) -> Iterator[TcpProxy]:
    with TcpProxy("127.0.0.1", chain.anvil.port, pause_ms) as proxy:
        yield proxy


@pytest.fixture
def rpc(proxy: TcpProxy) -> Iterator[JsonRpc]:
    rpc = JsonRpc(proxy.url, timeout_ms=BRIEF_MS)
    yield rpc
    rpc.close()


@pytest.mark.parametrize("connected", [False, True])
@pytest.mark.parametrize(
    ("mode", "code"),
    [
        (TcpMode.REFUSED, Code.ERR_RPC_UNREACHABLE),
        (TcpMode.RESET, Code.ERR_RPC_UNREACHABLE),
        (TcpMode.BLACKHOLE, Code.ERR_RPC_TIMEOUT),
        (TcpMode.HALF_OPEN, Code.ERR_RPC_TIMEOUT),
        (TcpMode.TRUNCATED, Code.ERR_RPC_GARBAGE),
    ],
)
def test_each_mode_fails_as_it_does_in_life_and_passes_again_afterwards(
    proxy: TcpProxy, rpc: JsonRpc, mode: TcpMode, code: Code, connected: bool
) -> None:
    if connected:
        assert rpc.call("eth_chainId") == "0x7a69"
    proxy.mode = mode
    with pytest.raises(TransientError) as failed:
        rpc.call("eth_chainId")
    assert failed.value.code is code
    proxy.mode = TcpMode.PASS
    patient = JsonRpc(proxy.url)
    assert patient.call("eth_chainId") == "0x7a69"
    patient.close()


def test_a_connection_that_is_refused_is_refused_by_the_kernel(proxy: TcpProxy) -> None:
    proxy.mode = TcpMode.REFUSED
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", proxy.port), timeout=5)


def test_a_black_hole_does_not_even_connect(proxy: TcpProxy) -> None:
    proxy.mode = TcpMode.BLACKHOLE
    with pytest.raises(TimeoutError):
        socket.create_connection(("127.0.0.1", proxy.port), timeout=BRIEF_MS / 1_000)


def test_a_half_open_connection_takes_what_is_sent(proxy: TcpProxy) -> None:
    proxy.mode = TcpMode.HALF_OPEN
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as there:
        there.sendall(b"is anybody there?")
        there.settimeout(BRIEF_MS / 1_000)
        with pytest.raises(TimeoutError):
            there.recv(1)


def test_a_slow_answer_is_whole_when_there_is_patience_and_a_timeout_when_not(
    proxy: TcpProxy,
) -> None:
    proxy.mode, proxy.slow_pause_ms = TcpMode.SLOW, 20
    patient = JsonRpc(proxy.url, timeout_ms=30_000)
    whole = patient.call("eth_getBlockByNumber", "latest", False)
    assert isinstance(whole, dict)
    proxy.slow_pause_ms = 60_000
    brief = JsonRpc(proxy.url, timeout_ms=BRIEF_MS)
    with pytest.raises(TransientError) as failed:
        brief.call("eth_getBlockByNumber", "latest", False)
    assert failed.value.code is Code.ERR_RPC_TIMEOUT
    patient.close()
    brief.close()
