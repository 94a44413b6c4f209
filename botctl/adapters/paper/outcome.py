"""What a transaction would do if it were mined now, and what it costs; reverts cost gas as well."""

from dataclasses import dataclass
from typing import Final, TypeAlias

from botctl.adapters.evm.revert import MEANINGS
from botctl.adapters.paper.book import Allowance, Entry
from botctl.core.orders import UnsignedTx
from botctl.core.units import Address

Transfer: TypeAlias = tuple[Address, Address, Address, int]

# https://ethereum.github.io/yellowpaper (appendix G) and EIP-2028
BASE_GAS: Final = 21_000
ZERO_BYTE_GAS: Final = 4
BYTE_GAS: Final = 16
# Measured on the chain (tests/paper/test_paper_twin.py keeps measuring). The probe calls the router
# from a contract, and sells into storage that its own buy has warmed; a transaction of ours does
# neither. What the router's passing balance of wrapped coins gives back comes at the very end, so it
# lowers the bill but not the limit (EIP-3529: at most a fifth of the bill).
APPROVE_GAS: Final = 24_600
BUY_MORE_GAS: Final = 5_000
BUY_REFUND_GAS: Final = 24_500
SELL_MORE_GAS: Final = 60_000
REFUND_DIVISOR: Final = 5

EXPIRED: Final = "UniswapV2Router: EXPIRED"
TOO_LITTLE: Final = "UniswapV2Router: INSUFFICIENT_OUTPUT_AMOUNT"
NOTHING_IN: Final = "UniswapV2: INSUFFICIENT_INPUT_AMOUNT"
NOT_TAKEN: Final = "TransferHelper: TRANSFER_FROM_FAILED"
NO_POOL: Final = "UniswapV2Library: INSUFFICIENT_LIQUIDITY"
OUT_OF_GAS: Final = "out of gas"


@dataclass(frozen=True, slots=True)
class Outcome:
    """`gas` is at work until the end, without the transaction's own, and `refund` then comes off;
    `entries` are without what gas costs.
    """

    ok: bool
    gas: int
    refund: int = 0
    reason: str = ""
    entries: tuple[Entry, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    allowances: tuple[Allowance, ...] = ()


def reverted(reason: str, gas: int = 0) -> Outcome:
    """Nothing moved. `reason` is the contract's text, told as for a real transaction."""
    meaning = MEANINGS.get(reason)
    return Outcome(ok=False, gas=gas, reason=f"{reason} ({meaning})" if meaning else reason)


def intrinsic_gas(data: bytes) -> int:
    zeros = data.count(0)
    return BASE_GAS + zeros * ZERO_BYTE_GAS + (len(data) - zeros) * BYTE_GAS


def within_gas(tx: UnsignedTx, outcome: Outcome) -> tuple[Outcome, int]:
    """The outcome under the transaction's gas limit, and the gas it is billed for."""
    used = intrinsic_gas(tx.data) + outcome.gas
    if used > tx.gas_limit:
        return reverted(OUT_OF_GAS), tx.gas_limit
    return outcome, used - min(outcome.refund, used // REFUND_DIVISOR)
