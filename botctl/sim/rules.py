"""The fixed part of every simulated world: venue, markets, policy, and how patiently things are sent."""

from typing import Final

from botctl.core.breakers import BreakerPlan
from botctl.core.circuits import CircuitPlan
from botctl.core.facts import Market, Mode, Source
from botctl.core.grading import GradeRules
from botctl.core.health.plan import HealthPlan
from botctl.core.permission import Tier
from botctl.core.plans import ScanPlan, SendPlan
from botctl.core.policy import Band, Exits, Freshness, Policy, Risk, Signals, Venue
from botctl.core.terms import Calm, Cap, Caps, LiveProbe, RegimeLimits, Sizing
from botctl.core.units import BPS_ONE, Address, Hash32
from botctl.core.watch_plan import WatchPlan
from botctl.ports.runtime import Identity

ETHER: Final = 10**18
GWEI: Final = 10**9
CHAIN_ID: Final = 1
BLOCK_S: Final = 12
START_BLOCK: Final = 1_000
BASE_FEE_WEI: Final = 10 * GWEI
PRIORITY_FEE_WEI: Final = GWEI
BOT: Final = "main"
START_BALANCE_WEI: Final = 100 * ETHER
RESERVE_TOKEN: Final = 1_000_000 * ETHER
RESERVE_NATIVE: Final = 1_000 * ETHER
TRADE_WEI: Final = ETHER // 10
CONFIRMATIONS: Final = 3


def _address(number: int) -> Address:
    return Address(f"0x{number:040x}")


NATIVE, FACTORY, ROUTER, WALLET, ELSEWHERE = map(_address, range(1, 6))
CODE: Final = Hash32(f"0x{7:064x}")
MARKETS: Final = tuple(
    Market(
        pair=_address(0xA0 + number),
        token=_address(0xB0 + number),
        quote=NATIVE,
        source=Source.FACTORY,
        symbol=f"SIM{number}",
        name=f"Simulated {number}",
        decimals=18,
        quote_symbol="WETH",
        quote_decimals=18,
        created_block=1,
        created_s=1,
    )
    for number in range(3)
)
TOKENS: Final = tuple(market.token for market in MARKETS)

