"""What a real run counts and traces: every family of the catalog, and one tree a cycle."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from botctl.adapters.clock import SystemClock
from botctl.adapters.devnet import control
from botctl.adapters.store import SqlStore
from botctl.config.environment import environment
from botctl.core.breakers import Breaker, BreakerState
from botctl.core.codes import Code
from botctl.core.errors import BotError
from botctl.core.intent import Side
from botctl.core.telemetry.catalog import CATALOG
from botctl.core.telemetry.spans import Span, Stage, root_id
from botctl.core.units import CycleId, Hash32, OrderId
from botctl.flows.cycle import cycle
from botctl.flows.decide import decide
from botctl.flows.execute import execute
from botctl.flows.observe import observed
from botctl.flows.permit import watch_of
from botctl.flows.reconcile import reconcile
from botctl.flows.scan import scan, trace_of
from botctl.flows.telemetry.exposed import exposition
from botctl.ports.runtime import Runtime
from botctl.ports.store import DecidedBatch
from botctl.wiring.stage import DevnetStage, StagePlan
from jobs.command import RESTARTS
from jobs.ledger import JobLedger
from jobs.timetable import CYCLE
from tests.flows.test_line import DEAR, GWEI, mine, reconciled, stuck
from tests.support.quiet import QuietLog
from tests.support.staged import runtime_on

ONE = {"EXECUTION__SELECT_BEST": "1"}
HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Heard:
    """A log that keeps what it hears."""

    lines: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    facts: dict[str, object] = field(default_factory=dict)

    def info(self, event: str, **facts: object) -> None:
        self.lines.append((event, {**self.facts, **facts}))

    def warning(self, event: str, **facts: object) -> None:
        self.info(event, **facts)

    def error(self, event: str, **facts: object) -> None:
        self.info(event, **facts)

    def bound(self, **facts: object) -> "Heard":
        return replace(self, facts={**self.facts, **facts})


def worked(rt: Runtime) -> bool:
    with observed(watch_of(rt), rt.log, "cycle", rt.trace):
        cycle(rt)
    return True


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DevnetStage]:
    """A short life in which everything happens once that a catalog can count."""
    folder: Path = tmp_path_factory.mktemp("story")
    with DevnetStage(StagePlan(folder / "stage", seed=7), environment()) as stage:
        stuck(stage)
        reconciled(stage)  # raises it
        mine(stage, DEAR, blocks=3)
        mine(stage, GWEI, blocks=1)  # the crowd does not pay that much
        for _ in range(3):
            stage.step()
            with runtime_on(stage) as rt:
                ledger = JobLedger(rt.store, SystemClock(), QuietLog())
                assert ledger.perform(CYCLE, SystemClock().now_ms(), lambda: worked(rt)) is None
        yield told(stage)


def told(stage: DevnetStage) -> DevnetStage:
    stage.step()
    with runtime_on(stage, {"CHAIN__URLS": "http://127.0.0.1:9"}) as rt, pytest.raises(BotError):
        worked(rt)
    with runtime_on(stage, late_ms=HOUR_MS) as rt:
        scan(rt)
        decide(rt)
    with runtime_on(stage) as rt:
        rt.store.count(RESTARTS)
        promised_twice(rt)
    balance = int(str(stage.rpc.call("eth_getBalance", stage.wallet, "latest")), 16)
    control.set_balance(stage.rpc, stage.wallet, balance - 1)
    reverted(stage)
    with runtime_on(stage) as rt:
        rt.store.set_breaker(Breaker("rpc", BreakerState.OPEN, 1, 3, 2, "why"))
        (held, *_) = rt.store.positions(stage.bot, only_open=True)
        assert rt.store.write_off(held.position.id, "nobody buys it", rt.clock.now_ms())
    return stage


def promised_twice(rt: Runtime) -> None:
    """A decider of another cycle that wants an effect which is done already."""
    known = next(one for one in rt.store.recent(None) if one.intent.side is Side.BUY)
    latest = rt.store.latest()
    assert latest is not None
    block = Hash32(known.intent.intent_key)  # that nobody has scanned
    again = replace(latest, cycle_id=CycleId("again"), block_hash=block, decided_ms=None)
    rt.store.record(again, ())
    order = replace(known, id=OrderId("again"), cycle_id=again.cycle_id)
    committed = rt.store.commit(DecidedBatch(again.cycle_id, 1, (), (), (order,), ()))
    assert committed is not None
    assert committed.orders == 0


def reverted(stage: DevnetStage) -> None:
    """What is out when the router breaks is mined and undone; the books do not know of the gift."""
    stage.step()
    with runtime_on(stage, ONE) as rt:
        scan(rt)
        decide(rt)
        execute(rt)
    stage.rpc.call("anvil_setCode", stage.deployment.router, "0x60006000fd")
    stage.rpc.call("evm_mine")
    for _ in range(3):
        stage.step()
        with runtime_on(stage) as rt:
            reconcile(rt)


def samples(stage: DevnetStage) -> dict[str, float]:
    """By name, the sum of all its labels."""
    with runtime_on(stage) as rt:
        text = exposition(watch_of(rt))
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(text):
        for one in family.samples:
            found[one.name] = found.get(one.name, 0) + one.value
    return found


def test_every_family_of_the_catalog_is_produced_by_a_real_run(story: DevnetStage) -> None:
    found = samples(story)
    untold = {one.name for one in CATALOG if f"{one.name}_count" not in found} - found.keys()
    assert untold == set()


# These only count what hopefully never happens; the story makes each of them happen once or more.
RARE = (
    "errors_total", "provider_errors_total", "reverts_total", "stale_data_total",
    "intent_idempotency_blocks_total", "tx_failed_total", "tx_replacements_total",
    "reconcile_mismatch_total", "process_restarts_total", "health_transitions_total",
    "sellability_fail_total",
)  # fmt: skip


def test_what_hopefully_never_happens_is_counted_when_it_does(story: DevnetStage) -> None:
    found = samples(story)
    assert {name: found[name] for name in RARE if not found[name] >= 1} == {}
    orders = story.store.recent(None)
    assert found["reverts_total"] == sum(one.code == Code.ERR_TX_REVERTED for one in orders)
    raised = [len(story.store.attempts(one.id)) - 1 for one in orders if one.nonce is not None]
    assert found["tx_replacements_total"] == sum(raised)
    assert found["process_restarts_total"] == found["intent_idempotency_blocks_total"] == 1


def test_a_scrape_writes_nothing(story: DevnetStage) -> None:
    """Twice the same, but for what moves by itself: ages."""
    store = story.store
    assert isinstance(store, SqlStore)
    before = store.counted()
    assert {name: n for name, n in samples(story).items() if name.endswith("_total")} == {
        name: n for name, n in samples(story).items() if name.endswith("_total")
    }
    assert store.counted() == before


def spans_of(stage: DevnetStage) -> list[Span]:
    return [one.span for one in stage.store.spans_after(0, 10_000)]


def test_one_trace_a_cycle_and_its_id_is_the_logs(stage: DevnetStage) -> None:
    heard = Heard()
    stage.step()
    with runtime_on(stage, ONE, log=heard) as rt:
        cycle(rt)
    latest = stage.store.latest()
    assert latest is not None
    trace_id = trace_of(latest.cycle_id)
    assert trace_id == latest.trace_id
    ours = {one.name: one for one in spans_of(stage) if one.trace_id == trace_id}
    assert ours.keys() >= {"cycle", "detect", "decide", "decision", "execute", "send"}
    assert ours["cycle"].parent_id == ""
    for name in ("detect", "decide", "execute", "send"):
        assert ours[name].parent_id == ours["cycle"].span_id == root_id(trace_id)
    assert ours["decision"].parent_id == ours["decide"].span_id
    assert len({one.span_id for one in ours.values()}) == len(ours)
    said = {event: facts["trace_id"] for event, facts in heard.lines if "trace_id" in facts}
    assert said.keys() >= {"scan done", "decide done", "trade decided", "tx sent"}
    assert set(said.values()) == {trace_id}
    tags = ours["decision"].facts.keys() | ours["send"].facts.keys()
    assert tags >= {
        "pair_id", "token_symbol", "liquidity_usd", "slippage_bps", "gas_wei", "safety_score",
        "rule_version", "executor", "network", "route", "attempt", "build_sha", "exchange", "source",
    }  # fmt: skip


def test_commands_apart_hang_their_spans_on_one_tree(stage: DevnetStage) -> None:
    """Each in a process of its own, which knows no more than the rows of those before."""
    stage.step()
    with runtime_on(stage, ONE) as rt:
        scan(rt)
    with runtime_on(stage, ONE) as rt:
        decide(rt)
    with runtime_on(stage, ONE) as rt:
        execute(rt)
    for _ in range(3):
        stage.step()
    with runtime_on(stage, ONE) as rt:
        reconcile(rt)
    latest = stage.store.latest()
    assert latest is not None
    ours = [one for one in spans_of(stage) if one.trace_id == latest.trace_id]
    assert [one.name for one in ours if not one.parent_id] == ["cycle"]
    known = {one.span_id for one in ours}
    assert {one.name: one.parent_id in known for one in ours if one.parent_id} == {
        "detect": True,
        "decide": True,
        "decision": True,
        "execute": True,
        "send": True,
        "reconcile": True,
        "settle": True,
    }


def test_a_cycle_that_fails_leaves_a_root_with_its_code(stage: DevnetStage) -> None:
    stage.step()
    with runtime_on(stage, {"CHAIN__URLS": "http://127.0.0.1:9"}) as rt, pytest.raises(BotError):
        worked(rt)
    (failed,) = [one for one in spans_of(stage) if one.name == Stage.CYCLE]
    (command,) = [one for one in spans_of(stage) if one.name == Stage.COMMAND]
    assert failed.status == command.status == "ERR_RPC_UNREACHABLE"
    assert len(failed.trace_id) == 32


def test_switched_off_no_stage_leaves_a_row_and_orders_are_counted_all_the_same(
    stage: DevnetStage,
) -> None:
    for _ in range(2):
        stage.step()
        with runtime_on(stage, {**ONE, "TELEMETRY__ENABLED": "false"}) as rt:
            worked(rt)
    assert {one.name for one in spans_of(stage)} <= {Stage.HEALTH}
    assert samples(stage)["tx_pending_total"] >= 1
