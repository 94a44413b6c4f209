"""Short stories that chance alone tells too seldom: what an incident looked like, with its variations."""

import random
from typing import Final

from botctl.core.permission import Level
from botctl.sim.plan import Act, Action, Hit, Strike
from botctl.sim.rules import MARKETS

LOSSES: Final = (Hit.FAIL, Hit.LATE, Hit.LOSE, Hit.CRASH_BEFORE, Hit.CRASH_AFTER)
DEATHS: Final = (Hit.CRASH_BEFORE, Hit.CRASH_AFTER)
GAP_AT: Final = ("store.add", "store.sign", "signer.sign", "store.move", "sender.send")
TORN_AT: Final = ("store.release", "store.move", "sender.send", "store.sign", "store.add")


def torn(rng: random.Random) -> list[Action]:
    """Several orders are signed, the process dies, and some of them may no longer go (LESSONS 5, 6)."""
    strike = Strike(rng.choice((1, 1, 2, 3)), rng.choice(DEATHS), on=rng.choice(TORN_AT))
    changes = (
        Action(Act.PRICE, rng.choice((8_000, 12_000)), rng.randrange(len(MARKETS))),
        Action(Act.PRICE, rng.choice((8_000, 12_000)), rng.randrange(len(MARKETS))),
        Action(Act.KILL, rng.choice((Level.EXITS_ONLY, Level.HALT_ALL))),
        Action(Act.DELAY, 200),
    )
    return [
        *(Action(Act.DECIDE, number) for number in rng.sample(range(len(MARKETS)), 2)),
        Action(Act.EXECUTE, strikes=(strike,)),
        rng.choice(changes),
        Action(Act.MINE, 3),  # the dead holder's lease runs out
        Action(Act.EXECUTE, who=1),
    ]


def gap(rng: random.Random) -> list[Action]:
    """Of two signed orders the first may no longer go; who fills its nonce dies over it (LESSONS 6)."""
    first = rng.randrange(2)
    dies = Strike(1, rng.choice((*DEATHS, *LOSSES)), on=rng.choice(GAP_AT))
    return [
        Action(Act.DECIDE, first),
        Action(Act.DECIDE, 2),
        Action(Act.EXECUTE, strikes=(Strike(1, Hit.CRASH_BEFORE, on="store.release"),)),
        Action(Act.PRICE, rng.choice((8_000, 12_000)), first),
        Action(Act.MINE, 3),
        Action(Act.EXECUTE, who=1),
        Action(Act.RECONCILE, strikes=(dies,)),
        Action(rng.choice((Act.MINE, Act.EMPTY)), 3),
        Action(Act.EXECUTE, who=2),
    ]


def stuck(rng: random.Random) -> list[Action]:
    """Too cheap for its block, and what should help is lost on its way (LESSONS 7, 8)."""
    strike = Strike(1, rng.choice(LOSSES), on=rng.choice(("sender.send", "store.bump")))
    return [
        Action(Act.DECIDE, rng.randrange(len(MARKETS))),
        Action(Act.EXECUTE),
        Action(Act.EMPTY, rng.choice((3, 4, 8))),
        Action(Act.RECONCILE, strikes=(strike,)),
        *(Action(Act.EMPTY, 3) for _ in range(rng.randrange(2))),
        Action(Act.RECONCILE, who=1),
        Action(rng.choice((Act.MINE, Act.EVICT)), 1),
        Action(Act.RECONCILE, who=2),
    ]


def undone(rng: random.Random) -> list[Action]:
    """Seen mined, then its block goes."""
    reorg = rng.choice((Act.REORG, Act.REORG_LOSING, Act.REORG_MINING))
    return [
        Action(Act.DECIDE, rng.randrange(len(MARKETS))),
        Action(Act.EXECUTE),
        Action(Act.MINE, 1),
        Action(Act.RECONCILE),
        Action(reorg, rng.choice((1, 2))),
        Action(Act.RECONCILE, who=1),
        Action(Act.EXECUTE, who=1),
    ]


EPISODES: Final = (torn, torn, gap, gap, stuck, undone)
