"""Reader, wallet and sender against a real node with real Uniswap contracts."""

from dataclasses import replace

import pytest

from botctl.adapters.devnet import control
from botctl.adapters.evm.calldata import RouterCalls
from botctl.adapters.evm.reader import EvmMarketReader
from botctl.adapters.evm.revert import revert_reason
from botctl.adapters.evm.rpc import JsonRpc
from botctl.adapters.evm.sender import EvmSender
from botctl.adapters.evm.signer import Signer
from botctl.adapters.evm.wallet import EvmTxReader
from botctl.core.codes import Code
from botctl.core.errors import TransientError
from botctl.core.facts import ProbeStatus
from botctl.core.orders import SendCode, SignedTx, UnsignedTx
from botctl.core.units import UINT256_MAX, ZERO_ADDRESS, Address, Hash32
from botctl.ports.chain import MarketQuery, Survey, SurveyRequest
from tests.support.chain import Chain

ETHER = 10**18
GWEI = 10**9
PROBE_WEI = ETHER // 100
SECRET = b"\x07" * 32
NOBODY = Address("0x" + "99" * 20)


def request(chain: Chain, *symbols: str) -> SurveyRequest:
    demo = chain.deployment
    wanted = [demo.market(symbol) for symbol in symbols] or demo.markets
    queries = [MarketQuery(m.pair, m.token, demo.weth, PROBE_WEI) for m in wanted]
    return SurveyRequest(queries, NOBODY, demo.factory, demo.router, demo.weth, [])


def surveyed(chain: Chain, *symbols: str) -> Survey:
    reader = EvmMarketReader(chain.rpc)
    return reader.survey(request(chain, *symbols), reader.head().block)


def mine(chain: Chain) -> None:
    control.mine_at(chain.rpc, control.head(chain.rpc).timestamp_s + 12)


def funded(chain: Chain) -> Signer:
    signer = Signer(SECRET)
    control.set_balance(chain.rpc, signer.address, 10 * ETHER)
    return signer


def transfer_tx(chain: Chain, **changed: int | Address | bytes) -> UnsignedTx:
    plain = UnsignedTx(
        chain_id=chain.deployment.chain_id,
        nonce=0,
        to=NOBODY,
        value_wei=1,
        data=b"",
        gas_limit=21_000,
        fee_max_wei=10 * GWEI,
        priority_fee_wei=GWEI,
    )
    return replace(plain, **changed)  # type: ignore[arg-type]  # every field has one of these types


# --- reading markets ---


def test_the_head_is_one_round_trip_and_hangs_on_its_parent(chain: Chain) -> None:
    reader = EvmMarketReader(chain.rpc)
    before = reader.round_trips
    head = reader.head()
    assert reader.round_trips == before + 1
    parent, itself, future = reader.blocks(
        [head.block.number - 1, head.block.number, head.block.number + 1]
    )
    assert parent is not None
    assert (head.chain_id, head.block.parent, future) == (31337, parent.hash, None)
    assert itself == head.block
    assert head.block.base_fee_wei == GWEI
    assert (head.sources_configured, head.sources_agreeing, head.provider) == (1, 1, "127.0.0.1")


def test_every_pair_the_factory_made_is_found(chain: Chain) -> None:
    reader = EvmMarketReader(chain.rpc)
    last = reader.head().block.number
    found = reader.pairs_created(chain.deployment.factory, 0, last)
    assert {each.pair for each in found} == {market.pair for market in chain.deployment.markets}
    assert [each.block_number for each in found] == sorted(each.block_number for each in found)
    assert reader.pairs_created(NOBODY, 0, last) == ()
    assert reader.pairs_created(chain.deployment.factory, last, 0) == ()
    assert reader.logs_skipped == 0


def test_a_survey_of_all_markets_is_one_round_trip(chain: Chain) -> None:
    reader = EvmMarketReader(chain.rpc)
    head = reader.head()
    before = reader.round_trips
    survey = reader.survey(request(chain), head.block)
    assert reader.round_trips == before + 1
    assert len(survey.markets) == len(chain.deployment.markets)
    assert survey.factory_code_hash == chain.deployment.factory_code_hash
    assert survey.router_code_hash == chain.deployment.router_code_hash


