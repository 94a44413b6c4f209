"""What became of refused markets, on the real chain: one is pulled, one is pumped, traps stay traps."""

import signal
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from typing import Final

import pytest

from botctl.adapters.devnet import control
from botctl.adapters.devnet.deploy import CREATOR, TRADERS
from botctl.adapters.devnet.outbox import Outbox
from botctl.config.environment import environment
from botctl.core.amm import amount_out
from botctl.core.codes import Code
from botctl.core.errors import BotError
from botctl.core.grading import HORIZONS_S, Fate, LookState, Outcome, change_bps, fate
from botctl.core.reasons import Kind
from botctl.core.units import Address
from botctl.flows.cycle import cycle
from botctl.flows.decide import decide
from botctl.flows.follow_up import follow_up
from botctl.flows.scan import scan
from botctl.ports.chain import Survey, SurveyRequest
from botctl.ports.runtime import Runtime
from botctl.wiring.stage import DevnetStage
from tests.flows.test_order_commands import typed
from tests.support.staged import runtime_on

FIRST_S, HOUR_S, DAY_S = HORIZONS_S
PUMP_WEI: Final = 10**21
SLACK_S: Final = 60  # decisions are dated by our clock, which goes on while the chain stands still
WHOLE_WORLD: Final = 24  # markets of the demo, the reference pair among them
PROBED: Final = WHOLE_WORLD - 1  # all but the reference pair can be bought


def pair_of(stage: DevnetStage, symbol: str) -> Address:
    return stage.deployment.market(symbol).pair


def decided(stage: DevnetStage, **settings: str) -> None:
    with runtime_on(stage, settings) as rt:
        scan(rt)
        decide(rt)


def wait(stage: DevnetStage, seconds: int) -> None:
    """The chain's time moves on; nobody trades meanwhile."""
    control.mine_at(stage.rpc, control.head(stage.rpc).timestamp_s + seconds)


def outbox(stage: DevnetStage, *who: Address) -> Outbox:
    nonces = {one: control.nonce(stage.rpc, one) for one in who}
    return Outbox(stage.deployment, nonces, frozenset())


def pull(stage: DevnetStage, symbol: str) -> None:
    """All liquidity of whoever launched it."""
    creator = control.accounts(stage.rpc)[CREATOR]
    market = stage.deployment.market(symbol)
    box = outbox(stage, creator)
    box.pull(creator, market, control.balance_of(stage.rpc, market.pair, creator))
    box.send(stage.rpc)


def pump(stage: DevnetStage, symbol: str) -> None:
    buyer = control.accounts(stage.rpc)[TRADERS][0]
    control.set_balance(stage.rpc, buyer, 2 * PUMP_WEI)
    box = outbox(stage, buyer)
    box.buy(buyer, stage.deployment.market(symbol), PUMP_WEI)
    box.send(stage.rpc)


def looked(stage: DevnetStage) -> dict[str, object]:
    run = typed(stage, "follow-up", "--json")
    assert run.status == 0
    return run.document


def outcomes(stage: DevnetStage, horizon_s: int = FIRST_S) -> dict[Address, Outcome]:
    return {one.pair: one for one in stage.store.outcomes(horizon_s, 0)}


def fates(stage: DevnetStage, rt: Runtime, horizon_s: int = FIRST_S) -> dict[Address, Fate]:
    found = outcomes(stage, horizon_s)
    return {pair: fate(one, rt.grade) for pair, one in found.items()}


def test_a_market_that_is_pulled_and_one_that_is_pumped_are_told_apart(
    stage_on: DevnetStage,
) -> None:
    stage = stage_on
    stage.step()
    decided(stage)
    followed = outcomes(stage)
    assert len(followed) == PROBED
    assert {Kind.FAIL, Kind.BUY} <= {Kind(one.kind) for one in followed.values()}
    assert looked(stage)["seen"] == 0, "nothing is due yet"
    pull(stage, "MIRAGE")
    pump(stage, "JADE")
    wait(stage, FIRST_S + SLACK_S)
    report = looked(stage)
    assert (report["seen"], report["missed"], report["more"]) == (PROBED, 0, False)
    with runtime_on(stage) as rt:
        told = fates(stage, rt)
    assert told[pair_of(stage, "MIRAGE")] is Fate.RUGGED
    assert told[pair_of(stage, "JADE")] is Fate.RAN
    assert told[pair_of(stage, "CEDAR")] is Fate.NEITHER
    honeypots = [pair_of(stage, name) for name in ("LURE", "MUTE", "SNARE", "DRIP")]
    assert {told[pair] for pair in honeypots} == {Fate.RUGGED}
    assert looked(stage)["seen"] == 0, "each look is made once"


