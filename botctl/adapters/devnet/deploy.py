"""Puts real Uniswap, a stable coin and the planned markets on the embedded chain, at real ages."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, NamedTuple

from botctl.adapters.devnet import artifacts, calldata, control
from botctl.adapters.devnet.control import Transaction
from botctl.adapters.devnet.core_contracts import Core, deploy_core
from botctl.adapters.devnet.plan import USDC, MarketPlan, oldest_s
from botctl.adapters.evm import abi
from botctl.adapters.evm.hashing import hash32
from botctl.adapters.evm.rpc import Rpc
from botctl.core.codes import Code
from botctl.core.errors import TransientError
from botctl.core.units import Address, Hash32

CREATOR: Final = 0  # the account that deploys, and keeps what LP is not burned
TRADERS: Final = slice(1, 13)  # the crowd; the accounts after it are free
LAUNCH_GAS: Final = 6_000_000
BLOCK_GAS: Final = 30_000_000
LAUNCH_BLOCK_GAS: Final = 100 * LAUNCH_GAS  # only while launching: many markets in few blocks
HEADROOM_S: Final = 60  # between the genesis and the oldest market
HOLDER_SHARES: Final = 3  # a holder gets at most a third of what is in the pool


@dataclass(frozen=True, slots=True)
class DemoMarket:
    plan: MarketPlan
    token: Address
    pair: Address


@dataclass(frozen=True, slots=True)
class Deployment:
    """Where everything is; hashes are of the code that runs there (EXTCODEHASH)."""

    chain_id: int
    factory: Address
    router: Address
    weth: Address
    launcher: Address  # of ours: it opens markets
    usdc: Address
    reference_pair: Address
    pair_code_hash: Hash32
    factory_code_hash: Hash32
    router_code_hash: Hash32
    deploy_block: int  # of the factory: no pair is older
    markets: tuple[DemoMarket, ...]  # in the order of the plan

    def market(self, symbol: str) -> DemoMarket:
        return next(market for market in self.markets if market.plan.symbol == symbol)


def genesis_s(plan: tuple[MarketPlan, ...], end_s: int) -> int:
    """The latest genesis that lets the plan's oldest market be as old as it wants at `end_s`."""
    return end_s - oldest_s(plan) - HEADROOM_S


class Launch(NamedTuple):
    """One market that the launcher opened."""

    token: Address
    pair: Address


