"""After the faults: the world is calm, the commands run as cron would run them, until all is told."""

from botctl.core.permission import Level
from botctl.sim.plan import Act, Action
from botctl.sim.rules import BASE_FEE_WEI, CONFIRMATIONS, GWEI
from botctl.sim.world import World

ROUNDS_MAX = 60  # longer than a dead holder's lease by a clock that was ahead, and every deadline
ANSWERS = 3  # a repair may need what the next reconcile buries, and brings what was corrected away


def calm(world: World) -> None:
    """Every node keeps up, fees and clocks are right, and the operator has lifted the switch."""
    world.play(Action(Act.LAG, 0))
    world.play(Action(Act.FEE, BASE_FEE_WEI // GWEI))
    for who in range(len(world.processes)):
        world.play(Action(Act.CLOCK, 0, who))
    world.play(Action(Act.KILL, Level.ALLOW_ALL))


def settle(world: World) -> None:
    """Rounds of cron until no order is open and the newest is buried; bounded."""
    for number in range(ROUNDS_MAX):
        who = number % len(world.processes)
        world.play(Action(Act.EXECUTE, who=who))
        world.play(Action(Act.RECONCILE, who=who))
        if not any(world.tables.open_orders()):
            break
        world.play(Action(Act.MINE, 1))
    world.play(Action(Act.MINE, CONFIRMATIONS))
    world.play(Action(Act.RECONCILE))


def operate(world: World) -> None:
    """What the runbook asks of a person after foreign use of the key, or a reorg too deep."""
    for _ in range(ANSWERS):
        world.play(Action(Act.CORRECT))
        world.play(Action(Act.REPAIR))
        settle(world)
    world.play(Action(Act.CORRECT))
