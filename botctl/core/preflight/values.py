"""What a preflight looks at, and what it says; amounts in wei, ages in ms."""

from dataclasses import dataclass
from enum import StrEnum

from botctl.core.facts import BlockRef, Mode
from botctl.core.sellability.proof import Capability
from botctl.core.units import Address, Hash32


class PreCode(StrEnum):
    """In the order in which they are told; each has a heading in `runbooks/preflight.md`."""

    PRE_KEY = "PRE_KEY"  # the key opens and is the configured one
    PRE_SCHEMA = "PRE_SCHEMA"  # the database opens and has our schema
    PRE_DISK = "PRE_DISK"  # there is room, and we can write
    PRE_NODES = "PRE_NODES"  # every configured node answers and names the same head
    PRE_CHAIN = "PRE_CHAIN"  # and serves the configured chain
    PRE_CLOCK = "PRE_CLOCK"  # our clock and the chain's agree
    PRE_OVERRIDES = "PRE_OVERRIDES"  # what the gate can prove on the node that is read
    PRE_VENUE = "PRE_VENUE"  # factory and router are there, with the pinned code
    PRE_BALANCE = "PRE_BALANCE"  # one entry can be paid above the buffer
    PRE_ALLOWANCES = "PRE_ALLOWANCES"  # nobody may take what we do not offer
    PRE_ALERTS = "PRE_ALERTS"  # each channel takes a message
    PRE_CHAT = "PRE_CHAT"  # the chat's bot answers, and somebody may command it
    PRE_DRIFT = "PRE_DRIFT"  # the settings are those of the last decided cycle


class Grade(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Trouble:
    """A BotError as a value: what kept us from looking."""

    code: str
    say: str


@dataclass(frozen=True, slots=True)
class KeySeen:
    """`needed` False: paper signs with a key of its own."""

    needed: bool
    address: Address | None = None
    trouble: Trouble | None = None


@dataclass(frozen=True, slots=True)
class NodeSeen:
    """One provider. `agrees`: it has the first node's head; None when that is not known."""

    name: str
    chain_id: int | None = None
    head: BlockRef | None = None
    agrees: bool | None = None
    trouble: Trouble | None = None


@dataclass(frozen=True, slots=True)
class Allowance:
    token: Address
    amount: int
    held: bool  # by an open position: its sell may be on the way


@dataclass(frozen=True, slots=True)
class VenueSeen:
    factory_code_hash: Hash32 | None
    router_code_hash: Hash32 | None


@dataclass(frozen=True, slots=True)
class ChainSeen:
    """What was read at the first node's head; a Trouble stands where something could not be."""

    nodes: tuple[NodeSeen, ...]
    capabilities: tuple[Capability, ...] | Trouble
    venue: VenueSeen | Trouble
    balance_wei: int | Trouble
    allowances: tuple[Allowance, ...] | Trouble


@dataclass(frozen=True, slots=True)
class DiskSeen:
    """Of the state folder. `trouble`: a file could not be written there."""

    free_bytes: int
    trouble: Trouble | None = None


@dataclass(frozen=True, slots=True)
class ChannelSeen:
    channel: str
    ok: bool
    said: str


@dataclass(frozen=True, slots=True)
class BotSeen:
    """Telegram's answer about a token. `name` empty: it has none; `later`: nobody answered."""

    name: str
    said: str
    later: bool = False


@dataclass(frozen=True, slots=True)
class ChatSeen:
    """`bot` None: it was not asked. `trouble`: there is no token to ask with."""

    people: int
    operators: int
    bot: BotSeen | None = None
    trouble: Trouble | None = None


@dataclass(frozen=True, slots=True)
class DriftSeen:
    """`decided_hash` None: nothing was decided yet. `changed`: None when those are not known."""

    decided_hash: str | None
    decided_build: str | None
    changed: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Seen:
    """None where something was left out: remote checks that were skipped, or no database."""

    now_ms: int
    key: KeySeen
    store: Trouble | None  # None: it opened, so its schema is ours
    revision: str
    cycle_started_ms: int | None
    disk: DiskSeen
    chain: ChainSeen | None
    channels: tuple[ChannelSeen, ...] | None
    drift: DriftSeen | None
    chat: ChatSeen | None = None  # None: no chat is configured


@dataclass(frozen=True, slots=True)
class Limits:
    """What it is held against, from settings."""

    mode: Mode
    wallet: Address
    chain_id: int
    factory_code_hash: Hash32 | None  # None: not pinned
    router_code_hash: Hash32 | None
    head_age_ms_max: int
    ahead_ms_max: int
    balance_buffer_wei: int
    trade_wei: int
    trade_min_wei: int
    gate: bool
    gate_unproven: bool
    disk_free_min: int  # bytes
    config_hash: str
    build_sha: str
    has_deadman: bool


@dataclass(frozen=True, slots=True)
class Checked:
    """`evidence` is what was seen; `fix` what to do, empty when there is nothing to do."""

    code: PreCode
    grade: Grade
    evidence: str
    fix: str = ""
    later: bool = False  # a failure of the far side: trying again may be all it needs
