"""One market of every demo token contract: what the contracts' own tests run against."""

from typing import Final

from botctl.adapters.devnet.plan import DAY_S, ETHER, USDC, Behaviour, MarketPlan
from botctl.core.units import Wei

HONEST: Final = (
    "PlainToken",
    "NoDecimals",
    "Bytes32Symbol",
    "RevertingName",
    "AbsurdSupply",
    "NoReturn",
    "Destructible",
)
TRAPS: Final = ("HoneypotRevert", "HoneypotSilent", "BlacklistTrap", "TinyMaxSell")
TAXED: Final = ("FeeToken", "SellTaxTrap")
BOMBS: Final = ("GasBomb", "RevertBomb")
EVERY: Final = (*HONEST, *TRAPS, *TAXED, *BOMBS)


def exhibit(contract: str, symbol: str | None = None) -> MarketPlan:
    return MarketPlan(
        name=f"The {contract}",
        symbol=symbol or contract,
        decimals=9,
        contract=contract,
        supply=10**18,
        quote_liquidity_wei=Wei(50 * ETHER),
        age_s=DAY_S,
        lp_burned_bps=9_000,
        renounced=False,
        behaviour=Behaviour.SILENT,
    )


ZOO_PLAN: Final = (USDC, *(exhibit(contract) for contract in EVERY))