def deploy(
    rpc: Rpc, plan: tuple[MarketPlan, ...], *, end_s: int, more_holders: tuple[int, ...] = ()
) -> Deployment:
    """Ends with a block at `end_s`. The plan must hold the reference pair, USDC.

    `more_holders`: accounts that share in the supply beside the crowd, once for each time named.
    """
    accounts = control.accounts(rpc)
    holders = (*accounts[TRADERS], *(accounts[index] for index in more_holders))
    core = Core(accounts[CREATOR], control.nonce(rpc, accounts[CREATOR]))
    deploy_block = deploy_core(rpc, core, genesis_s(plan, end_s) + HEADROOM_S // 2)
    rpc.call("evm_setBlockGasLimit", hex(LAUNCH_BLOCK_GAS))
    for at_s, group in _by_age(plan, end_s):
        _launch(rpc, core, group, holders)
        control.mine_at(rpc, at_s)
    rpc.call("evm_setBlockGasLimit", hex(BLOCK_GAS))
    control.mine_at(rpc, end_s)
    return _described(rpc, core, plan, deploy_block)


def launch_more(
    rpc: Rpc, core: Core, plan: Sequence[MarketPlan], deploy_block: int
) -> tuple[DemoMarket, ...]:
    """Markets of an age of nothing, in one block on top of what there is."""
    at_s = control.head(rpc).timestamp_s
    rpc.call("evm_setBlockGasLimit", hex(LAUNCH_BLOCK_GAS))
    _launch(rpc, core, plan, control.accounts(rpc)[TRADERS])
    control.mine_at(rpc, at_s + 1)
    rpc.call("evm_setBlockGasLimit", hex(BLOCK_GAS))
    launched = launches_since(rpc, core.launcher, deploy_block)[-len(plan) :]
    return tuple(DemoMarket(market, *at) for market, at in zip(plan, launched, strict=True))


def _by_age(plan: Sequence[MarketPlan], end_s: int) -> Iterator[tuple[int, tuple[MarketPlan, ...]]]:
    """The oldest first; blocks hold a bounded number of launches, a second apart."""
    for age_s, same in groupby(_oldest_first(plan), key=lambda market: market.age_s):
        group = tuple(same)
        size = LAUNCH_BLOCK_GAS // LAUNCH_GAS
        for index, start in enumerate(range(0, len(group), size)):
            yield end_s - age_s + index, group[start : start + size]


def _oldest_first(plan: Sequence[MarketPlan]) -> list[MarketPlan]:
    return sorted(plan, key=lambda market: -market.age_s)


def _launch(rpc: Rpc, core: Core, group: Sequence[MarketPlan], holders: Sequence[Address]) -> None:
    nonce = control.nonce(rpc, core.creator)
    control.all_of(
        rpc,
        [
            launching(market, core.creator, nonce + index, core.launcher, holders).request()
            for index, market in enumerate(group)
        ],
    )


def launching(
    market: MarketPlan,
    creator: Address,
    nonce: int,
    launcher: Address,
    holders: Sequence[Address],
) -> Transaction:
    """The transaction that opens a market, sent by `creator`, who keeps what LP is not burned."""
    return Transaction(
        creator,
        nonce,
        _launch_call(market, creator, holders),
        to=launcher,
        value_wei=market.quote_liquidity_wei,
        gas=LAUNCH_GAS,
    )


def _launch_call(market: MarketPlan, creator: Address, holders: Sequence[Address]) -> str:
    launch = abi.arguments(
        abi.blob(_creation(market)),
        abi.uint(market.token_liquidity),
        abi.uint(market.lp_burned_bps),
        abi.uint(int(market.renounced)),
        abi.address(creator),
        calldata.addresses(holders),
        abi.uint(market.token_liquidity // HOLDER_SHARES),
    )
    signature = "launch((bytes,uint256,uint256,bool,address,address[],uint256))"
    return calldata.call(signature, abi.Tail(launch))


def _creation(market: MarketPlan) -> bytes:
    """Every demo token takes the same four arguments, also where it ignores them."""
    arguments = abi.arguments(
        abi.blob(market.name.encode()),
        abi.blob(market.symbol.encode()),
        abi.uint(market.decimals),
        abi.uint(market.supply),
    )
    return bytes.fromhex(artifacts.ours(market.contract).creation[2:] + arguments)


def _described(rpc: Rpc, core: Core, plan: tuple[MarketPlan, ...], deploy_block: int) -> Deployment:
    launches = launches_since(rpc, core.launcher, deploy_block)
    if len(launches) != len(plan):
        say = f"{len(plan) - len(launches)} of {len(plan)} launches reverted"
        raise TransientError(Code.ERR_DEVNET_FAILED, say)
    launched = dict(zip(_oldest_first(plan), launches, strict=True))
    markets = tuple(
        DemoMarket(market, launched[market].token, launched[market].pair) for market in plan
    )
    reference = markets[plan.index(USDC)]
    return Deployment(
        chain_id=control.number(rpc.call("eth_chainId")),
        factory=core.factory,
        router=core.router,
        weth=core.weth,
        launcher=core.launcher,
        usdc=reference.token,
        reference_pair=reference.pair,
        pair_code_hash=hash32(control.code(rpc, reference.pair)),
        factory_code_hash=hash32(control.code(rpc, core.factory)),
        router_code_hash=hash32(control.code(rpc, core.router)),
        deploy_block=deploy_block,
        markets=markets,
    )


def launches_since(rpc: Rpc, launcher: Address, block: int) -> list[Launch]:
    """In the order they were sent: nonces keep it."""
    logs = rpc.call("eth_getLogs", {"address": launcher, "fromBlock": hex(block)})
    assert isinstance(logs, list)
    found: list[Launch] = []
    for log in logs:
        cursor = abi.Cursor(abi.unhexed(log["data"]))
        found.append(Launch(cursor.address(), cursor.address()))
    return found
