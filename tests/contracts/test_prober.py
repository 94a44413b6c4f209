"""Prober.sol: what one real round trip says of every kind of token."""

import time
from typing import Final

import pytest

from botctl.adapters.devnet import control
from botctl.adapters.devnet.deploy import DemoMarket
from botctl.adapters.devnet.plan import ETHER
from botctl.adapters.evm.prober import PROBE_PAGE, ProbeQuery, Prober
from botctl.core.amm import amount_out
from botctl.core.facts import Probe, ProbeStatus
from botctl.core.units import Address
from tests.support.chain import Chain, asked
from tests.support.zoo import BOMBS, EVERY, HONEST

AMOUNT_WEI: Final = ETHER // 10
NOBODY: Final = Address("0x" + "5e" * 20)
S = ProbeStatus
VERDICTS: Final = {
    "HoneypotRevert": (S.SELL_REVERTED, "TRANSFER_FROM_FAILED"),
    "HoneypotSilent": (S.SELL_REVERTED, "INSUFFICIENT_INPUT_AMOUNT"),
    "BlacklistTrap": (S.SELL_REVERTED, "TRANSFER_FROM_FAILED"),
    "TinyMaxSell": (S.SELL_REVERTED, "TRANSFER_FROM_FAILED"),
    "GasBomb": (S.SELL_REVERTED, ""),
    "RevertBomb": (S.SELL_REVERTED, ""),
}


def query(market: DemoMarket) -> ProbeQuery:
    return ProbeQuery(market.token, market.pair, AMOUNT_WEI)


def probed(chain: Chain, *queries: ProbeQuery) -> list[Probe]:
    deployment = chain.deployment
    prober = Prober(control.head(chain.rpc), deployment.router, deployment.weth)
    return asked(chain.rpc, prober.probes(), queries)


@pytest.mark.parametrize("contract", EVERY)
def test_the_verdict_on_every_kind_of_token(zoo: Chain, contract: str) -> None:
    (probe,) = probed(zoo, query(zoo.deployment.market(contract)))
    status, words = VERDICTS.get(contract, (S.OK, ""))
    assert probe.status is status
    assert words in probe.reason


@pytest.mark.parametrize("contract", HONEST)
def test_an_honest_token_moves_exactly_as_the_pairs_own_arithmetic(
    zoo: Chain, contract: str
) -> None:
    market = zoo.deployment.market(contract)
    (probe,) = probed(zoo, query(market))
    token, quote = market.plan.token_liquidity, market.plan.quote_liquidity_wei
    bought = amount_out(AMOUNT_WEI, quote, token)
    back = amount_out(bought, token - bought, quote + AMOUNT_WEI)
    amounts = (probe.expected_out, probe.received, probe.sent_to_pair, probe.arrived)
    assert amounts == (bought,) * 4
    assert (probe.expected_back, probe.back) == (back, back)
    assert probe.buy_gas > 50_000
    assert probe.sell_gas > 50_000


def test_a_fee_is_measured_exactly_on_both_ways(zoo: Chain) -> None:
    (probe,) = probed(zoo, query(zoo.deployment.market("FeeToken")))
    assert probe.received == probe.expected_out - probe.expected_out * 200 // 10_000
    assert probe.sent_to_pair == probe.received
    assert probe.arrived == probe.sent_to_pair - probe.sent_to_pair * 200 // 10_000
    assert 0 < probe.back < probe.expected_back


def test_a_sell_tax_shows_although_the_sell_goes_through(zoo: Chain) -> None:
    (probe,) = probed(zoo, query(zoo.deployment.market("SellTaxTrap")))
    assert probe.status is S.OK
    assert probe.arrived == probe.sent_to_pair - probe.sent_to_pair * 9_500 // 10_000
    assert probe.back * 10 < probe.expected_back


def test_a_batch_says_what_single_probes_say(zoo: Chain) -> None:
    """To the unit of gas; bombs included, wherever they stand."""
    queries = [query(zoo.deployment.market(contract)) for contract in (*BOMBS, *EVERY, *BOMBS)]
    assert probed(zoo, *queries) == [probed(zoo, each)[0] for each in queries]


def test_a_token_without_a_pool_has_no_quote(zoo: Chain) -> None:
    (probe,) = probed(zoo, ProbeQuery(NOBODY, NOBODY, AMOUNT_WEI))
    assert probe.status is S.NO_QUOTE
    assert probe.received == 0


def test_an_amount_beyond_the_lent_purse_is_a_failed_buy(zoo: Chain) -> None:
    market = zoo.deployment.market("PlainToken")
    (probe,) = probed(zoo, ProbeQuery(market.token, market.pair, 10**27))
    assert probe.status is S.BUY_REVERTED


def test_an_amount_too_small_to_buy_anything_is_told(zoo: Chain) -> None:
    market = zoo.deployment.market("PlainToken")
    (probe,) = probed(zoo, ProbeQuery(market.token, market.pair, 1))
    assert probe.status in (S.BUY_REVERTED, S.BOUGHT_NOTHING)


def test_probing_leaves_no_trace_on_the_chain(zoo: Chain) -> None:
    market = zoo.deployment.market("PlainToken")
    before = control.balance_of(zoo.rpc, market.token, market.pair)
    probed(zoo, query(market))
    assert control.balance_of(zoo.rpc, market.token, market.pair) == before


def test_a_full_page_is_answered_in_one_call(
    zoo: Chain, capsys: pytest.CaptureFixture[str]
) -> None:
    queries = [query(zoo.deployment.market("PlainToken"))] * PROBE_PAGE
    probed(zoo, *queries)  # the node analyses the lent code once
    trips, start = zoo.rpc.round_trips, time.perf_counter()
    found = probed(zoo, *queries)
    took_ms = (time.perf_counter() - start) * 1e3
    with capsys.disabled():
        print(f" [{took_ms / PROBE_PAGE:.2f} ms a token] ", end="")  # noqa: T201
    assert {probe.status for probe in found} == {S.OK}
    assert zoo.rpc.round_trips - trips == 2  # the head, and the page
