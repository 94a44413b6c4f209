"""Lens.sol against the same questions asked one by one, on real pairs and hostile tokens."""

from dataclasses import replace
from typing import Final

import pytest

from botctl.adapters.devnet import artifacts, calldata, control
from botctl.adapters.devnet.deploy import DemoMarket
from botctl.adapters.evm import abi, selectors
from botctl.adapters.evm.hashing import hash32
from botctl.adapters.evm.lens import LENS_AT, Lens
from botctl.adapters.evm.rpc_errors import RpcFault
from botctl.core.facts import Facts
from botctl.core.units import DEAD_ADDRESS, ZERO_ADDRESS, Address, Hash32
from botctl.ports.chain import MarketQuery, TokenMeta
from tests.support.chain import Chain, asked
from tests.support.zoo import BOMBS, EVERY

NOBODY: Final = Address("0x" + "5e" * 20)
TEXT_CAP: Final = 320
BURNED: Final = {ZERO_ADDRESS, DEAD_ADDRESS}


def query(chain: Chain, market: DemoMarket) -> MarketQuery:
    return MarketQuery(market.pair, market.token, chain.deployment.weth, None)


def direct(chain: Chain, target: Address, signature: str, *parts: str) -> bytes | None:
    """One plain eth_call; None where the target has no such answer."""
    ask = {"to": target, "data": calldata.call(signature, *parts), "gas": hex(1_000_000)}
    (answer,) = chain.rpc.batch([("eth_call", (ask, "latest"))])
    return None if isinstance(answer, RpcFault) else abi.unhexed(answer)


def number(answer: bytes | None) -> int | None:
    return int.from_bytes(answer[:32], "big") if answer is not None and len(answer) >= 32 else None


def where(answer: bytes | None) -> Address | None:
    return None if answer is None else Address("0x" + answer[12:32].hex())


def facts_one_by_one(
    chain: Chain, market: DemoMarket, lockers: tuple[Address, ...], wallet: Address
) -> Facts:
    def balance(token: Address, who: Address) -> int | None:
        return number(direct(chain, token, "balanceOf(address)", abi.address(who)))

    reserves = direct(chain, market.pair, "getReserves()")
    assert reserves is not None
    first, second = number(reserves[:32]), number(reserves[32:64])
    token_first = market.token < chain.deployment.weth
    locked = [balance(market.pair, who) for who in (ZERO_ADDRESS, DEAD_ADDRESS, *lockers)]
    owner = where(direct(chain, market.token, "owner()"))
    insiders = {market.token, wallet, *([owner] if owner else [])} - BURNED - {market.pair}
    return Facts(
        pair_code_hash=hash32(control.code(chain.rpc, market.pair)),
        token_code_hash=hash32(control.code(chain.rpc, market.token)),
        factory=where(direct(chain, market.pair, "factory()")),
        reserve_token=first if token_first else second,
        reserve_quote=second if token_first else first,
        pair_token_balance=balance(market.token, market.pair),
        pair_quote_balance=balance(chain.deployment.weth, market.pair),
        lp_supply=number(direct(chain, market.pair, "totalSupply()")),
        lp_locked=sum(each or 0 for each in locked),
        token_supply=number(direct(chain, market.token, "totalSupply()")),
        owner=owner,
        wallet_token=balance(market.token, wallet),
        insiders_token=sum(balance(market.token, who) or 0 for who in insiders),
    )


@pytest.mark.parametrize("contract", EVERY)
def test_the_facts_of_a_market_are_those_of_single_calls(zoo: Chain, contract: str) -> None:
    market = zoo.deployment.market(contract)
    creator, holder = control.accounts(zoo.rpc)[:2]
    lens = Lens(control.head(zoo.rpc))
    ask = replace(query(zoo, market), holders=(holder, holder, market.pair))
    (facts,) = asked(zoo.rpc, lens.markets((creator,), holder), [ask])
    assert facts == facts_one_by_one(zoo, market, (creator,), holder)
    assert facts.lp_locked is not None
    assert facts.wallet_token
    assert facts.insiders_token


def test_a_page_of_all_markets_is_the_markets_one_by_one(zoo: Chain) -> None:
    lens = Lens(control.head(zoo.rpc))
    queries = [query(zoo, market) for market in zoo.deployment.markets]
    alone = [asked(zoo.rpc, lens.markets((), NOBODY), [each])[0] for each in queries]
    assert asked(zoo.rpc, lens.markets((), NOBODY), queries) == alone


def test_an_address_without_code_is_a_row_of_unknowns(zoo: Chain) -> None:
    lens = Lens(control.head(zoo.rpc))
    nothing = MarketQuery(NOBODY, NOBODY, NOBODY, None)
    (facts,) = asked(zoo.rpc, lens.markets((), NOBODY), [nothing])
    assert facts == Facts(*(None,) * 13)


