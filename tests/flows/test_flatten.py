"""A hard halt that sells everything first: on the chain, proven there, and latched until it is lifted.

Lesson 12: act on the venue, prove flat, latch, cover what the bot did not open, have a way back.
"""

from botctl.cli.commands.order_show import story_lines
from botctl.core.intent import Side
from botctl.core.lifecycle import OrderState
from botctl.core.permission import Level, SourceKind, permission
from botctl.core.reasons import Reason
from botctl.flows.cycle import cycle
from botctl.flows.explain import order_story
from botctl.flows.flatten import FlattenReport, flatten
from botctl.flows.kill import set_kill
from botctl.flows.permit import sources_now, watch_of
from botctl.flows.reconcile import reconcile
from botctl.ports.runtime import Runtime
from botctl.wiring.stage import DevnetStage
from tests.support.staged import runtime_on

ROUNDS = 12
STRANGER = {"BOT__NAME": "stranger"}  # the same wallet, and books of its own


def holding(stage: DevnetStage) -> int:
    """After a few cycles the bot holds something, all of it booked."""
    for _ in range(6):
        stage.step()
        with runtime_on(stage) as rt:
            cycle(rt)
            held = len(rt.store.positions(rt.identity.bot, only_open=True))
            if held and not rt.store.open():
                return held
    raise AssertionError("nothing was bought")


def ordered(rt: Runtime) -> None:
    set_kill(watch_of(rt), Level.HALT_ALL, who="ann", why="leaving", flatten=True)


def until_flat(stage: DevnetStage, settings: dict[str, str] | None = None) -> FlattenReport:
    told: list[FlattenReport | None] = []
    for _ in range(ROUNDS):
        stage.step()
        with runtime_on(stage, settings) as rt:
            told.append(report := cycle(rt).flatten)
        if report is not None and report.flat:
            return report
    raise AssertionError(f"not flat: {told}")


def wallet_holds(rt: Runtime) -> int:
    tokens = sorted({market.token for market in rt.store.markets()})
    head = rt.txs.head()
    return sum(
        h.balance or 0 for h in rt.txs.wallet(rt.identity.wallet, tokens, head.block).holdings
    )


def test_everything_is_sold_proven_on_the_chain_and_stays_halted(stage_on: DevnetStage) -> None:
    stage = stage_on
    held = holding(stage)
    with runtime_on(stage) as rt:
        ordered(rt)
        assert wallet_holds(rt) > 0
    report = until_flat(stage)
    assert (report.left, report.of, report.given_up) == (0, held, 0)
    with runtime_on(stage) as rt:
        assert wallet_holds(rt) == 0
        sold = [o for o in rt.store.recent(None) if o.cycle_id.startswith("flatten-")]
        assert {o.state for o in sold} == {OrderState.CONFIRMED}
        assert {o.intent.side for o in sold} == {Side.SELL}
        closed = rt.store.positions(rt.identity.bot, only_open=False)
        assert [c.exit_reason for c in closed if c.exit_reason == Reason.EXIT_FLATTEN]
        assert rt.store.verify().altered == ()
        assert reconcile(rt).mismatches == ()
        [standing] = [s for s in sources_now(rt) if s.kind is SourceKind.FLATTEN]
        assert standing.reason.startswith(f"flat: {held} sold, proven at block ")
        assert permission(sources_now(rt)).level is Level.HALT_ALL
        before = len(rt.store.recent(None))
    stage.step()
    with runtime_on(stage) as rt:  # latched: nothing is entered, nothing is sold again
        cycle(rt)
        assert len(rt.store.recent(None)) == before
        set_kill(watch_of(rt), Level.ALLOW_ALL, who="ann", why="over")
        assert rt.store.sources() == ()
        assert flatten(rt) is None


def test_a_sell_of_a_flatten_says_who_stands_behind_it(stage: DevnetStage) -> None:
    holding(stage)
    with runtime_on(stage) as rt:
        ordered(rt)
        flatten(rt)
        sells = [o for o in rt.store.recent(None) if o.cycle_id.startswith("flatten-")]
        told = [*story_lines(order_story(rt.store, sells[0]))]
    assert any("EXIT_FLATTEN" in line for line in told)
    assert not any("botctl explain" in line for line in told)


def test_a_hard_halt_alone_sells_nothing(stage: DevnetStage) -> None:
    holding(stage)
    with runtime_on(stage) as rt:
        set_kill(watch_of(rt), Level.HALT_ALL, who="ann", why="leak")
        before = len(rt.store.recent(None))
        assert cycle(rt).flatten is None
        assert len(rt.store.recent(None)) == before
        assert wallet_holds(rt) > 0


def test_what_the_bot_did_not_buy_is_sold_too(stage: DevnetStage) -> None:
    held = holding(stage)
    with runtime_on(stage, STRANGER) as rt:
        assert rt.store.positions("stranger", only_open=False) == ()
        ordered(rt)
    report = until_flat(stage, STRANGER)
    assert (report.left, report.of) == (0, held)
    with runtime_on(stage, STRANGER) as rt:
        assert wallet_holds(rt) == 0
        positions = rt.store.positions("stranger", only_open=False)
        assert all(p.position.cost_wei == 0 and p.proceeds_wei > 0 for p in positions)
        assert rt.store.verify().altered == ()


def test_another_word_without_flatten_ends_the_selling_and_not_the_halt(
    stage: DevnetStage,
) -> None:
    holding(stage)
    with runtime_on(stage) as rt:
        ordered(rt)
        set_kill(watch_of(rt), Level.HALT_ALL, who="bob", why="wait")
        assert [s.kind for s in rt.store.sources()] == [SourceKind.KILL]
        assert flatten(rt) is None


def test_the_switch_tells_how_far_it_is(stage: DevnetStage) -> None:
    held = holding(stage)
    with runtime_on(stage) as rt:
        ordered(rt)
        report = flatten(rt)
        assert report is not None
        assert (report.left, report.of, report.sells, report.flat) == (held, held, held, False)
        again = flatten(rt)
        assert again is not None
        assert again.sells == 0  # one live sell a market
        [standing] = [s for s in rt.store.sources() if s.kind is SourceKind.FLATTEN]
        assert standing.reason == f"flattening: {held} of {held} left"


def test_a_tier_that_forbids_signing_is_not_overruled(stage: DevnetStage) -> None:
    holding(stage)
    with runtime_on(stage, {"BOT__TIER": "observe"}) as rt:
        ordered(rt)
        report = flatten(rt)
        assert report is not None
        assert report.execute.sent == 0
        assert report.execute.refused == report.sells