def test_the_gain_is_what_a_sale_really_brings(stage: DevnetStage) -> None:
    """A quiet market loses the two fees and impacts, to the wei of the pool's own arithmetic."""
    decided(stage)
    wait(stage, FIRST_S + SLACK_S)
    looked(stage)
    with runtime_on(stage) as rt:
        wei = rt.policy.risk.trade_wei
    plan = stage.deployment.market("STONE").plan
    found = outcomes(stage)[pair_of(stage, "STONE")]
    quote = found.reserve_quote
    assert found.then_quote == quote
    [(token, reserve)] = [
        (one.bought, one.reserve_token)
        for one in stage.store.due_followups(2**62, 1_000)
        if one.pair == found.pair and one.horizon_s == HOUR_S
    ]
    assert plan.contract == "Bytes32Symbol"
    assert token == amount_out(wei, quote, reserve)
    assert found.worth == amount_out(token, reserve, quote)
    assert -100 < change_bps(found) < -60, "two fees of 30 bps, and the impact both ways"


def test_the_grade_says_what_each_reason_refused(stage: DevnetStage) -> None:
    stage.step()
    decided(stage)
    pump(stage, "JADE")
    wait(stage, FIRST_S + SLACK_S)
    looked(stage)
    run = typed(stage, "ledger", "grade", "--json")
    assert run.status == 0
    grades = run.document["grades"]
    base = run.document["base"]
    assert isinstance(grades, list)
    assert isinstance(base, list)
    assert base[0]["seen"] == PROBED
    assert [one["seen"] for one in base[1:]] == [0, 0]
    sold = next(one for one in grades if one["reason"] == "INV_SELLABLE")
    assert (sold["kind"], sold["decided"], sold["verdict"]) == ("FAIL", 7, "too few to tell")
    first = sold["horizons"][0]
    sound = 2  # the taxed one, and the one whose owner could mint
    assert first["rugged"] == first["seen"] - sound == sold["followed"] - sound
    assert first["rugged_share"]["low_bps"] > base[0]["rugged_share"]["bps"]
    lines = typed(stage, "ledger", "grade").out.splitlines()
    assert lines[0].split()[:4] == ["decision", "reason", "decided", "followed"]
    assert len(lines) == 1 + 3 * len(grades) + 3
    assert sum("too few to tell" in line for line in lines) == len(grades)


def test_with_enough_looks_a_filter_that_refuses_traps_saves_money(stage: DevnetStage) -> None:
    decided(stage)
    wait(stage, FIRST_S + SLACK_S)
    looked(stage)
    stage.config.write_text(stage.config.read_text() + "\n[grade]\nsample_min = 5\n")
    run = typed(stage, "ledger", "grade", "--reason", "inv_sellable", "--json")
    grades = run.document["grades"]
    assert isinstance(grades, list)
    [one] = grades
    assert (one["verdict"], one["judged_at_s"]) == ("saves money", FIRST_S)
    assert "saves money" in typed(stage, "ledger", "grade", "--reason", "INV_SELLABLE").out
    assert typed(stage, "ledger", "grade", "--reason", "NO_SUCH").status == 2
    assert "nothing" in typed(stage, "ledger", "grade", "--since", "1s").out


def test_a_market_is_followed_anew_for_the_same_reason_only_after_a_while(
    stage: DevnetStage,
) -> None:
    def again(seconds: int) -> set[int]:
        """How often a (pair, reason) is followed by now."""
        wait(stage, seconds)
        decided(stage)
        found = Counter((one.pair, one.reason) for one in stage.store.outcomes(FIRST_S, 0))
        return set(found.values())

    assert again(0) == {1}
    assert again(60) == {1}, "within the hour"
    assert len(stage.store.outcomes(FIRST_S, 0)) > PROBED, "for another reason at once"
    later = HOUR_S + SLACK_S
    again(later)  # idle for an hour, it is our own health that refuses
    assert 2 in again(later), "and an hour later for the same reason once more"


def test_a_look_that_comes_too_late_is_missed_and_the_others_are_made(stage: DevnetStage) -> None:
    decided(stage)
    wait(stage, HOUR_S + SLACK_S)
    report = looked(stage)
    assert (report["seen"], report["missed"]) == (PROBED, PROBED)
    late, in_time = outcomes(stage, FIRST_S), outcomes(stage, HOUR_S)
    assert {one.state for one in late.values()} == {LookState.MISSED}
    assert {one.worth for one in late.values()} == {None}
    assert {one.state for one in in_time.values()} == {LookState.SEEN}
    assert {one.state for one in outcomes(stage, DAY_S).values()} == {LookState.DUE}


def test_the_round_trips_do_not_grow_with_the_looks(stage: DevnetStage) -> None:
    decided(stage)
    with runtime_on(stage) as rt:
        idle = follow_up(rt).round_trips
    wait(stage, FIRST_S + SLACK_S)
    with runtime_on(stage) as rt:
        report = follow_up(rt)
    assert (report.seen, report.markets) == (PROBED, PROBED)
    assert idle == 1
    assert report.round_trips <= idle + 4


