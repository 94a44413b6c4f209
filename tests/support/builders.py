"""Values of the core with sensible fields; a test names only what it is about.

The market they describe is a good one: it passes every signal and every invariant, and is bought.
"""

from dataclasses import fields, replace
from typing import TypeVar

from botctl.core.amm import amount_out
from botctl.core.books import Books, Contest, Position
from botctl.core.case import Account, Case, Inputs, Phase, Quote
from botctl.core.deciding.spending import Holdings
from botctl.core.facts import (
    BlockRef,
    Detection,
    Facts,
    Market,
    Mode,
    Probe,
    ProbeStatus,
    Provenance,
    QuotePrice,
    Source,
    Tiers,
    Window,
    World,
)
from botctl.core.intent import Intent, Side
from botctl.core.lifecycle import OrderState
from botctl.core.measures import measures
from botctl.core.orders import Fill, Order, OrderKind, Receipt
from botctl.core.plans import SendPlan
from botctl.core.policy import Band, Exits, Freshness, Policy, Risk, Signals, Venue
from botctl.core.quotes import entry_quote
from botctl.core.terms import Calm, Cap, Caps, LiveProbe, RegimeLimits, Sizing
from botctl.core.units import (
    BPS_ONE,
    ZERO_ADDRESS,
    Address,
    BundleId,
    CycleId,
    Hash32,
    OrderId,
    share_ceil,
)

T = TypeVar("T")

ETHER = 10**18
GWEI = 10**9
MS = 1_000


def changed(value: T, **overrides: object) -> T:
    """`value` with these fields; a name that is not a field is a TypeError."""
    return replace(value, **overrides)  # type: ignore[type-var]


def address(number: int) -> Address:
    return Address(f"0x{number:040x}")


def hash32(number: int) -> Hash32:
    return Hash32(f"0x{number:064x}")


NATIVE, FACTORY, ROUTER, WALLET = address(1), address(2), address(3), address(4)
PAIR, TOKEN = address(0xA0), address(0xB0)
FACTORY_CODE, ROUTER_CODE, PAIR_CODE, TOKEN_CODE = (hash32(n) for n in range(1, 5))
BLOCK_TIME_S = 1_800_000_000
NOW_MS = BLOCK_TIME_S * MS + 2_000
RESERVE_TOKEN, RESERVE_QUOTE = 1_000_000 * ETHER, 100 * ETHER
TRADE_WEI = ETHER // 20

