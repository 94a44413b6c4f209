"""A scenario: what is done to the bot on a time line, and what must be true of it meanwhile.

Times are whole seconds of scenario time; 0 is when the trouble may begin, and what lies before is a
quiet time in which positions are opened.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from botctl.core.health import HealthState

WARM_S = 240  # four cycles of a minute: positions are held, and the first are mined and buried


@dataclass(frozen=True, slots=True)
class SetFaults:
    """These toggles and no others; none: all is well. `rpc_stale_head` may be "now"."""

    toggles: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class SetTcp:
    """How the proxy in front of the node behaves (adapters/faults/tcp.py)."""

    mode: str


@dataclass(frozen=True, slots=True)
class Reorg:
    """The newest `blocks` leave the chain, and a longer, empty fork takes their place."""

    blocks: int


@dataclass(frozen=True, slots=True)
class BaseFee:
    """Of all blocks from now on."""

    gwei: int


@dataclass(frozen=True, slots=True)
class PullLiquidity:
    """From every pool whose token is held, this share of it."""

    share_bps: int


@dataclass(frozen=True, slots=True)
class Dump:
    """The crowd sells this share of what it has of every token that is held."""

    share_bps: int


@dataclass(frozen=True, slots=True)
class Traps:
    """So many tokens that cannot be sold are launched, and bought by the crowd."""

    count: int


@dataclass(frozen=True, slots=True)
class StealNonce:
    """Somebody who has the key sends a transaction of his own."""


class Strike(StrEnum):
    LOCK = "lock"  # another process holds the database
    FILL = "fill"  # the disk is full
    CUT = "cut"  # the server ends every connection and takes no new one
    MEND = "mend"


@dataclass(frozen=True, slots=True)
class Storage:
    strike: Strike


@dataclass(frozen=True, slots=True)
class ShiftClock:
    """Our clock against the world's, from now on; 0 puts it right."""

    seconds: int


@dataclass(frozen=True, slots=True)
class Command:
    """`botctl WORDS...`, as its own process."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Crash:
    """The next `times` cycles are killed with SIGKILL, each at another point that the seed draws."""

    times: int


Action: TypeAlias = (
    SetFaults
    | SetTcp
    | Reorg
    | BaseFee
    | PullLiquidity
    | Dump
    | Traps
    | StealNonce
    | Storage
    | ShiftClock
    | Command
    | Crash
)


@dataclass(frozen=True, slots=True)
class Step:
    at_s: int
    do: Action


@dataclass(frozen=True, slots=True)
class ExpectedMode:
    """A health state, or a worse one where `at_least`, seen so soon after the trouble began."""

    within_s: int
    state: HealthState
    at_least: bool = True


@dataclass(frozen=True, slots=True)
class ExpectedAlert:
    code: str
    within_s: int
    tier: int | None = None  # None: any


class Entries(StrEnum):
    NONE = "none"
    ALLOWED = "allowed"


class Exits(StrEnum):
    DURING = "during"  # at least one is mined while it lasts, and what was held is sold in the end
    LATER = "later"  # what was held is sold in the end
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Expect:
    """`entries_after_s`: what was decided just before may still go out."""

    modes: tuple[ExpectedMode, ...] = ()
    stays: HealthState | None = None  # never worse than this
    alerts: tuple[ExpectedAlert, ...] = ()
    invariants: tuple[str, ...] = ()  # each fails at least once while it lasts
    decides: tuple[str, ...] = ()  # each is the reason of at least one decision while it lasts
    entries: Entries = Entries.NONE
    entries_after_s: int = 0
    exits: Exits = Exits.LATER
    duplicates: int = 0
    strangers: int = 0  # transactions of our wallet that are not ours
    cycles_min: int = 0  # that end well while it lasts
    recovers_within_s: int | None = 150  # None: a person must do something, and no step does


@dataclass(frozen=True, slots=True)
class Scenario:
    name: str
    proves: str
    steps: tuple[Step, ...]  # by time
    expect: Expect
    settings: Mapping[str, str]  # GROUP__FIELD -> text, over the stage's own
    providers: int = 1
    needs: str = ""  # "sqlite" or "postgresql"; empty: either

    @property
    def begins_s(self) -> int:
        return self.steps[0].at_s

    @property
    def ends_s(self) -> int:
        """The last step ends the trouble."""
        return self.steps[-1].at_s
