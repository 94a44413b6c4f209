"""Lists tokens of the corpus on a real chain with real Uniswap V2, one market each against WETH."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from botctl.adapters.devnet import calldata, control
from botctl.adapters.devnet.anvil import Anvil, AnvilOptions
from botctl.adapters.devnet.core_contracts import Core, deploy_core
from botctl.adapters.devnet.plan import ETHER, POOL_TOKENS_MAX
from botctl.adapters.evm import abi, selectors
from botctl.adapters.evm.prober import PROBER_AT
from botctl.adapters.evm.rpc import Rpc
from botctl.core.units import BPS_ONE, DEAD_ADDRESS, Address
from tests.tokens import compiled
from tests.tokens.rows import FOR_EVER, Amount, Argument, Call, Party, Token
from tests.tokens.sending import BLOCK_S, Step, send_all

GENESIS_S: Final = 1_750_000_000
POOL_WEI: Final = 50 * ETHER
POOL_SHARE_BPS: Final = 9_000  # of the supply; the launcher keeps the rest
BUYER_WEI: Final = 1_000 * ETHER  # what a person may have
LISTING_GAS: Final = 8_000_000
LAMP: Final = Address("0x" + "1a" * 20)
CREATOR, OWNER, BUYER, CROWD, KEEPER = range(5)  # among the node's accounts

_CHILDREN: Final = {Party.FIRST_CHILD: 1, Party.SECOND_CHILD: 2, Party.THIRD_CHILD: 3}
_LIST: Final = "addLiquidityETH(address,uint256,uint256,uint256,address,uint256)"


@dataclass(frozen=True, slots=True)
class Stall:
    """A token that can be bought."""

    row: Token
    token: Address
    pair: Address


@dataclass(frozen=True, slots=True)
class Market:
    """The chain, who acts on it, and the stalls by the names of their rows."""

    rpc: Rpc
    core: Core
    owner: Address  # launched every token
    buyer: Address  # us
    crowd: Address
    keeper: Address
    stalls: Mapping[str, Stall]

    def opened_at(self) -> dict[Address, int]:
        """The block of each pair's creation, from the factory's logs."""
        wanted = {
            "address": self.core.factory,
            "topics": [selectors.PAIR_CREATED],
            "fromBlock": "0x0",
            "toBlock": "latest",
        }
        logs = self.rpc.call("eth_getLogs", wanted)
        assert isinstance(logs, list)
        return {
            abi.Cursor(abi.unhexed(log["data"])[: abi.WORD]).address(): control.number(
                log["blockNumber"]
            )
            for log in logs
        }


@contextmanager
def opened(rows: Sequence[Token], *, hardfork: str | None = None) -> Iterator[Market]:
    """A fresh chain with these tokens listed; nobody has bought yet."""
    with Anvil(AnvilOptions(genesis_s=GENESIS_S, hardfork=hardfork)) as anvil:
        rpc = anvil.rpc()
        try:
            yield listed(rpc, rows)
        finally:
            rpc.close()


def listed(rpc: Rpc, rows: Sequence[Token]) -> Market:
    """Raises AssertionError where a token cannot be deployed or listed."""
    accounts = control.accounts(rpc)
    core = Core(accounts[CREATOR], control.nonce(rpc, accounts[CREATOR]))
    deploy_core(rpc, core, GENESIS_S + BLOCK_S)
    control.set_balance(rpc, accounts[BUYER], BUYER_WEI)
    stalls = _deployed(rpc, core, accounts, rows)
    market = Market(
        rpc=rpc,
        core=core,
        owner=accounts[OWNER],
        buyer=accounts[BUYER],
        crowd=accounts[CROWD],
        keeper=accounts[KEEPER],
        stalls={stall.row.name: stall for stall in stalls},
    )
    _fill(market)
    return market


def tokens_of(market: Market, stalls: Sequence[Stall], who: Address) -> list[int]:
    """How much of each token it holds; a token that cannot say holds nothing for anybody."""
    return [
        _word(answer)
        for answer in market.rpc.batch(
            [
                ("eth_call", ({"to": stall.token, "data": _balance_call(who)}, "latest"))
                for stall in stalls
            ]
        )
    ]


def call_step(market: Market, stall: Stall, call: Call) -> Step:
    """A row's call as a transaction, its places filled in."""
    parts = [_part(market, stall, argument) for argument in call.arguments]
    data = calldata.call(call.signature, *parts) if call.signature else _bare(parts)
    return Step(party(market, stall, call.to), data, call.value_wei)


