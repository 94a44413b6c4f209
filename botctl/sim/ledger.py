"""What a block leaves behind: the wallet and the pools, and how one transaction changes them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from botctl.core.amm import amount_out
from botctl.core.orders import UnsignedTx
from botctl.core.units import Address
from botctl.sim.rules import (
    MARKETS,
    NATIVE,
    RESERVE_NATIVE,
    RESERVE_TOKEN,
    ROUTER,
    START_BALANCE_WEI,
    TOKENS,
    WALLET,
)
from botctl.sim.wire import APPROVE, BUY, SELL, Call, call_of

Transfer = tuple[Address, Address, Address, int]
PAIR_OF: Final = {market.token: market.pair for market in MARKETS}
BUY_GAS: Final = 130_000
SELL_GAS: Final = 110_000
APPROVE_GAS: Final = 46_000
PLAIN_GAS: Final = 21_000
REVERT_GAS: Final = 40_000


@dataclass(frozen=True, slots=True)
class Reserves:
    """Token units and wei."""

    token: int
    native: int


@dataclass(frozen=True, slots=True)
class State:
    """After one block; maps are by token and never changed in place. Allowances are the router's."""

    nonce: int
    balance_wei: int
    tokens: Mapping[Address, int]
    allowances: Mapping[Address, int]
    pools: Mapping[Address, Reserves]


GENESIS: Final = State(
    nonce=0,
    balance_wei=START_BALANCE_WEI,
    tokens=dict.fromkeys(TOKENS, 0),
    allowances=dict.fromkeys(TOKENS, 0),
    pools=dict.fromkeys(TOKENS, Reserves(RESERVE_TOKEN, RESERVE_NATIVE)),
)


@dataclass(frozen=True, slots=True)
class Effect:
    """`state` is before gas; `reason` is why it reverted, "" when it did not."""

    state: State
    gas_used: int
    transfers: tuple[Transfer, ...] = ()
    reason: str = ""


def affordable(state: State, tx: UnsignedTx) -> bool:
    return tx.value_wei + tx.gas_limit * tx.fee_max_wei <= state.balance_wei


def applied(state: State, tx: UnsignedTx, time_s: int, gas_price_wei: int) -> Effect:
    """The effect of a transaction that a block holds: gas is paid and its nonce used in any case."""
    effect = _done(state, tx, call_of(tx.data), time_s)
    paid = replace(
        effect.state,
        nonce=state.nonce + 1,
        balance_wei=effect.state.balance_wei - effect.gas_used * gas_price_wei,
    )
    return replace(effect, state=paid)


def _done(state: State, tx: UnsignedTx, call: Call, time_s: int) -> Effect:
    if call.verb == BUY and tx.to == ROUTER:
        return _bought(state, tx, call, time_s)
    if call.verb == SELL and tx.to == ROUTER:
        return _sold(state, call, time_s)
    if call.verb == APPROVE and tx.to in state.allowances:
        allowances = {**state.allowances, tx.to: call.amount}
        return Effect(replace(state, allowances=allowances), APPROVE_GAS)
    lost_wei = 0 if tx.to == WALLET else tx.value_wei
    return Effect(replace(state, balance_wei=state.balance_wei - lost_wei), PLAIN_GAS)


def _bought(state: State, tx: UnsignedTx, call: Call, time_s: int) -> Effect:
    token, pool = call.token, state.pools[call.token]
    out = amount_out(tx.value_wei, pool.native, pool.token)
    if time_s > call.deadline_s or out < call.min_out:
        return _reverted(state, time_s, call)
    after = replace(
        state,
        balance_wei=state.balance_wei - tx.value_wei,
        tokens={**state.tokens, token: state.tokens[token] + out},
        pools={**state.pools, token: Reserves(pool.token - out, pool.native + tx.value_wei)},
    )
    paid = (NATIVE, ROUTER, PAIR_OF[token], tx.value_wei)
    return Effect(after, BUY_GAS, (paid, (token, PAIR_OF[token], WALLET, out)))


def _sold(state: State, call: Call, time_s: int) -> Effect:
    token, amount, pool = call.token, call.amount, state.pools[call.token]
    out = amount_out(amount, pool.token, pool.native)
    short = amount > min(state.tokens[token], state.allowances[token])
    if short or time_s > call.deadline_s or out < call.min_out:
        return _reverted(state, time_s, call)
    after = replace(
        state,
        balance_wei=state.balance_wei + out,
        tokens={**state.tokens, token: state.tokens[token] - amount},
        allowances={**state.allowances, token: state.allowances[token] - amount},
        pools={**state.pools, token: Reserves(pool.token + amount, pool.native - out)},
    )
    paid = (NATIVE, PAIR_OF[token], ROUTER, out)
    return Effect(after, SELL_GAS, ((token, WALLET, PAIR_OF[token], amount), paid))


def _reverted(state: State, time_s: int, call: Call) -> Effect:
    late = time_s > call.deadline_s
    return Effect(state, REVERT_GAS, reason="EXPIRED" if late else "INSUFFICIENT")