# A process of its own that dies at one exact line, by a signal that nobody can catch.
DIES: Final = """
import os, signal, sys
import sqlalchemy as sa
from botctl.adapters.store.followups import Followups
from botctl.cli.app import run

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def written(self, looks, write=Followups.record_looks):
    if sys.argv[1] == "before it writes":
        die()
    sa.event.listen(self._db.engine, "commit", die)
    return write(self, looks)

Followups.record_looks = written
run(["follow-up", "--config", sys.argv[2]])
"""


@pytest.mark.parametrize("moment", ["before it writes", "before it commits"])
def test_a_run_that_is_killed_between_reading_and_writing_loses_nothing(
    stage_on: DevnetStage, moment: str
) -> None:
    stage = stage_on
    decided(stage)
    wait(stage, FIRST_S + SLACK_S)
    killed = subprocess.run(
        [sys.executable, "-c", DIES, moment, str(stage.config)],
        env={**environment(), **stage.environment()},
        capture_output=True,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert {one.state for one in outcomes(stage).values()} == {LookState.DUE}
    assert looked(stage)["seen"] == PROBED


def overtaken(rt: Runtime, stage: DevnetStage) -> Runtime:
    """While it has read and not yet written, another process reads and writes the same."""

    class Reader:
        def __getattr__(self, name: str) -> object:
            return getattr(rt.markets, name)

        def survey(self, request: SurveyRequest, at: object) -> Survey:
            found = rt.markets.survey(request, at)  # type: ignore[arg-type]
            with runtime_on(stage) as other:
                assert follow_up(other).seen == PROBED
            return found

    return replace(rt, markets=Reader())  # type: ignore[arg-type]


def test_of_two_runs_at_once_each_look_is_written_by_one(stage_on: DevnetStage) -> None:
    stage = stage_on
    decided(stage)
    wait(stage, FIRST_S + SLACK_S)
    with runtime_on(stage) as rt:
        report = follow_up(overtaken(rt, stage))
    assert (report.seen, report.missed, report.markets) == (0, 0, PROBED)
    assert {one.state for one in outcomes(stage).values()} == {LookState.SEEN}


def test_a_second_command_says_so_and_does_nothing(stage: DevnetStage) -> None:
    with runtime_on(stage) as rt, rt.only_one("follow-up") as ours:
        assert ours
        run = typed(stage, "follow-up", "--json")
    assert (run.status, run.document) == (0, {"busy": True, "command": "follow-up"})


def test_a_reorganisation_under_the_read_writes_nothing(stage: DevnetStage) -> None:
    decided(stage)
    wait(stage, FIRST_S + SLACK_S)

    class Reader:
        def __init__(self, rt: Runtime) -> None:
            self._rt = rt

        def __getattr__(self, name: str) -> object:
            return getattr(self._rt.markets, name)

        def survey(self, request: SurveyRequest, at: object) -> Survey:
            found = self._rt.markets.survey(request, at)  # type: ignore[arg-type]
            stage.rpc.call("anvil_reorg", 1, [])
            return found

    with runtime_on(stage) as rt, pytest.raises(BotError) as raised:
        follow_up(replace(rt, markets=Reader(rt)))  # type: ignore[arg-type]
    assert raised.value.code is Code.ERR_CHAIN_REORGED
    assert {one.state for one in outcomes(stage).values()} == {LookState.DUE}


def test_an_empty_chain_of_the_same_number_rugs_nobody(stage: DevnetStage) -> None:
    """A node that was set up anew serves no contracts: that is its fault, not the markets'."""
    decided(stage)
    wait(stage, FIRST_S + SLACK_S)
    stage.rpc.call("anvil_setCode", stage.deployment.factory, "0x")
    run = typed(stage, "follow-up", "--json")
    assert run.status == 78
    assert "ERR_CHAIN_EMPTY" in run.out
    assert {one.state for one in outcomes(stage).values()} == {LookState.DUE}


PAPER: Final = {
    "BOT__MODE": "paper",
    "PAPER__BALANCE_WEI": "10 ether",
    "EXECUTION__DEADLINE_S": "1800",
    "FRESHNESS__AHEAD_MAX_MS": "3600000",  # the embedded chain's time runs ahead of ours
}


def test_a_paper_bot_follows_as_well(stage: DevnetStage) -> None:
    with runtime_on(stage, PAPER) as rt:
        cycle(rt)
    wait(stage, FIRST_S + SLACK_S)
    with runtime_on(stage, PAPER) as rt:
        report = follow_up(rt)
    assert report.seen + report.missed == PROBED


def test_what_is_bought_is_followed_beside_what_is_refused(stage: DevnetStage) -> None:
    stage.step()
    decided(stage, EXECUTION__SELECT_BEST="2")
    kinds = Counter((one.kind, one.reason) for one in outcomes(stage).values())
    assert kinds["BUY", "ENTRY_SELECTED"] == 2
    assert kinds["PASS", "RANKED_OUT"] >= 1
    assert kinds["FAIL", "INV_SELLABLE"] == 6  # the traps, and the one whose owner could mint
