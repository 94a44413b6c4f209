"""A bot on the embedded chain whose chain time is the machine's, as Prometheus' own is."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from botctl.adapters.clock import SystemClock
from botctl.adapters.devnet import control, mischief
from botctl.config.environment import environment
from botctl.flows.cycle import cycle
from botctl.flows.observe import observed
from botctl.flows.permit import watch_of
from botctl.wiring.stage import DevnetStage, StagePlan
from jobs.ledger import JobLedger
from jobs.timetable import BACKUP, CYCLE
from tests.support.quiet import QuietLog
from tests.support.staged import runtime_on

MS: Final = 1_000
EARLIER_S: Final = 1_800  # so that the crowd's past and some cycles fit before now
CYCLES: Final = 2
# Entries go on until the day's loss; a loss of a fifth of one trade is that limit.
TERMS: Final = """\
[risk]
trade_wei = "0.1 ether"
token_exposure_max_wei = "0.2 ether"
exposure_max_wei = "0.6 ether"
positions_max = 4
daily_loss_max_wei = "0.02 ether"

[execution]
select_best = 3

[exits]
stop_loss_bps = 600
"""


class Earlier(DevnetStage):
    """A stage whose chain begins in the past: it is moved on to now when that is wanted."""

    @staticmethod
    def _now_s() -> int:
        return SystemClock().now_ms() // MS - EARLIER_S


class World:
    def __init__(self, stage: DevnetStage) -> None:
        self.stage = stage

    def trade(self) -> None:
        """Cycles in the past, each after a minute of the crowd's."""
        for _ in range(CYCLES):
            self.stage.step()
            self.cycle()

    def come_to(self, seconds_ago: int) -> None:
        """Mine a block at that time; the bot's clock follows the chain's."""
        now_s = SystemClock().now_ms() // MS
        head_s = control.head(self.stage.rpc).timestamp_s
        control.mine_at(self.stage.rpc, max(head_s + 1, now_s - seconds_ago))

    def cycle(self, settings: Mapping[str, str] | None = None) -> None:
        """As the timetable does it, with its row."""
        with runtime_on(self.stage, settings) as rt:
            ledger = JobLedger(rt.store, rt.clock, QuietLog())

            def work() -> bool:
                with observed(watch_of(rt), rt.log, CYCLE.command):
                    cycle(rt)
                return True

            ledger.perform(CYCLE, rt.clock.now_ms(), work)
            ledger.perform(BACKUP, rt.clock.now_ms(), lambda: True)

    def crash_prices(self) -> None:
        """Of what is held: most of the crowd sells."""
        held = {
            one.position.pair for one in self.stage.store.positions(self.stage.bot, only_open=True)
        }
        markets = [one for one in self.stage.deployment.markets if one.pair in held]
        assert markets
        mischief.dump(self.stage.rpc, self.stage.deployment, markets, 6_000)


def plan(folder: Path) -> StagePlan:
    return StagePlan(folder, seed=7, terms=TERMS)


def opened(folder: Path) -> Earlier:
    return Earlier(plan(folder), environment())
