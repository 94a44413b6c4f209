"""Heads and new pairs over a real node's WebSocket, and what becomes of a connection that is lost."""

from collections.abc import Iterator
from queue import Empty, SimpleQueue
from typing import Protocol

import pytest

from botctl.adapters.devnet import control
from botctl.adapters.evm.heads import HeadsPlan, HeadsSocket
from botctl.core.reconnect import ReconnectPolicy
from botctl.core.units import Address
from botctl.ports.heads import Heard, News
from tests.support.chain import Chain
from tests.support.line import Line, line

PATIENCE_S = 30.0
CREATE_PAIR = "0xc9c65396"  # createPair(address,address)
SOON = ReconnectPolicy(base_ms=20, max_ms=40, attempts_max=3, reset_ms=60_000, pause_ms=50)


class Ear:
    """Everything that is told, in its order."""

    def __init__(self) -> None:
        self._box: SimpleQueue[Heard] = SimpleQueue()
        self.told: list[News] = []

    def tell(self, heard: Heard) -> None:
        self._box.put(heard)

    def until(self, news: News) -> Heard:
        """The next of that kind; what came before it is in `told`."""
        while True:
            try:
                heard = self._box.get(timeout=PATIENCE_S)
            except Empty:
                pytest.fail(f"never heard of {news}; heard {self.told}")
            self.told.append(heard.news)
            if heard.news is news:
                return heard


class Listen(Protocol):
    def __call__(self, **changed: object) -> Ear:
        """A listener whose plan is `changed`."""


@pytest.fixture
def wire(chain: Chain) -> Iterator[Line]:
    with line(chain.anvil.port) as made:
        yield made


@pytest.fixture
def listen(chain: Chain, wire: Line) -> Iterator[Listen]:
    sockets: list[HeadsSocket] = []

    def start(**changed: object) -> Ear:
        plan: dict[str, object] = {
            "urls": [f"ws://127.0.0.1:{wire.port}"],
            "chain_id": 31337,
            "factory": chain.deployment.factory,
            "timeout_ms": 10_000,
            "reconnect": SOON,
        }
        socket = HeadsSocket(HeadsPlan(**(plan | changed)), chance=lambda: 0.5)  # type: ignore[arg-type]
        ear = Ear()
        socket.start(ear.tell)
        sockets.append(socket)
        return ear

    yield start
    for socket in sockets:
        socket.close()


def mine(chain: Chain) -> int:
    control.mine_at(chain.rpc, control.head(chain.rpc).timestamp_s + 12)
    return control.head(chain.rpc).number


def make_pair(chain: Chain, factory: Address, serial: int) -> None:
    words = "".join(f"{0xABC000 + serial + side:064x}" for side in (0, 1000))
    call = {
        "from": control.accounts(chain.rpc)[0],
        "to": factory,
        "data": CREATE_PAIR + words,
        "gas": hex(5_000_000),
    }
    chain.rpc.call("eth_sendTransaction", call)


def test_new_blocks_and_new_pairs_are_heard_of_with_their_number(
    chain: Chain, listen: Listen
) -> None:
    ear = listen()
    ear.until(News.UP)
    number = mine(chain)
    assert ear.until(News.HEAD).block_number == number
    make_pair(chain, chain.deployment.factory, 1)
    number = mine(chain)
    assert ear.until(News.MARKET).block_number == number


def test_pairs_of_another_factory_are_not_ours(chain: Chain, listen: Listen) -> None:
    ear = listen(factory=Address("0x" + "99" * 20))
    ear.until(News.UP)
    make_pair(chain, chain.deployment.factory, 1)
    mine(chain)
    ear.until(News.HEAD)
    mine(chain)
    ear.until(News.HEAD)
    assert News.MARKET not in ear.told


def test_a_dropped_connection_comes_back_and_hears_again(
    chain: Chain, listen: Listen, wire: Line
) -> None:
    ear = listen()
    ear.until(News.UP)
    wire.cut()
    assert "127.0.0.1: Connection" in ear.until(News.LOST).say
    ear.until(News.UP)
    number = mine(chain)
    assert ear.until(News.HEAD).block_number == number
    assert wire.calls >= 2


def test_a_half_open_connection_is_noticed_by_its_pings(
    chain: Chain, listen: Listen, wire: Line
) -> None:
    ear = listen(ping_ms=100)
    ear.until(News.UP)
    wire.freeze()
    ear.until(News.LOST)
    wire.thaw()
    ear.until(News.UP)
    number = mine(chain)
    while ear.until(News.HEAD).block_number != number:
        pass


def test_after_every_allowed_attempt_it_pauses_and_then_begins_again(
    listen: Listen, wire: Line
) -> None:
    wire.refusing = True
    ear = listen()
    ear.until(News.PAUSED)
    assert ear.told == [News.LOST] * 4 + [News.PAUSED]
    assert wire.calls == 4  # the first and three more
    wire.refusing = False
    ear.until(News.UP)
    assert ear.told[5] is News.RESUMED


def test_another_address_is_tried_with_every_attempt(
    chain: Chain, listen: Listen, wire: Line
) -> None:
    wire.refusing = True
    good = f"ws://127.0.0.1:{chain.anvil.port}"
    ear = listen(urls=[f"ws://127.0.0.1:{wire.port}", good])
    ear.until(News.UP)
    assert ear.told == [News.LOST, News.UP]


def test_another_chain_is_not_listened_to(listen: Listen) -> None:
    ear = listen(chain_id=1)
    assert ear.until(News.LOST).say == "127.0.0.1: it serves another chain"
    assert News.UP not in ear.told


def test_a_key_in_the_address_is_never_told(
    listen: Listen, wire: Line, capfd: pytest.CaptureFixture[str]
) -> None:
    wire.refusing = True
    ear = listen(urls=[f"ws://127.0.0.1:{wire.port}/v3/verysecretkey"])
    assert "verysecretkey" not in ear.until(News.LOST).say
    ear.until(News.PAUSED)
    told = capfd.readouterr()
    assert "verysecretkey" not in told.out + told.err
