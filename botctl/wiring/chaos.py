"""What `botctl chaos` plays, and on what: scenario files, and a stage for each of them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from botctl.adapters.clock import SystemClock
from botctl.adapters.faults import scenario_files
from botctl.adapters.store.strikes import SmallDisk, emptied, require_empty
from botctl.config.environment import environment, without_settings
from botctl.core.chaos.scenario import Scenario, Storage, Strike
from botctl.flows.chaos.run import CannotPlayError, ChaosReport, ScenarioReport, chaos
from botctl.ports.chaos import ChaosStage
from botctl.wiring.chaos_stage import DevnetChaosStage
from botctl.wiring.stage import StagePlan

DISK_BYTES: Final = 32 * 1024 * 1024
SQLITE, POSTGRES = "sqlite", "postgresql"


@dataclass(frozen=True, slots=True)
class ChaosPlan:
    """`database_url` empty: SQLite, a file for each scenario; otherwise an empty PostgreSQL database."""

    folder: Path
    seed: int = 1
    database_url: str = ""

    @property
    def kind(self) -> str:
        return POSTGRES if self.database_url else SQLITE


def scenarios(names: Sequence[str], files: Sequence[Path]) -> tuple[Scenario, ...]:
    """Those named, and those in files of your own; all that are shipped when none is named."""
    chosen = names or (() if files else scenario_files.names())
    read = [scenario_files.scenario(file) for file in files]
    return (*map(scenario_files.shipped, chosen), *read)


def run_chaos(
    plan: ChaosPlan, chosen: Sequence[Scenario], show: Callable[[ScenarioReport], None]
) -> ChaosReport:
    """Raises ERR_CONFIG_EXISTS for a database or a folder that holds anything of others."""
    if plan.database_url:
        require_empty(plan.database_url)
    return chaos(chosen, stages(plan), SystemClock(), seed=plan.seed, show=show)


def stages(plan: ChaosPlan) -> Callable[[Scenario], AbstractContextManager[ChaosStage]]:
    return lambda scenario: _stage(plan, scenario)


@contextmanager
def _stage(plan: ChaosPlan, scenario: Scenario) -> Iterator[ChaosStage]:
    if scenario.needs not in {"", plan.kind}:
        raise CannotPlayError(f"it is for {scenario.needs}, and this is {plan.kind}")
    with ExitStack() as undo:
        folder = plan.folder.absolute() / scenario.name
        if any(step.do == Storage(Strike.FILL) for step in scenario.steps):
            folder = _on_small_disk(folder, undo)
        if plan.database_url:
            undo.callback(emptied, plan.database_url)
        stage = StagePlan(folder, plan.seed, plan.database_url)
        env = without_settings(environment())
        yield undo.enter_context(DevnetChaosStage(stage, scenario, env))


def _on_small_disk(folder: Path, undo: ExitStack) -> Path:
    disk = SmallDisk(folder, DISK_BYTES)
    if why := disk.mount():
        raise CannotPlayError(f"a full disk needs a small one of its own: {why}")
    undo.callback(disk.unmount)
    return folder / "stage"
