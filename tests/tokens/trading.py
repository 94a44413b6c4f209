"""Buys, springs and sells by real transactions, and counts what came back; nothing here probes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from botctl.adapters.devnet import calldata, control
from botctl.adapters.devnet.plan import ETHER
from botctl.adapters.evm import abi
from botctl.core.units import BPS_ONE, UINT256_MAX, Address, ratio_bps_ceil
from tests.tokens.market import Market, Stall, call_step, tokens_of
from tests.tokens.rows import FOR_EVER, Arm, Party
from tests.tokens.sending import Step, send, send_all, wait

STAKE_WEI: Final = ETHER // 10
CROWD_WEI: Final = 5 * ETHER
PURSES: Final = 0xCA5E << 64  # where each sell's proceeds go: an empty address of its own
PARTS: Final = (1, 2, 10, 100)  # of what is held, until one can be sold
OTHER_BASE_FEE_WEI: Final = control.BASE_FEE_WEI + 1
NO_PRODUCER: Final = "0x" + "00" * 20
ANOTHER_PRODUCER: Final = "0x" + "b1" * 20

_BUY: Final = (
    "swapExactETHForTokensSupportingFeeOnTransferTokens(uint256,address[],address,uint256)"
)
_SELL: Final = (
    "swapExactTokensForETHSupportingFeeOnTransferTokens(uint256,uint256,address[],address,uint256)"
)


@dataclass(frozen=True, slots=True)
class Trip:
    """One token, bought once and sold as far as it can be."""

    spent_wei: int
    back_wei: int

    @property
    def loss_bps(self) -> int:
        """Of what was spent, rounded up; below zero where the price rose."""
        lost = self.spent_wei - self.back_wei
        return (
            ratio_bps_ceil(lost, self.spent_wei) if lost > 0 else lost * BPS_ONE // self.spent_wei
        )


def trips(market: Market, arms: Mapping[str, Arm]) -> dict[str, Trip]:
    """A trip a stall, by name; the chain is as before afterwards.

    All buy in one block and are sprung in the next; those who wait alike wait together.
    """
    stalls = [market.stalls[name] for name in arms]
    before = control.snapshot(market.rpc)
    buy(market, stalls)
    _spring(market, [(stall, arms[stall.row.name]) for stall in stalls])
    found: dict[str, Trip] = {}
    for wanted, group in _waiting_alike(stalls, arms):
        sprung = control.snapshot(market.rpc)
        _endure(market, group, wanted)
        fee_wei = OTHER_BASE_FEE_WEI if wanted.other_base_fee else control.BASE_FEE_WEI
        found |= sell(market, group, base_fee_wei=fee_wei)
        control.revert(market.rpc, sprung)
    control.revert(market.rpc, before)
    market.rpc.call("anvil_setCoinbase", NO_PRODUCER)
    return found


def buy(market: Market, stalls: Sequence[Stall]) -> None:
    """We buy of each for STAKE_WEI, in one block."""
    send_all(market.rpc, market.buyer, [_buy(market, s, market.buyer, STAKE_WEI) for s in stalls])


def arm(market: Market, stall: Stall) -> None:
    """Does to one token, bought before, all that its row says arms it.

    The node keeps another producer, where the row wants one, until it is told again.
    """
    _spring(market, [(stall, stall.row.arm)])
    _endure(market, [stall], stall.row.arm)


def sell(
    market: Market, stalls: Sequence[Stall], *, base_fee_wei: int = control.BASE_FEE_WEI
) -> dict[str, Trip]:
    """We approve, then sell all that we hold; where that fails, ever smaller parts of it."""
    send(market.rpc, market.buyer, [_approve(market, stall) for stall in stalls])
    remaining = list(stalls)
    for divisor in PARTS:
        outcomes = _sell_part(market, remaining, divisor, base_fee_wei)
        remaining = [s for s, sold in zip(remaining, outcomes, strict=True) if not sold]
    return {
        stall.row.name: Trip(STAKE_WEI, wei)
        for stall, wei in zip(stalls, _proceeds(market, stalls), strict=True)
    }


def _waiting_alike(
    stalls: Sequence[Stall], arms: Mapping[str, Arm]
) -> Iterable[tuple[Arm, list[Stall]]]:
    def last(stall: Stall) -> tuple[int, int, int, bool, bool]:
        wanted = arms[stall.row.name]
        return (
            wanted.blocks,
            wanted.seconds,
            wanted.own_sells,
            wanted.other_producer,
            wanted.other_base_fee,
        )

    for key, group in groupby(sorted(stalls, key=last), key=last):
        blocks, seconds, own_sells, producer, base_fee = key
        wanted = Arm(
            blocks=blocks,
            seconds=seconds,
            own_sells=own_sells,
            other_producer=producer,
            other_base_fee=base_fee,
        )
        yield wanted, list(group)


def _spring(market: Market, armed: Sequence[tuple[Stall, Arm]]) -> None:
    """What others do: the launcher's calls and other people's, then the crowd's trades."""
    wanted_calls = [(stall, call) for stall, wanted in armed for call in wanted.calls]
    for who in dict.fromkeys(call.by for _, call in wanted_calls):
        calls = [call_step(market, s, call) for s, call in wanted_calls if call.by is who]
        send_all(market.rpc, market.keeper if who is Party.KEEPER else market.owner, calls)
    crowded = [(stall, wanted) for stall, wanted in armed if wanted.crowd_buys]
    if crowded:
        _crowd(market, crowded)


