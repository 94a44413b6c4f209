"""What makes an entry smaller or later, on the real chain: canary, live probe, regime, a pool that jumps."""

import json

import sqlalchemy as sa

from botctl.adapters.store import SqlStore, schema
from botctl.core.intent import Side
from botctl.core.orders import Order
from botctl.core.permission import Level, SourceKind
from botctl.core.reasons import Kind, Reason
from botctl.core.terms import Regime
from botctl.flows.decide import DecideReport
from botctl.ports.store import LedgerFilter
from botctl.wiring.stage import DevnetStage
from tests.flows.guarding import (
    PATIENT,
    assert_replays,
    code_of,
    decided,
    line_of,
    market_of,
    mine,
    recode,
    traded,
    whale_buys,
)

ETHER = 10**18
TRADE_WEI = ETHER // 10
EVERYTHING = LedgerFilter(limit=None)


def entries(stage: DevnetStage) -> list[Order]:
    return [one for one in stage.store.recent(None) if one.intent.side is Side.BUY]


def bought(report: DecideReport) -> list[str]:
    return [line.pair for line in report.lines if line.kind is Kind.BUY]


def test_the_first_entries_of_a_canary_are_tiny_and_say_so(stage: DevnetStage) -> None:
    canary = {**PATIENT, "SIZING__CANARY": "true", "SIZING__CANARY_TRADES": "2"}
    report = traded(stage, canary)
    assert bought(report)
    assert all(one.intent.amount_in <= TRADE_WEI // 4 for one in entries(stage))
    assert all("canary 2500 bps" in line_of(report, pair).detail for pair in bought(report))
    mine(stage)
    leaving = traded(stage, {**canary, "EXITS__HOLD_MAX_S": "1", "EXECUTION__SELECT_BEST": "1"})
    assert sum(line.kind is Kind.SELL for line in leaving.lines) == len(bought(report)) >= 2
    grown = decided(stage, canary)
    assert all("canary 5000 bps" in line_of(grown, pair).detail for pair in bought(grown))
    newest = max(entries(stage), key=lambda one: one.created_ms)
    assert TRADE_WEI // 4 < newest.intent.amount_in <= TRADE_WEI // 2
    assert_replays(stage)


PROBING = {
    **PATIENT,
    "LIVE_PROBE__ON": "true",
    "LIVE_PROBE__TRADE_WEI": "0.001 ether",
    "LIVE_PROBE__DAY_MAX_WEI": "0.001 ether",
    "EXECUTION__SELECT_BEST": "1",
}


def story(stage: DevnetStage, pair: str) -> list[str]:
    """What was decided to be done with this market, oldest first."""
    rows = stage.store.rows(LedgerFilter(pair=pair, limit=None))
    traded_rows = [row for row in rows if row.kind in {Kind.BUY, Kind.SELL}]
    return [row.reason for row in sorted(traded_rows, key=lambda row: row.at_ms)]


def test_a_live_probe_is_bought_and_sold_before_the_real_entry(stage: DevnetStage) -> None:
    (pair,) = bought(traded(stage, PROBING))
    (probe,) = entries(stage)
    assert probe.intent.amount_in == ETHER // 1_000
    assert line_of(traded(stage, PROBING), pair).reason == Reason.EXIT_LIVE_PROBE
    traded(stage, PROBING)
    assert story(stage, pair) == [
        Reason.ENTRY_LIVE_PROBE,
        Reason.EXIT_LIVE_PROBE,
        Reason.ENTRY_SELECTED,
    ]
    real = max(entries(stage), key=lambda one: one.created_ms)
    assert real.intent.pair == pair
    assert real.intent.amount_in > 10 * probe.intent.amount_in
    assert stage.store.performance(stage.bot, 0, 50).trades == (), "a probe is no trade"
    assert_replays(stage)


def test_no_more_is_probed_in_a_day_than_the_limit_says(stage: DevnetStage) -> None:
    several = {**PROBING, "EXECUTION__SELECT_BEST": "3", "LIVE_PROBE__DAY_MAX_WEI": "0.002 ether"}
    report = traded(stage, several)
    assert len(bought(report)) == 2
    over = [line for line in report.lines if "live probes today" in line.detail]
    assert [(line.kind, line.reason) for line in over] == [(Kind.SKIP, Reason.INV_EXPOSURE_OK)]
    for _ in range(2):
        traded(stage, several)
    probes = [r for r in stage.store.rows(EVERYTHING) if r.reason == Reason.ENTRY_LIVE_PROBE]
    assert len(probes) == 2
    assert_replays(stage)


def test_a_probe_that_cannot_be_sold_keeps_us_out_of_its_market(stage: DevnetStage) -> None:
    (pair,) = bought(traded(stage, PROBING))
    recode(stage, market_of(stage, pair).token, code_of(stage, "HoneypotRevert"))
    for _ in range(3):
        line = line_of(traded(stage, PROBING), pair)
        assert (line.kind, line.reason) == (Kind.HOLD, Reason.INV_SELLABLE)
    assert story(stage, pair) == [Reason.ENTRY_LIVE_PROBE]
    assert_replays(stage)


RUGGED = 8
SHORT = {**PATIENT, "REGIME__WINDOW_S": "60", "REGIME__DWELL_S": "30"}


def rugged(stage: DevnetStage) -> None:
    """As many trades as a label needs, all of which ended badly just now."""
    assert isinstance(stage.store, SqlStore)
    latest = stage.store.latest()
    assert latest is not None
    gone = {
        "bot": stage.bot,
        "chain_id": stage.deployment.chain_id,
        "token": "0x" + "7" * 40,
        "quantity": 0,
        "cost_wei": 0,
        "proceeds_wei": 1,
        "realised_wei": -ETHER // 1_000,
        "gas_wei": 1,
        "peak_value_wei": 1,
        "entry_liquidity_wei": 1,
        "opened_ms": latest.started_ms - 1,
        "closed_ms": latest.started_ms,
        "exit_reason": Reason.EXIT_EMERGENCY,
    }
    rows = [{**gone, "id": f"gone {n}", "pair": f"0x{n:040x}"} for n in range(RUGGED)]
    with stage.store._db.writing() as db:
        db.execute(sa.insert(schema.positions), rows)


def changes(stage: DevnetStage) -> list[dict[str, object]]:
    assert isinstance(stage.store, SqlStore)
    query = sa.select(schema.journal.c.body).where(schema.journal.c.event == "regime")
    with stage.store._db.reading() as db:
        return [json.loads(body) for body in db.execute(query.order_by("seq")).scalars()]


def test_when_trades_end_in_traps_entries_stop_until_the_times_are_better(
    stage: DevnetStage,
) -> None:
    assert bought(decided(stage, SHORT))
    rugged(stage)
    mine(stage)
    report = decided(stage, SHORT)
    assert bought(report) == []
    (said,) = [s for s in report.permission.reasons if s.kind is SourceKind.REGIME]
    assert report.permission.level is Level.EXITS_ONLY
    assert said.reason.startswith("regime rug_heavy: 10000 bps of the trades")
    times = stage.store.times(stage.bot)
    assert times is not None
    assert times.regime is Regime.RUG_HEAVY
    for _ in range(6):
        mine(stage)
    over = decided(stage, SHORT)
    assert bought(over)
    assert over.permission.level is Level.ALLOW_ALL
    told = [json.dumps(change) for change in changes(stage)]
    assert ["rug_heavy" in change for change in told] == [False, True, False]
    assert f'"trades": {RUGGED}' in told[1]


def test_a_pool_that_a_whale_moved_is_left_alone_for_the_pause(stage: DevnetStage) -> None:
    calm = {**PATIENT, "CALM__FLICKER_BPS": "2000", "CALM__FLICKER_PAUSE_S": "40"}
    calm |= {"EXECUTION__SELECT_BEST": "1"}
    mine(stage)
    quiet = stage.deployment.market("CEDAR")
    before = decided(stage, {**calm, "RISK__BALANCE_BUFFER_WEI": "100 ether"})
    assert line_of(before, quiet.pair).reason in {Reason.INV_BALANCE_BUFFER_OK, Reason.RANKED_OUT}
    whale_buys(stage, quiet.pair, quiet.plan.quote_liquidity_wei // ETHER // 4)
    jumped = line_of(decided(stage, calm), quiet.pair)
    assert (jumped.kind, jumped.reason) == (Kind.FAIL, Reason.INV_MARKET_CALM)
    assert jumped.detail.startswith("jump ")
    mine(stage)
    waiting = line_of(decided(stage, calm), quiet.pair)
    assert waiting.reason == Reason.INV_MARKET_CALM
    assert "jump 0 bps" in waiting.detail
    assert "s to wait" in waiting.detail
    for _ in range(4):
        mine(stage)
    assert line_of(decided(stage, calm), quiet.pair).reason != Reason.INV_MARKET_CALM
    assert_replays(stage)
