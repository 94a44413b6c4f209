"""What happens to a world, as data: actions, and strikes between two port calls of a command."""

from dataclasses import dataclass
from enum import StrEnum


class Act(StrEnum):
    """`amount` in brackets."""

    DECIDE = "decide"  # a new intent for a market (its number)
    REPEAT = "repeat"  # the newest intent once more, as a decision that ran twice would
    EXECUTE = "execute"
    RECONCILE = "reconcile"
    REPAIR = "repair"  # botctl nonce repair
    CORRECT = "correct"  # botctl reconcile --correct, confirmed
    MINE = "mine"  # blocks (how many), with what waits
    EMPTY = "empty"  # blocks (how many) that leave us out
    REORG = "reorg"  # the newest blocks (how many) give way to others; what they held waits again
    REORG_MINING = "reorg_mining"  # the same, and the new branch holds it too
    REORG_LOSING = "reorg_losing"  # the same, and no node remembers it
    FOREIGN = "foreign"  # somebody else's transaction at the next nonce
    FOREIGN_TAKES = "foreign_takes"  # the same, in the place of ours that waits there
    LAG = "lag"  # the node we read from falls behind (blocks)
    FEE = "fee"  # base fee (gwei)
    PRICE = "price"  # the native side of a pool (that of number `who`) becomes this share (bps)
    EVICT = "evict"  # the pool forgets one of ours (which)
    DELAY = "delay"  # time passes (seconds)
    CLOCK = "clock"  # a host's clock is off by this (seconds)
    KILL = "kill"  # the operator's switch (level)


class Hit(StrEnum):
    """What a strike does at a port call."""

    CRASH_BEFORE = "crash_before"
    CRASH_AFTER = "crash_after"
    FAIL = "fail"  # no effect, and an error
    LOSE = "lose"  # the effect, and an error: the answer was lost
    LATE = "late"  # an error; what was being sent arrives with the next block
    MEANWHILE = "meanwhile"  # something else happens first


@dataclass(frozen=True, slots=True)
class Action:
    act: Act
    amount: int = 0
    who: int = 0  # which process, where one acts
    strikes: tuple["Strike", ...] = ()

    def __str__(self) -> str:
        struck = "".join(f" [{strike}]" for strike in self.strikes)
        return f"{self.act} {self.amount} by {self.who}{struck}"


@dataclass(frozen=True, slots=True)
class Strike:
    """At the `at`-th port call of the command, counted from 1; with `on`, of the calls of that name."""

    at: int
    hit: Hit
    meanwhile: Action | None = None
    on: str = ""

    def __str__(self) -> str:
        where = f"{self.hit} {self.on or 'call'} {self.at}"
        return where + (f": {self.meanwhile}" if self.meanwhile else "")