# Wide enough that what stops an order here is its sending, never the merit of the trade.
_RISK: Final = Risk(
    trade_wei=TRADE_WEI,
    trade_min_wei=1,
    token_exposure_max_wei=50 * ETHER,
    exposure_max_wei=90 * ETHER,
    positions_max=50,
    daily_loss_max_wei=50 * ETHER,
    balance_buffer_wei=ETHER,
    fee_max_wei=1_000 * GWEI,
    gas_max=1_000_000,
    gas_margin_bps=2_500,
    gas_share_max_bps=10_000,
    buy_tax_max_bps=300,
    sell_tax_max_bps=300,
    round_trip_loss_max_bps=800,
)
# No flow that runs here asks for a signal or an exit rule: decisions come from the scenario.
_SIGNALS: Final = Signals(
    liquidity_usd_min=0,
    age_min_s=0,
    swaps_min=0,
    traders_min=0,
    sells_min=0,
    buy_share_min_bps=0,
    buy_share_max_bps=10_000,
    lp_locked_min_bps=0,
    tax_total_max_bps=10_000,
    fdv_usd_min=0,
    fdv_usd_max=1,
    fdv_liquidity_max=1,
    skew_max_bps=10_000,
    passes_min=0,
    score_min=0,
)
_EXITS: Final = Exits(
    take_profit_bps=2_500,
    stop_loss_bps=1_500,
    trailing_start_bps=1_000,
    trailing_drop_bps=800,
    hold_max_s=21_600,
    slippage_bps=200,
    emergency_slippage_bps=1_500,
    emergency_liquidity_drop_bps=4_000,
    emergency_sell_tax_bps=1_000,
    emergency_tax_rise_bps=10_000,
    emergency_unlock_bps=10_000,
    emergency_mint_bps=10_000,
)
POLICY: Final = Policy(
    strategy_version="1",
    select_best=5,
    deadline_s=180,
    time_bucket_s=BLOCK_S,
    venue=Venue(
        chain_id=CHAIN_ID,
        route="uniswap_v2",
        factory=FACTORY,
        router=ROUTER,
        native=NATIVE,
        factory_code_hash=CODE,
        router_code_hash=CODE,
        pair_code_hash=CODE,
    ),
    freshness=Freshness(head_age_max_ms=60_000, quote_age_max_ms=30_000, ahead_max_ms=15_000),
    risk=_RISK,
    bands=(Band(0, 150, 1_000, 1_000),),
    signals=_SIGNALS,
    exits=_EXITS,
    caps=Caps(*((Cap(0, BPS_ONE, BPS_ONE),),) * 3),
    sizing=Sizing(
        canary=False,
        canary_steps_bps=(BPS_ONE,),
        canary_trades=1,
        expectancy=False,
        trades_min=1,
        share_min_bps=BPS_ONE,
    ),
    regime=RegimeLimits(
        window_s=3_600,
        trades_min=1,
        dwell_s=0,
        rug_bps=BPS_ONE,
        slippage_bps=BPS_ONE,
        revert_bps=BPS_ONE,
        liquidity_usd=0,
        win_bps=0,
        hot_launches=1_000,
        hot_hold_s=0,
    ),
    regimes=(),
    calm=Calm(flicker_bps=BPS_ONE, flicker_pause_s=0, sandwiches_max=1_000, sandwich_gas=10**9),
    live_probe=LiveProbe(on=False, trade_wei=1, day_max_wei=1, valid_s=1),
    tiers=False,
)
SCAN_PLAN: Final = ScanPlan(
    watchlist=(),
    lockers=(),
    quotes=(NATIVE,),
    references={},
    dollars=(NATIVE,),  # a price without a reference market: one dollar
    start_block=None,
    backfill_blocks_max=100,
    window_short_blocks=10,
    window_long_blocks=100,
    reorg_blocks_max=64,
    markets_max=100,
    tiers_max=0,
    tiers_age_max_ms=0,
    quote_age_max_ms=30_000,
)
SEND_PLAN: Final = SendPlan(
    confirmations=CONFIRMATIONS,
    resend_after_ms=12_000,
    approve_gas=120_000,
    bump_after_ms=36_000,
    bump_bps=1_250,
    bumps_max=3,
    cancels_max=8,
    bump_fee_max_wei=60 * GWEI,
    cancel_fee_max_wei=400 * GWEI,
    lease_ms=30_000,
    noops_max=16,
    private_blocks=0,
    gate=False,  # the world's tokens have no code
    gate_unproven=False,
    exit_tries_max=3,
)
GRADE: Final = GradeRules(again_ms=3_600_000, rug_drop_bps=9_000, ran_bps=10_000, sample_min=30)
IDENTITY: Final = Identity(
    bot=BOT,
    mode=Mode.DEVNET,
    wallet=WALLET,
    signer_hint=WALLET,
    build_sha="sim",
    config_hash="sim",
    seed=None,
    interval_ms=BLOCK_S * 1_000,
)
# Only what an order can do wrong stops one here: nothing else is modelled.
_NEVER: Final = BreakerPlan(threshold=1_000_000, cooldown_ms=60_000)
_HEALTH: Final = HealthPlan(
    lag_max_ms=5_000,
    lag_for_ms=180_000,
    cycle_share_max_bps=10_000,
    throughput_min_bps=0,
    undecided_max=1_000,
    reason_share_max_bps=10_000,
    pending_max=1_000,
    pending_crowd_ms=120_000,
    pending_max_ms=600_000,
    confirm_max_ms=3_600_000,
    slippage_max_bps=10_000,
    error_share_max_bps=10_000,
    provider_slow_ms=60_000,
    head_age_max_ms=60_000,
    errors_max=1_000,
    errors_for_ms=300_000,
    memory_max_bps=10_000,
    memory_for_ms=300_000,
    disk_low_mb=0,
    disk_min_mb=0,
    write_max_ms=60_000,
    loss_halts=False,
    watch_ms=30_000,
)
WATCH_PLAN: Final = WatchPlan(
    tier=Tier.TRADE,
    interval_ms=BLOCK_S * 1_000,
    daily_loss_max_wei=_RISK.daily_loss_max_wei,
    health=_HEALTH,
    circuits=CircuitPlan(
        node=_NEVER,
        provider=_NEVER,
        checks=_NEVER,
        errors=_NEVER,
        reverts=_NEVER,
        confirmation=_NEVER,
        slippage=_NEVER,
        window=20,
        errors_for_ms=300_000,
        error_share_max_bps=10_000,
        confirm_max_ms=3_600_000,
        slippage_max_bps=10_000,
        stale_pause_ms=1,
        stale_reduces=True,
        slippage_pause_after=1_000_000,
        slippage_pause_ms=1,
    ),
)