def test_the_facts_are_what_was_deployed(chain: Chain) -> None:
    (market,) = surveyed(chain, "CEDAR").markets
    plan, facts = chain.deployment.market("CEDAR").plan, market.facts
    assert (facts.reserve_token, facts.reserve_quote) == (
        plan.token_liquidity,
        plan.quote_liquidity_wei,
    )
    assert (facts.pair_token_balance, facts.pair_quote_balance) == (
        plan.token_liquidity,
        plan.quote_liquidity_wei,
    )
    assert facts.token_supply == plan.supply
    assert facts.lp_locked == facts.lp_supply
    assert (facts.owner, facts.factory) == (ZERO_ADDRESS, chain.deployment.factory)
    assert (facts.pair_code_hash, facts.wallet_token) == (chain.deployment.pair_code_hash, 0)


TRAPS = {
    "AURA": ProbeStatus.OK,
    "TOLL": ProbeStatus.OK,
    "LURE": ProbeStatus.SELL_REVERTED,
    "MUTE": ProbeStatus.SELL_REVERTED,
    "SNARE": ProbeStatus.SELL_REVERTED,
    "DRIP": ProbeStatus.SELL_REVERTED,
}


def test_traps_are_told_from_markets_and_a_page_equals_its_parts(chain: Chain) -> None:
    together = surveyed(chain, *TRAPS).markets
    alone = [surveyed(chain, symbol).markets[0] for symbol in TRAPS]
    assert list(together) == alone
    probes = [market.probe for market in together]
    assert [probe.status for probe in probes if probe] == list(TRAPS.values())
    assert all(bool(p.reason) == (p.status is not ProbeStatus.OK) for p in probes if p)


def test_a_market_that_is_not_to_be_probed_has_no_probe(chain: Chain) -> None:
    asked = request(chain, "AURA", "BOLT", "CEDAR")
    markets = list(asked.markets)
    markets[1] = replace(markets[1], probe_wei=None)
    reader = EvmMarketReader(chain.rpc)
    survey = reader.survey(replace(asked, markets=markets), reader.head().block)
    assert [market.probe is None for market in survey.markets] == [False, True, False]
    assert survey.markets[2] == surveyed(chain, "CEDAR").markets[0]


def test_what_is_not_there_is_unknown(chain: Chain) -> None:
    asked = replace(request(chain), markets=[MarketQuery(NOBODY, NOBODY, NOBODY, PROBE_WEI)])
    reader = EvmMarketReader(chain.rpc)
    (market,) = reader.survey(asked, reader.head().block).markets
    facts = market.facts
    assert (facts.pair_code_hash, facts.reserve_quote, facts.owner) == (None, None, None)
    assert market.probe is not None
    assert market.probe.status is not ProbeStatus.OK


def test_odd_tokens_say_what_they_can(chain: Chain) -> None:
    reader = EvmMarketReader(chain.rpc)
    symbols = ("USDC", "BLANK", "STONE", "NOMEN", "ABYSS")
    tokens = [chain.deployment.market(symbol).token for symbol in symbols]
    usdc, blank, stone, nomen, abyss, weth, nobody = reader.tokens(
        [*tokens, chain.deployment.weth, NOBODY], reader.head().block
    )
    assert (usdc.symbol, usdc.name, usdc.decimals) == ("USDC", "Demo USD Coin", 6)
    assert blank.decimals is None
    assert stone.symbol == "STONE"
    assert (nomen.name, nomen.has_code) == (None, True)
    assert abyss.supply is not None
    assert abyss.supply > 2**128
    assert (weth.symbol, weth.decimals) == ("WETH", 18)
    assert (nobody.has_code, nobody.symbol, nobody.supply) == (False, None, None)


def test_a_pair_names_its_parts_and_anything_else_does_not(chain: Chain) -> None:
    reader = EvmMarketReader(chain.rpc)
    market = chain.deployment.market("AURA")
    pair, nothing = reader.identities([market.pair, NOBODY], reader.head().block)
    assert pair.factory == chain.deployment.factory
    assert {pair.token0, pair.token1} == {market.token, chain.deployment.weth}
    assert (nothing.factory, nothing.token0, nothing.token1) == (None, None, None)