def _crowd(market: Market, crowded: Sequence[tuple[Stall, Arm]]) -> None:
    who = market.crowd
    buys = [
        _buy(market, stall, who, CROWD_WEI)
        for stall, wanted in crowded
        for _ in range(wanted.crowd_buys)
    ]
    send_all(market.rpc, who, buys)
    held = tokens_of(market, [stall for stall, _ in crowded], who)
    sells = [
        step
        for (stall, wanted), tokens in zip(crowded, held, strict=True)
        if wanted.crowd_sells
        for step in (
            _approve(market, stall),
            *[_sell(market, stall, tokens // 100, who)] * wanted.crowd_sells,
        )
    ]
    if sells:
        send_all(market.rpc, who, sells)


def _endure(market: Market, stalls: Sequence[Stall], wanted: Arm) -> None:
    """What time and we do: the wait, our own first sells, and who makes the block of the last."""
    wait(market.rpc, blocks=wanted.blocks, seconds=wanted.seconds)
    if wanted.own_sells:
        send(market.rpc, market.buyer, [_approve(market, stall) for stall in stalls])
    for _ in range(wanted.own_sells):
        _sell_part(market, stalls, 10)
    producer = ANOTHER_PRODUCER if wanted.other_producer else NO_PRODUCER
    market.rpc.call("anvil_setCoinbase", producer)


def _sell_part(
    market: Market,
    stalls: Sequence[Stall],
    divisor: int,
    base_fee_wei: int = control.BASE_FEE_WEI,
) -> list[bool]:
    held = tokens_of(market, stalls, market.buyer)
    steps = [
        _sell(market, stall, tokens // divisor, _purse(stall))
        for stall, tokens in zip(stalls, held, strict=True)
    ]
    return send(market.rpc, market.buyer, steps, base_fee_wei=base_fee_wei) if steps else []


def _proceeds(market: Market, stalls: Sequence[Stall]) -> list[int]:
    asks = [("eth_getBalance", (_purse(stall), "latest")) for stall in stalls]
    return [control.number(answer) for answer in control.all_of(market.rpc, asks)]


def _purse(stall: Stall) -> Address:
    return Address(f"0x{PURSES + int(stall.token[-16:], 16):040x}")


def _approve(market: Market, stall: Stall) -> Step:
    parts = abi.address(market.core.router), abi.uint(UINT256_MAX)
    return Step(stall.token, calldata.call("approve(address,uint256)", *parts))


def _buy(market: Market, stall: Stall, who: Address, wei: int) -> Step:
    path = calldata.addresses([market.core.weth, stall.token])
    data = calldata.call(_BUY, abi.uint(0), path, abi.address(who), abi.uint(FOR_EVER))
    return Step(market.core.router, data, wei)


def _sell(market: Market, stall: Stall, tokens: int, to: Address) -> Step:
    path = calldata.addresses([stall.token, market.core.weth])
    amounts = abi.uint(tokens) + abi.uint(0)
    data = calldata.call(_SELL, amounts, path, abi.address(to), abi.uint(FOR_EVER))
    return Step(market.core.router, data)
