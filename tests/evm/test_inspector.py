"""The inspector on the corpus: codes behind proxies, and who launched a market."""

from collections.abc import Iterator

import pytest

from botctl.adapters.devnet import control
from botctl.adapters.evm.inspector import EvmInspector
from botctl.core.sellability.proxies import ProxyKind
from botctl.core.sellability.selectors import NEEDED
from tests.tokens.corpus import CORPUS
from tests.tokens.market import Market, opened

KINDS = {
    "Plain": ProxyKind.NONE,
    "HonestClone": ProxyKind.MINIMAL,
    "HonestBeacon": ProxyKind.BEACON,
    "ProxyToATrap": ProxyKind.EIP1967,
    "ProxyOfEip1822": ProxyKind.EIP1822,
    "ProxyOfOldSlot": ProxyKind.ZEPPELIN,
}


@pytest.fixture(scope="module")
def market() -> Iterator[Market]:
    with opened([row for row in CORPUS if row.name in KINDS]) as listed:
        yield listed


@pytest.fixture
def inspector(market: Market) -> EvmInspector:
    core = market.core
    return EvmInspector(
        market.rpc, factory=core.factory, router=core.router, native=core.weth, salt=b"test"
    )


@pytest.mark.parametrize("name", sorted(KINDS))
def test_the_code_behind_every_kind_of_proxy_is_read(
    market: Market, inspector: EvmInspector, name: str
) -> None:
    (facts,) = inspector.codes([market.stalls[name].token], control.head(market.rpc))
    assert facts.proxy.kind is KINDS[name]
    assert facts.unread.kind is ProxyKind.NONE
    assert set(facts.selectors) >= NEEDED


def test_what_has_no_code_says_so(market: Market, inspector: EvmInspector) -> None:
    (facts,) = inspector.codes([market.buyer], control.head(market.rpc))
    assert not facts.is_code


def test_a_pair_is_found_from_its_token_and_only_where_there_is_one(
    market: Market, inspector: EvmInspector
) -> None:
    stall, head = market.stalls["Plain"], control.head(market.rpc)
    assert inspector.pair_of(stall.token, market.core.weth, head) == stall.pair
    assert inspector.pair_of(market.buyer, market.core.weth, head) is None


def test_whoever_opened_the_pair_launched_the_market(
    market: Market, inspector: EvmInspector
) -> None:
    opened_at = market.opened_at()
    stall = market.stalls["Plain"]
    block = opened_at[stall.pair]
    asked = [(stall.pair, block), (market.buyer, block), (stall.pair, block + 1)]
    assert inspector.launchers(asked) == (market.owner, None, None)