def test_every_read_is_of_the_pinned_block_not_of_the_newest(chain: Chain) -> None:
    reader = EvmMarketReader(chain.rpc)
    pinned = reader.head().block
    before = reader.survey(request(chain, "AURA"), pinned)
    buy(chain, funded(chain))
    assert reader.survey(request(chain, "AURA"), pinned) == before
    assert surveyed(chain, "AURA") != before


def test_a_block_that_a_reorganisation_took_away_is_named_as_such(chain: Chain) -> None:
    reader = EvmMarketReader(chain.rpc)
    mine(chain)
    block = reader.head().block
    assert reader.is_canonical(block)
    chain.rpc.call("anvil_reorg", 1, [])
    assert not reader.is_canonical(block)
    with pytest.raises(TransientError) as caught:
        reader.survey(request(chain, "AURA"), block)
    assert caught.value.code is Code.ERR_CHAIN_REORGED


# --- our own transactions ---


def buy(chain: Chain, signer: Signer, **terms: int) -> SignedTx:
    token = chain.deployment.market("AURA").token
    data = RouterCalls().buy(
        min_out=terms.get("min_out", 1),
        path=[chain.deployment.weth, token],
        to=signer.address,
        deadline_s=terms.get("deadline_s", 2**32),
    )
    state = EvmTxReader(chain.rpc, signer.address)
    nonce = state.wallet(signer.address, [], state.head().block).nonce
    tx = transfer_tx(
        chain,
        nonce=nonce,
        to=chain.deployment.router,
        value_wei=ETHER,
        data=data,
        gas_limit=300_000,
    )
    signed = signer.sign(tx)
    assert EvmSender(chain.rpc).send(signed).code is SendCode.ACCEPTED
    mine(chain)
    return signed


def test_bytes_we_signed_buy_on_the_real_router_and_the_swap_is_seen(chain: Chain) -> None:
    signer, reader = funded(chain), EvmMarketReader(chain.rpc)
    market = chain.deployment.market("AURA")
    signed = buy(chain, signer)
    head = reader.head().block
    (swap,) = reader.swaps([market.pair], 0, head.number)
    assert (swap.trader, swap.tx_hash) == (signer.address, signed.hash)
    assert (swap.block_number, swap.block_hash) == (head.number, head.hash)
    assert ETHER in {swap.in0, swap.in1}

    wallet = EvmTxReader(chain.rpc, signer.address)
    (sighting,) = wallet.sightings([signed.hash])
    assert sighting.receipt is not None
    assert sighting.receipt.ok
    bought = max(swap.out0, swap.out1)
    assert (market.token, market.pair, signer.address, bought) in sighting.receipt.transfers
    state = wallet.wallet(signer.address, [market.token, NOBODY], head)
    assert [holding.balance for holding in state.holdings] == [bought, None]
    cost = sighting.receipt.gas_used * sighting.receipt.gas_price_wei
    assert (state.nonce, state.balance_wei) == (1, 9 * ETHER - cost)


def test_approve_then_sell_brings_the_money_back(chain: Chain) -> None:
    signer, market, calls = funded(chain), chain.deployment.market("AURA"), RouterCalls()
    buy(chain, signer)
    wallet = EvmTxReader(chain.rpc, signer.address)
    (holding,) = wallet.wallet(signer.address, [market.token], wallet.head().block).holdings
    assert holding.balance is not None
    approve = calls.approve(spender=chain.deployment.router, amount=holding.balance)
    sell = calls.sell(
        amount_in=holding.balance,
        min_out=ETHER * 98 // 100,
        path=[market.token, chain.deployment.weth],
        to=signer.address,
        deadline_s=2**32,
    )
    for nonce, to, data in ((1, market.token, approve), (2, chain.deployment.router, sell)):
        tx = transfer_tx(chain, nonce=nonce, to=to, data=data, value_wei=0, gas_limit=300_000)
        EvmSender(chain.rpc).send(signer.sign(tx))
        mine(chain)
        if nonce == 1:
            spend = (signer.address, chain.deployment.router, market.token)
            assert wallet.allowance(*spend, wallet.head().block) == holding.balance
    state = wallet.wallet(signer.address, [market.token], wallet.head().block)
    assert state.balance_wei > ETHER * 998 // 100
    assert state.holdings[0].balance == 0