def party(market: Market, stall: Stall, who: Party) -> Address:
    if who in _CHILDREN:
        return calldata.created_address(stall.token, _CHILDREN[who])
    return {
        Party.TOKEN: stall.token,
        Party.PAIR: stall.pair,
        Party.ROUTER: market.core.router,
        Party.WETH: market.core.weth,
        Party.OWNER: market.owner,
        Party.BUYER: market.buyer,
        Party.KEEPER: market.keeper,
        Party.PROBER: PROBER_AT,
        Party.LAMP: LAMP,
    }[who]


def _deployed(
    rpc: Rpc, core: Core, accounts: Sequence[Address], rows: Sequence[Token]
) -> list[Stall]:
    creations = compiled.creations()
    owner = accounts[OWNER]
    known = {
        Party.PROBER: PROBER_AT,
        Party.LAMP: LAMP,
        Party.BUYER: accounts[BUYER],
        Party.KEEPER: accounts[KEEPER],
    }
    first = control.nonce(rpc, owner)
    steps = [Step(None, creations[row.contract] + _constructor(core, row, known)) for row in rows]
    send_all(rpc, owner, steps, gas=LISTING_GAS)
    tokens = [calldata.created_address(owner, first + index) for index in range(len(rows))]
    pairs = control.all_of(
        rpc,
        [
            ("eth_call", ({"to": core.factory, "data": _pair_call(core, token)}, "latest"))
            for token in tokens
        ],
    )
    return [
        Stall(row, token, abi.Cursor(abi.unhexed(pair)).address())
        for row, token, pair in zip(rows, tokens, pairs, strict=True)
    ]


def _constructor(core: Core, row: Token, known: Mapping[Party, Address]) -> str:
    extra = [abi.uint(x) if isinstance(x, int) else abi.address(known[x]) for x in row.extra]
    return abi.arguments(abi.address(core.factory), abi.address(core.weth), *extra)


def _fill(market: Market) -> None:
    """Puts the pools in, and takes each launcher's last steps."""
    stalls = list(market.stalls.values())
    held = tokens_of(market, stalls, market.owner)
    send_all(
        market.rpc,
        market.owner,
        [
            step
            for stall, tokens in zip(stalls, held, strict=True)
            for step in _filling(market, stall, min(tokens, POOL_TOKENS_MAX))
        ],
    )


def _filling(market: Market, stall: Stall, tokens: int) -> list[Step]:
    router = market.core.router
    approve = calldata.call("approve(address,uint256)", abi.address(router), abi.uint(FOR_EVER))
    add = calldata.call(
        _LIST,
        abi.address(stall.token),
        abi.uint(tokens * POOL_SHARE_BPS // BPS_ONE),
        abi.uint(0),
        abi.uint(0),
        abi.address(DEAD_ADDRESS if stall.row.lp_burned else market.owner),
        abi.uint(FOR_EVER),
    )
    last = [call_step(market, stall, call) for call in stall.row.listing]
    return [Step(stall.token, approve), Step(router, add, POOL_WEI), *last]


def _part(market: Market, stall: Stall, argument: Argument) -> str | abi.Tail:
    match argument:
        case int():
            return abi.uint(argument)
        case bytes():
            return argument.hex().ljust(abi.WORD_DIGITS, "0")
        case Party():
            return abi.address(party(market, stall, argument))
        case Amount.OWNERS_LP:
            return abi.uint(control.balance_of(market.rpc, stall.pair, market.owner))
        case Amount.OWNERS_TOKENS:
            return abi.uint(control.balance_of(market.rpc, stall.token, market.owner))
        case tuple():
            return calldata.addresses([party(market, stall, each) for each in argument])


def _bare(parts: Sequence[str | abi.Tail]) -> str:
    return "0x" + abi.arguments(*parts)


def _pair_call(core: Core, token: Address) -> str:
    return calldata.call("getPair(address,address)", abi.address(token), abi.address(core.weth))


def _balance_call(who: Address) -> str:
    return calldata.call("balanceOf(address)", abi.address(who))


def _word(answer: object) -> int:
    return int(answer, 16) if isinstance(answer, str) and len(answer) > len("0x") else 0