RISK = Risk(
    trade_wei=TRADE_WEI,
    trade_min_wei=ETHER // 100,
    token_exposure_max_wei=ETHER // 10,
    exposure_max_wei=3 * ETHER // 10,
    positions_max=5,
    daily_loss_max_wei=ETHER // 5,
    balance_buffer_wei=ETHER // 10,
    fee_max_wei=100 * GWEI,
    gas_max=600_000,
    gas_margin_bps=2_500,
    gas_share_max_bps=1_000,
    buy_tax_max_bps=300,
    sell_tax_max_bps=300,
    round_trip_loss_max_bps=800,
)
SIGNALS = Signals(
    liquidity_usd_min=20_000,
    age_min_s=3_600,
    swaps_min=20,
    traders_min=10,
    sells_min=3,
    buy_share_min_bps=4_000,
    buy_share_max_bps=8_000,
    lp_locked_min_bps=8_000,
    tax_total_max_bps=400,
    fdv_usd_min=50_000,
    fdv_usd_max=100_000_000,
    fdv_liquidity_max=50,
    skew_max_bps=100,
    passes_min=9,
    score_min=70,
)
EXITS = Exits(
    take_profit_bps=2_500,
    stop_loss_bps=1_500,
    trailing_start_bps=1_000,
    trailing_drop_bps=800,
    hold_max_s=21_600,
    slippage_bps=200,
    emergency_slippage_bps=1_500,
    emergency_liquidity_drop_bps=4_000,
    emergency_sell_tax_bps=1_000,
    emergency_tax_rise_bps=300,
    emergency_unlock_bps=2_000,
    emergency_mint_bps=500,
)
VENUE = Venue(
    chain_id=1,
    route="uniswap_v2",
    factory=FACTORY,
    router=ROUTER,
    native=NATIVE,
    factory_code_hash=FACTORY_CODE,
    router_code_hash=ROUTER_CODE,
    pair_code_hash=PAIR_CODE,
)
BANDS = (Band(0, 150, 550, 100), Band(100_000, 100, 450, 50), Band(1_000_000, 50, 380, 20))
# No kind of market, no record and no regime takes anything, until a test says so.
CAPS = Caps(*((Cap(0, BPS_ONE, BPS_ONE),),) * 3)
SIZING = Sizing(
    canary=False,
    canary_steps_bps=(2_500, 5_000),
    canary_trades=5,
    expectancy=False,
    trades_min=20,
    share_min_bps=2_500,
)
REGIME = RegimeLimits(
    window_s=14_400,
    trades_min=8,
    dwell_s=1_800,
    rug_bps=2_500,
    slippage_bps=150,
    revert_bps=2_000,
    liquidity_usd=0,
    win_bps=3_000,
    hot_launches=120,
    hot_hold_s=1_800,
)
CALM = Calm(flicker_bps=2_000, flicker_pause_s=600, sandwiches_max=2, sandwich_gas=250_000)
LIVE_PROBE = LiveProbe(on=False, trade_wei=ETHER // 1_000, day_max_wei=ETHER // 500, valid_s=21_600)
POLICY = Policy(
    strategy_version="1",
    select_best=5,
    deadline_s=120,
    time_bucket_s=60,
    venue=VENUE,
    freshness=Freshness(head_age_max_ms=60_000, quote_age_max_ms=30_000, ahead_max_ms=15_000),
    risk=RISK,
    bands=BANDS,
    signals=SIGNALS,
    exits=EXITS,
    caps=CAPS,
    sizing=SIZING,
    regime=REGIME,
    regimes=(),
    calm=CALM,
    live_probe=LIVE_PROBE,
    tiers=True,
)
BLOCK = BlockRef(
    number=1_000,
    hash=hash32(1_000),
    parent=hash32(999),
    timestamp_s=BLOCK_TIME_S,
    base_fee_wei=10 * GWEI,
)
WORLD = World(
    cycle_id=CycleId("0190a0a0-0000-7000-8000-000000000001"),
    trace_id="0190a0a0000070008000000000000001",
    bot="main",
    mode=Mode.PAPER,
    chain_id=1,
    block=BLOCK,
    provider="node",
    fetched_at_ms=NOW_MS - 1_500,
    sources_configured=1,
    sources_agreeing=1,
    factory_code_hash=FACTORY_CODE,
    router_code_hash=ROUTER_CODE,
    wallet=WALLET,
    signer=WALLET,
    balance_wei=10 * ETHER,
    priority_fee_wei=GWEI,
    prices=(QuotePrice(NATIVE, 2_000_000_000),),
)
MARKET = Market(
    pair=PAIR,
    token=TOKEN,
    quote=NATIVE,
    source=Source.FACTORY,
    symbol="GOOD",
    name="Good Token",
    decimals=18,
    quote_symbol="WETH",
    quote_decimals=18,
    created_block=100,
    created_s=BLOCK_TIME_S - 86_400,
)
FACTS = Facts(
    pair_code_hash=PAIR_CODE,
    token_code_hash=TOKEN_CODE,
    factory=FACTORY,
    reserve_token=RESERVE_TOKEN,
    reserve_quote=RESERVE_QUOTE,
    pair_token_balance=RESERVE_TOKEN,
    pair_quote_balance=RESERVE_QUOTE,
    lp_supply=10_000 * ETHER,
    lp_locked=9_500 * ETHER,
    token_supply=10 * RESERVE_TOKEN,
    owner=ZERO_ADDRESS,
    wallet_token=0,
    insiders_token=0,
)
CLEAR = Tiers(block=BLOCK.number, asked_ms=NOW_MS, code_id="c" * 64, rests_on="", findings=())
WINDOW = Window(
    blocks=300, buys=30, sells=20, buy_quote_nano=6 * GWEI, sell_quote_nano=4 * GWEI, traders=25
)
BOOKS = Books(
    positions=0,
    exposure_wei=0,
    token_exposure_wei=0,
    committed_wei=0,
    realised_today_wei=0,
    live_intent=False,
)
POSITION = Position(
    id="position",
    pair=PAIR,
    token=TOKEN,
    quantity=1_000 * ETHER,
    cost_wei=ETHER // 10,
    opened_ms=NOW_MS - 600_000,
    peak_value_wei=ETHER // 10,
    entry_liquidity_wei=RESERVE_QUOTE,
)
HOLDINGS = Holdings(
    positions=(),
    open_entries=0,
    exposure_wei=0,
    committed_wei=0,
    realised_today_wei=0,
    token_exposure_wei=(),
    live_pairs=frozenset(),
)
WINNER = Contest(rank=0, candidates=1, entries_max=5)
READY = Account(nonce_latest=7, nonce_next=7, attempts_live=0, key_is_live=False)


def make_policy(**overrides: object) -> Policy:
    """Fields of Policy, and by their own names those of Risk, Signals, Exits, Freshness, Venue."""
    parts = {
        name: changed(part, **_taken(part, overrides))
        for name, part in (
            ("risk", POLICY.risk),
            ("signals", POLICY.signals),
            ("venue", POLICY.venue),
            ("freshness", POLICY.freshness),
            ("sizing", POLICY.sizing),
            ("regime", POLICY.regime),
            ("calm", POLICY.calm),
            ("live_probe", POLICY.live_probe),
        )
    }
    return changed(POLICY, **{**parts, **overrides})


def make_exits(**overrides: object) -> Exits:
    return changed(EXITS, **overrides)


def make_world(**overrides: object) -> World:
    """Fields of World, and by their own names those of its block."""
    block = changed(WORLD.block, **_taken(WORLD.block, overrides))
    return changed(WORLD, **{"block": block, **overrides})


def make_window(**overrides: object) -> Window:
    return changed(WINDOW, **overrides)


def make_probe(
    *,
    amount_in: int = TRADE_WEI,
    reserve_token: int = RESERVE_TOKEN,
    reserve_quote: int = RESERVE_QUOTE,
    buy_tax_bps: int = 0,
    sell_tax_bps: int = 0,
    **overrides: object,
) -> Probe:
    """A round trip as the pool's own arithmetic and these taxes would make it."""
    bought = amount_out(amount_in, reserve_quote, reserve_token)
    received = bought - share_ceil(bought, buy_tax_bps)
    arrived = received - share_ceil(received, sell_tax_bps)
    left, paid = reserve_token - bought, reserve_quote + amount_in
    probe = Probe(
        status=ProbeStatus.OK,
        amount_in=amount_in,
        expected_out=bought,
        received=received,
        sent_to_pair=received,
        arrived=arrived,
        expected_back=amount_out(received, left, paid),
        back=amount_out(arrived, left, paid),
        buy_gas=130_000,
        sell_gas=110_000,
        reason="",
    )
    return changed(probe, **overrides)


def make_detection(**overrides: object) -> Detection:
    """Fields of Detection, and by their own names those of its market and its facts."""
    provenance = Provenance("node", BLOCK.number, WORLD.fetched_at_ms, 30_000)
    seen = Detection(
        market=changed(MARKET, **_taken(MARKET, overrides)),
        facts=changed(FACTS, **_taken(FACTS, overrides)),
        short=WINDOW,
        long=WINDOW,
        probe=make_probe(),
        provenance=provenance,
        tiers=CLEAR,
    )
    return changed(seen, **overrides)


def make_inputs(**overrides: object) -> Inputs:
    """Of a market that is the only candidate of its cycle, with empty books."""
    inputs = Inputs(
        now_ms=NOW_MS,
        world=WORLD,
        sources=(),
        detection=make_detection(),
        position=None,
        books=BOOKS,
        contest=WINNER,
    )
    return changed(inputs, **overrides)


def make_position(**overrides: object) -> Position:
    return changed(POSITION, **overrides)


def make_holdings(**overrides: object) -> Holdings:
    return changed(HOLDINGS, **overrides)


def make_quote(**overrides: object) -> Quote:
    """The entry quote of the good market."""
    inputs = make_inputs()
    m = measures(inputs.world, inputs.detection)
    quote = entry_quote(inputs.world, inputs.detection, m, POLICY)
    assert quote is not None
    return changed(quote, **overrides)


def make_case(
    *,
    phase: Phase = Phase.DECIDE,
    side: Side = Side.BUY,
    policy: Policy = POLICY,
    inputs: Inputs | None = None,
    **overrides: object,
) -> Case:
    """A question whose every invariant holds; measures and quote follow from the inputs."""
    inputs = inputs or make_inputs()
    m = measures(inputs.world, inputs.detection)
    case = Case(
        phase=phase,
        side=side,
        inputs=inputs,
        policy=policy,
        measures=m,
        quote=entry_quote(inputs.world, inputs.detection, m, policy),
        account=READY,
    )
    return changed(case, **overrides)


def make_intent(**overrides: object) -> Intent:
    intent = Intent(
        intent_key="1" * 64,
        bot="main",
        pair=PAIR,
        token=TOKEN,
        side=Side.BUY,
        amount_in=TRADE_WEI,
        expected_out=500 * ETHER,
        min_out=490 * ETHER,
        route="uniswap_v2",
        strategy_version="1",
        time_bucket=NOW_MS // MS // 60,
        deadline_s=BLOCK_TIME_S + 120,
        gas_limit=162_500,
        fee_max_wei=21 * GWEI,
    )
    return changed(intent, **overrides)


SEND_PLAN = SendPlan(
    confirmations=2,
    resend_after_ms=30_000,
    approve_gas=120_000,
    bump_after_ms=36_000,
    bump_bps=1_250,
    bumps_max=3,
    cancels_max=8,
    bump_fee_max_wei=40 * GWEI,
    cancel_fee_max_wei=200 * GWEI,
    lease_ms=30_000,
    noops_max=16,
    private_blocks=0,
    gate=True,
    gate_unproven=False,
    exit_tries_max=12,
)


def make_send_plan(**overrides: object) -> SendPlan:
    return changed(SEND_PLAN, **overrides)


def make_order(**overrides: object) -> Order:
    order = Order(
        id=OrderId("0190a0a0-0000-7000-8000-0000000000aa"),
        kind=OrderKind.SWAP,
        intent=make_intent(),
        state=OrderState.CREATED,
        bundle_id=BundleId("2" * 64),
        cycle_id=WORLD.cycle_id,
        trace_id=WORLD.trace_id,
        created_ms=NOW_MS,
        changed_ms=NOW_MS,
    )
    return changed(order, **overrides)


def make_receipt(**overrides: object) -> Receipt:
    receipt = Receipt(
        tx_hash=hash32(77),
        block_number=1_001,
        block_hash=hash32(1_001),
        ok=True,
        gas_used=130_000,
        gas_price_wei=11 * GWEI,
        transfers=(),
    )
    return changed(receipt, **overrides)


def make_fill(**overrides: object) -> Fill:
    fill = Fill(
        order_id=OrderId("0190a0a0-0000-7000-8000-0000000000aa"),
        kind=OrderKind.SWAP,
        token=TOKEN,
        token_delta=0,
        native_delta_wei=0,
        gas_wei=0,
        block_number=1_001,
        block_hash=hash32(1_001),
    )
    return changed(fill, **overrides)


def _taken(part: object, overrides: dict[str, object]) -> dict[str, object]:
    """The overrides that are fields of `part`, taken out of `overrides`."""
    names = {field.name for field in fields(part)}  # type: ignore[arg-type]
    return {name: overrides.pop(name) for name in names & overrides.keys()}