def meta_one_by_one(chain: Chain, token: Address) -> TokenMeta:
    name, symbol = (direct(chain, token, f"{what}()") for what in ("name", "symbol"))
    return TokenMeta(
        token=token,
        has_code=True,
        symbol=None if symbol is None else abi.decode_text(symbol),
        name=None if name is None else abi.decode_text(name),
        decimals=number(direct(chain, token, "decimals()")),
        supply=number(direct(chain, token, "totalSupply()")),
    )


@pytest.mark.parametrize("contract", EVERY)
def test_what_a_token_says_of_itself_is_read_as_it_says_it(zoo: Chain, contract: str) -> None:
    token = zoo.deployment.market(contract).token
    (meta,) = asked(zoo.rpc, Lens(control.head(zoo.rpc)).tokens(), [token])
    assert meta == meta_one_by_one(zoo, token)


def test_odd_tokens_are_told_apart(zoo: Chain) -> None:
    tokens = {c: zoo.deployment.market(c).token for c in EVERY}
    rows = asked(zoo.rpc, Lens(control.head(zoo.rpc)).tokens(), list(tokens.values()))
    metas = dict(zip(tokens, rows, strict=True))
    assert metas["NoDecimals"].decimals is None
    assert metas["Bytes32Symbol"].symbol == "Bytes32Symbol"
    assert metas["RevertingName"].name is None
    assert metas["AbsurdSupply"].supply == 2**255
    assert all(metas[bomb].name is None for bomb in BOMBS)
    assert metas["PlainToken"] == TokenMeta(
        tokens["PlainToken"], True, "PlainToken", "The PlainToken", 9, 10**18
    )


def test_no_answer_grows_with_what_a_token_returns(zoo: Chain) -> None:
    """RevertBomb answers 200 kB twice; the page carries at most the cap for each."""
    tokens = [zoo.deployment.market(bomb).token for bomb in BOMBS]
    method, params = Lens(control.head(zoo.rpc)).tokens().ask(tokens)
    answer = abi.unhexed(zoo.rpc.call(method, *params))
    assert len(answer) <= 64 + len(tokens) * (32 + 11 * 32 + 2 * TEXT_CAP)


def test_a_page_without_enough_gas_says_so_instead_of_reading_zeros(zoo: Chain) -> None:
    ask = selectors.TOKENS + abi.arguments(
        calldata.addresses([zoo.deployment.market("PlainToken").token] * 4)
    )
    call = {"to": LENS_AT, "data": "0x" + ask, "gas": hex(230_000)}
    lent = {LENS_AT: {"code": artifacts.ours("Lens").runtime}}
    (fault,) = zoo.rpc.batch([("eth_call", (call, "latest", lent))])
    assert isinstance(fault, RpcFault)
    assert fault.data == "0x" + selectors.PAGE_TOO_LARGE


def test_pairs_are_identified_and_strangers_are_not(zoo: Chain) -> None:
    market = zoo.deployment.market("PlainToken")
    lens = Lens(control.head(zoo.rpc))
    real, token, nobody = asked(zoo.rpc, lens.pairs(), [market.pair, market.token, NOBODY])
    ends = (real.identity.token0, real.identity.token1)
    assert ends == tuple(sorted((market.token, zoo.deployment.weth)))
    assert real.identity.factory == zoo.deployment.factory
    assert real.code_hash == zoo.deployment.pair_code_hash
    assert token.identity.factory is None
    assert nobody.code_hash is None


def test_the_wallets_native_coin_and_tokens_are_read_together(zoo: Chain) -> None:
    market, holder = zoo.deployment.market("NoReturn"), control.accounts(zoo.rpc)[1]
    lens = Lens(control.head(zoo.rpc))
    method, params = lens.holdings(holder).ask([market.token, NOBODY])
    packed = abi.sole_blob(abi.unhexed(zoo.rpc.call(method, *params)))
    native = control.number(zoo.rpc.call("eth_getBalance", holder, "latest"))
    words = [int.from_bytes(packed[i : i + 32], "big") for i in range(0, len(packed), 32)]
    balance = control.balance_of(zoo.rpc, market.token, holder)
    assert words == [native, 1, balance, 0, 0]


def test_allowances_are_read_and_unknown_where_there_is_no_token(zoo: Chain) -> None:
    market, holder = zoo.deployment.market("PlainToken"), control.accounts(zoo.rpc)[1]
    question = Lens(control.head(zoo.rpc)).allowances(holder, zoo.deployment.router)
    assert asked(zoo.rpc, question, [market.token, NOBODY]) == [0, None]


def test_the_codes_hash_is_the_one_the_chain_computes(zoo: Chain) -> None:
    lens = Lens(control.head(zoo.rpc))
    (row,) = asked(zoo.rpc, lens.pairs(), [zoo.deployment.router])
    assert row.code_hash == Hash32(zoo.deployment.router_code_hash)
