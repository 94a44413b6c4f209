"""Which markets the embedded chain has, as plain values: the demo's two dozen, or any number."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from botctl.core.units import BPS_ONE, Wei

ETHER: Final = 10**18
MINUTE_S: Final = 60
HOUR_S: Final = 60 * MINUTE_S
DAY_S: Final = 24 * HOUR_S
UINT256_HALF: Final = 2**255
POOL_SHARE_BPS: Final = 7_000  # of the supply; the rest goes to the crowd, which sells it later
POOL_TOKENS_MAX: Final = 10**30  # a pair counts in uint112


class Behaviour(StrEnum):
    """How the crowd moves a market's price; the curves are in `curves`."""

    QUIET = "quiet"
    CHOP = "chop"
    DRIFT = "drift"
    PUMP = "pump"
    DUMP = "dump"
    PUMP_DUMP = "pump_dump"
    RUG = "rug"  # drifts up until its liquidity is pulled
    BAIT = "bait"  # bought and never sold: what a trap looks like from outside
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class MarketPlan:
    """One market: a token of ours against WETH."""

    name: str
    symbol: str
    decimals: int
    contract: str  # one of contracts/*.sol
    supply: int  # in the token's smallest unit
    quote_liquidity_wei: Wei
    age_s: int  # when the deployment ends
    lp_burned_bps: int
    renounced: bool
    behaviour: Behaviour

    @property
    def token_liquidity(self) -> int:
        return min(self.supply * POOL_SHARE_BPS // BPS_ONE, POOL_TOKENS_MAX)


USDC: Final = MarketPlan(
    name="Demo USD Coin",
    symbol="USDC",
    decimals=6,
    contract="PlainToken",
    supply=10_000_000 * 10**6,  # 7 of 10 million against 2,000 WETH: 3,500 a WETH
    quote_liquidity_wei=Wei(2_000 * ETHER),
    age_s=400 * DAY_S,
    lp_burned_bps=10_000,
    renounced=False,
    behaviour=Behaviour.QUIET,
)


def _healthy(  # noqa: PLR0913  (the columns of a table)
    symbol: str,
    ether: int,
    age_s: int,
    behaviour: Behaviour,
    *,
    decimals: int = 18,
    lp_burned_bps: int = 10_000,
    renounced: bool = True,
    contract: str = "PlainToken",
) -> MarketPlan:
    return MarketPlan(
        name=f"Demo {symbol.capitalize()}",
        symbol=symbol,
        decimals=decimals,
        contract=contract,
        supply=1_000_000_000 * 10**decimals,
        quote_liquidity_wei=Wei(ether * ETHER),
        age_s=age_s,
        lp_burned_bps=lp_burned_bps,
        renounced=renounced,
        behaviour=behaviour,
    )


def _trap(symbol: str, ether: int, age_s: int, contract: str) -> MarketPlan:
    return _healthy(symbol, ether, age_s, Behaviour.BAIT, contract=contract)


_B: Final = Behaviour
_HEALTHY: Final = (
    _healthy("AURA", 120, 30 * DAY_S, _B.PUMP),
    _healthy("BOLT", 60, 21 * DAY_S, _B.DUMP),
    _healthy("CEDAR", 200, 90 * DAY_S, _B.CHOP),
    _healthy("DUNE", 40, 9 * DAY_S, _B.DRIFT, lp_burned_bps=9_800),
    _healthy("EMBER", 25, 6 * DAY_S, _B.PUMP_DUMP, decimals=6),
    _healthy("FLINT", 80, 45 * DAY_S, _B.QUIET, decimals=6),
    _healthy("GROVE", 15, 4 * DAY_S, _B.PUMP, lp_burned_bps=9_500),
    _healthy("HALO", 400, 120 * DAY_S, _B.DRIFT, renounced=False),
    _healthy("IRIS", 30, 12 * DAY_S, _B.PUMP_DUMP),
    _healthy("JADE", 5, 3 * DAY_S, _B.DUMP, decimals=6),
)
_FEE: Final = _healthy("TOLL", 50, 15 * DAY_S, _B.CHOP, contract="FeeToken")
_TRAPS: Final = (
    _trap("LURE", 45, 5 * DAY_S, "HoneypotRevert"),
    _trap("MUTE", 35, 7 * DAY_S, "HoneypotSilent"),
    _trap("TITHE", 55, 8 * DAY_S, "SellTaxTrap"),
    _trap("SNARE", 28, 2 * DAY_S, "BlacklistTrap"),
    _trap("DRIP", 70, 10 * DAY_S, "TinyMaxSell"),
)
_YOUNG: Final = _healthy("SPROUT", 20, 10 * MINUTE_S, _B.PUMP)
_THIN: Final = MarketPlan(
    "Demo Wisp",
    "WISP",
    18,
    "PlainToken",
    10**27,
    Wei(ETHER // 5),
    40 * DAY_S,
    10_000,
    True,
    _B.SILENT,
)
_ODD: Final = (
    _healthy("BLANK", 20, 16 * DAY_S, _B.CHOP, contract="NoDecimals"),
    _healthy("STONE", 65, 200 * DAY_S, _B.QUIET, contract="Bytes32Symbol"),
    _healthy("NOMEN", 18, 14 * DAY_S, _B.CHOP, contract="RevertingName"),
    MarketPlan(
        "Demo Abyss",
        "ABYSS",
        18,
        "AbsurdSupply",
        UINT256_HALF,
        Wei(22 * ETHER),
        11 * DAY_S,
        10_000,
        True,
        _B.QUIET,
    ),
)
_RUG: Final = _healthy("MIRAGE", 90, 5 * DAY_S, _B.RUG, lp_burned_bps=0)

DEMO_PLAN: Final = (USDC, *_HEALTHY, _FEE, *_TRAPS, _YOUNG, _THIN, *_ODD, _RUG)


TRAP_KINDS: Final = (
    "HoneypotRevert",
    "HoneypotSilent",
    "SellTaxTrap",
    "BlacklistTrap",
    "TinyMaxSell",
)


def trap_plan(count: int) -> tuple[MarketPlan, ...]:
    """`count` traps of all kinds, launched just now."""
    kinds = [TRAP_KINDS[i % len(TRAP_KINDS)] for i in range(count)]
    return tuple(_trap(f"TRAP{i:02d}", 30 + i, 0, kind) for i, kind in enumerate(kinds))


def bench_plan(count: int) -> tuple[MarketPlan, ...]:
    """`count` healthy markets, the reference pair among them; all of one age, so few blocks."""
    kinds = (Behaviour.QUIET, Behaviour.CHOP, Behaviour.DRIFT)
    return (
        USDC,
        *(
            _healthy(f"B{i:04d}", 10 + i % 90, 30 * DAY_S, kinds[i % 3], decimals=(18, 6)[i % 2])
            for i in range(1, count)
        ),
    )


def oldest_s(plan: tuple[MarketPlan, ...]) -> int:
    return max(market.age_s for market in plan)