def test_a_hash_is_unknown_then_waiting_then_mined(chain: Chain) -> None:
    signer = funded(chain)
    signed = signer.sign(transfer_tx(chain))
    wallet = EvmTxReader(chain.rpc, signer.address)
    seen = [wallet.sightings([signed.hash])[0]]
    EvmSender(chain.rpc).send(signed)
    seen.append(wallet.sightings([signed.hash])[0])
    mine(chain)
    seen.append(wallet.sightings([signed.hash])[0])
    assert [(s.known, s.receipt is not None) for s in seen] == [
        (False, False),
        (True, False),
        (True, True),
    ]


def test_many_hashes_are_one_round_trip(chain: Chain) -> None:
    before = chain.rpc.round_trips
    hashes = [Hash32(f"0x{i:064x}") for i in range(50)]
    found = EvmTxReader(chain.rpc, NOBODY).sightings(hashes)
    assert [sighting.tx_hash for sighting in found] == hashes
    assert chain.rpc.round_trips == before + 1


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({"min_out": UINT256_MAX}, "INSUFFICIENT_OUTPUT_AMOUNT"),
        ({"deadline_s": 1}, "EXPIRED"),
    ],
)
def test_a_reverted_transaction_says_why_when_run_again(
    chain: Chain, terms: dict[str, int], words: str
) -> None:
    signer = funded(chain)
    signed = buy(chain, signer, **terms)
    wallet = EvmTxReader(chain.rpc, signer.address)
    (sighting,) = wallet.sightings([signed.hash])
    assert sighting.receipt is not None
    assert not sighting.receipt.ok
    assert words in wallet.revert_reason(signed.raw, sighting.receipt.block_number - 1)


def test_a_transaction_that_works_has_no_reason(chain: Chain) -> None:
    signer = funded(chain)
    signed = signer.sign(transfer_tx(chain))
    number = EvmTxReader(chain.rpc, signer.address).head().block.number
    assert EvmTxReader(chain.rpc, signer.address).revert_reason(signed.raw, number) == ""


def test_a_mute_token_has_no_allowance(chain: Chain) -> None:
    wallet = EvmTxReader(chain.rpc, NOBODY)
    assert wallet.allowance(NOBODY, chain.deployment.router, NOBODY, wallet.head().block) == 0
    assert revert_reason(b"")


def sent(chain: Chain, tx: UnsignedTx) -> SendCode:
    return EvmSender(chain.rpc).send(Signer(SECRET).sign(tx)).code


def test_the_same_bytes_again_are_already_known(chain: Chain) -> None:
    funded(chain)
    assert sent(chain, transfer_tx(chain)) is SendCode.ACCEPTED
    assert sent(chain, transfer_tx(chain)) is SendCode.ALREADY_KNOWN


def test_a_used_nonce_is_too_low(chain: Chain) -> None:
    funded(chain)
    sent(chain, transfer_tx(chain))
    mine(chain)
    assert sent(chain, transfer_tx(chain, value_wei=2)) is SendCode.NONCE_TOO_LOW


def test_a_replacement_without_a_better_fee_is_underpriced(chain: Chain) -> None:
    funded(chain)
    sent(chain, transfer_tx(chain))
    assert sent(chain, transfer_tx(chain, value_wei=2)) is SendCode.UNDERPRICED


REFUSED = {
    "no funds": ({"value_wei": 11 * ETHER}, SendCode.NO_FUNDS),
    "below the base fee": ({"fee_max_wei": 1, "priority_fee_wei": 1}, SendCode.UNDERPRICED),
    "too little gas": ({"gas_limit": 20_000}, SendCode.REJECTED),
    "more gas than a block": ({"gas_limit": 40_000_000}, SendCode.REJECTED),
    "another chain": ({"chain_id": 1}, SendCode.REJECTED),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_a_real_node_refuses_is_known_by_its_code(chain: Chain, kind: str) -> None:
    changed, code = REFUSED[kind]
    funded(chain)
    answer = EvmSender(chain.rpc).send(Signer(SECRET).sign(transfer_tx(chain, **changed)))
    assert answer.code is code, answer.text


def test_a_dead_node_is_unreachable(chain: Chain) -> None:
    host, _, port = chain.anvil.url.rpartition(":")
    rpc = JsonRpc(f"{host}:{int(port) ^ 1}", timeout_ms=200)
    with pytest.raises(TransientError):
        EvmMarketReader(rpc).head()
