"""The timetable's follow-up does what the command does, under the command's own lock."""

from dataclasses import replace

from botctl.adapters.devnet import control
from botctl.adapters.log_memory import LogMemory
from botctl.config.cron import interval_ms
from botctl.config.environment import environment
from botctl.config.load import load
from botctl.core.grading import HORIZONS_S, MS, LookState, too_late
from botctl.flows.decide import decide
from botctl.flows.scan import scan
from botctl.ports.runtime import Runtime
from botctl.wiring.setup import Setup
from botctl.wiring.stage import DevnetStage
from jobs.ledger import Work
from jobs.timetable import FOLLOW_UP
from jobs.work import works
from tests.store.test_store_followups import followup
from tests.support.quiet import QuietLog
from tests.support.staged import runtime_on

FIRST_S = HORIZONS_S[0]
SLACK_S = 60


def work(stage: DevnetStage, rt: Runtime) -> Work:
    env = {**environment(), **stage.environment()}
    setup = Setup(load(stage.config, env), env, QuietLog(), LogMemory())
    return next(work for job, work in works(setup, rt) if job.name == FOLLOW_UP.name)


def states(stage: DevnetStage) -> set[LookState]:
    return {one.state for one in stage.store.outcomes(FIRST_S, 0)}


def test_the_job_looks_again_and_leaves_it_to_another_run_that_has_the_lock(
    stage: DevnetStage,
) -> None:
    with runtime_on(stage) as rt:
        scan(rt)
        decide(rt)
    control.mine_at(stage.rpc, control.head(stage.rpc).timestamp_s + FIRST_S + SLACK_S)
    with runtime_on(stage) as rt:
        with rt.only_one("follow-up"):
            assert work(stage, rt)() is False
        assert states(stage) == {LookState.DUE}
        assert work(stage, rt)() is True
    assert states(stage) == {LookState.SEEN}


def test_it_comes_round_before_the_first_look_is_too_late() -> None:
    """Every five minutes it would miss half of the looks that are due after five minutes."""
    due = replace(followup(), at_ms=0, due_ms=FIRST_S * MS)
    just_missed_ms = due.due_ms + interval_ms(FOLLOW_UP.cron)
    assert not too_late(due, just_missed_ms)
    assert too_late(due, just_missed_ms + FIRST_S // 2 * MS)
