"""One seed, start to end: a world, its scenario, the settling, and every promise checked."""

from collections.abc import Sequence
from dataclasses import dataclass

from botctl.sim.check import ALWAYS, SETTLED, UNAIDED, broken
from botctl.sim.commands import Commands
from botctl.sim.plan import Action
from botctl.sim.scenario import Scenario
from botctl.sim.settle import calm, operate, settle
from botctl.sim.world import World
from tests.sim.real import REAL


@dataclass(frozen=True, slots=True)
class Result:
    """`broken` is empty when every promise was kept; `digest` tells two runs apart."""

    seed: int
    broken: tuple[str, ...]
    world: World

    @property
    def digest(self) -> str:
        return self.world.history.digest()

    @property
    def again(self) -> str:
        return f"python -m tests.sim --seed {self.seed}"


def run(seed: int, commands: Commands = REAL) -> Result:
    scenario = Scenario(seed)
    return play(seed, scenario.actions(), commands=commands, private_blocks=scenario.private_blocks)


def play(
    seed: int, actions: Sequence[Action], *, commands: Commands = REAL, private_blocks: int = 0
) -> Result:
    world = World(commands, private_blocks=private_blocks)
    for action in actions:
        world.play(action)
    found = _ended(world)
    return Result(seed, (*world.history.broken, *found), world)


def _ended(world: World) -> list[str]:
    """Without excuse everything ends unaided; else a person does what the runbook says."""
    calm(world)
    settle(world)
    found = broken(world, UNAIDED)
    if world.excuses.foreign or world.excuses.deep:
        operate(world)
    return found + broken(world, ALWAYS + SETTLED)
