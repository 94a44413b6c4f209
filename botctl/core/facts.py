"""What was seen: values captured at one block, kept for ever, never changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from botctl.core.units import Address, CycleId, Hash32


class Mode(StrEnum):
    PAPER = "paper"  # real data, simulated fills
    LIVE = "live"
    DEVNET = "devnet"  # the embedded chain


class Source(StrEnum):
    FACTORY = "factory"  # a PairCreated log
    WATCHLIST = "watchlist"


class ProbeStatus(StrEnum):
    """How a simulated buy-and-sell ended; the order is that of `Prober.sol`'s status byte."""

    OK = "ok"
    NO_QUOTE = "no_quote"
    BUY_REVERTED = "buy_reverted"
    BOUGHT_NOTHING = "bought_nothing"
    APPROVE_FAILED = "approve_failed"
    SELL_REVERTED = "sell_reverted"
    SOLD_FOR_NOTHING = "sold_for_nothing"
    ISOLATED_FAILURE = "isolated_failure"  # out of gas, or an answer of impossible shape
    BALANCE_UNREADABLE = "balance_unreadable"


@dataclass(frozen=True, slots=True)
class BlockRef:
    """One block by hash: what every read of a cycle is pinned to."""

    number: int
    hash: Hash32
    parent: Hash32
    timestamp_s: int
    base_fee_wei: int


@dataclass(frozen=True, slots=True)
class Market:
    """A V2 pair seen from its base token (`token`) against its quote token; read once."""

    pair: Address
    token: Address
    quote: Address
    source: Source
    symbol: str | None  # None: reverting, empty or not text
    name: str | None
    decimals: int | None  # None: the token does not say
    quote_symbol: str
    quote_decimals: int
    created_block: int | None  # None: not found through the factory's logs
    created_s: int | None
    launcher: Address | None = None  # whose transaction opened the pair


@dataclass(frozen=True, slots=True)
class Window:
    """Swaps of one market over the last `blocks` blocks; volumes in 1e-9 of a whole quote unit."""

    blocks: int
    buys: int
    sells: int
    buy_quote_nano: int
    sell_quote_nano: int
    traders: int  # distinct senders of the transactions
    sandwiches: int = 0  # somebody bought before and sold after another's buy in one block


@dataclass(frozen=True, slots=True)
class Facts:
    """One market's state at the pinned block; None means it could not be read, never zero."""

    pair_code_hash: Hash32 | None
    token_code_hash: Hash32 | None  # None: there is no code (never deployed, or destroyed)
    factory: Address | None
    reserve_token: int | None
    reserve_quote: int | None
    pair_token_balance: int | None
    pair_quote_balance: int | None
    lp_supply: int | None
    lp_locked: int | None  # LP held by burn addresses and configured lockers
    token_supply: int | None
    owner: Address | None  # None: no owner function; the zero address: renounced
    wallet_token: int | None
    insiders_token: int | None = (
        None  # held by owner, launcher, the token itself and its big buyers
    )


@dataclass(frozen=True, slots=True)
class Past:
    """What the bot's cycle before this one saw of the market."""

    block: int
    reserve_token: int
    reserve_quote: int
    jumped_ms: int | None = None  # when a cycle last saw it jump; None: never, or long before


@dataclass(frozen=True, slots=True)
class TierFinding:
    """What one tier of the gate said; `refuses`: enough against an entry."""

    code: str
    refuses: bool
    words: str


def code_id(hashes: Sequence[Hash32]) -> str:
    """One name for a token's code and all codes behind it, 64 hex digits."""
    return sha256(" ".join(hashes).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Tiers:
    """All tiers of the gate, asked at `block`; the findings in order of weight, refusals first.

    Kept for a while as long as nothing that they rest on has changed (`scan.tiers_age_max_ms`).
    """

    block: int
    asked_ms: int
    code_id: str  # of the token's code and every code behind it
    rests_on: str  # what they were true of: another code, owner or tax is asked about anew
    findings: tuple[TierFinding, ...]

    @property
    def refusal(self) -> TierFinding | None:
        return next((found for found in self.findings if found.refuses), None)


@dataclass(frozen=True, slots=True)
class Probe:
    """One simulated round trip: buy with `amount_in` wei, sell what arrived, at the next block."""

    status: ProbeStatus
    amount_in: int
    expected_out: int  # quoted from reserves, before taxes
    received: int
    sent_to_pair: int
    arrived: int
    expected_back: int  # quoted for `received` on the reserves after the buy
    back: int
    buy_gas: int
    sell_gas: int
    reason: str  # decoded revert text, or empty


@dataclass(frozen=True, slots=True)
class Provenance:
    provider: str
    block: int
    fetched_at_ms: int
    max_age_ms: int


@dataclass(frozen=True, slots=True)
class Detection:
    """The facts about one market in one cycle."""

    market: Market
    facts: Facts
    short: Window
    long: Window
    probe: Probe | None  # None: not probed, so nothing is proven
    provenance: Provenance
    past: Past | None = None  # None: the cycle before did not see it whole
    tiers: Tiers | None = None  # None: not asked of this market


@dataclass(frozen=True, slots=True)
class QuotePrice:
    """What one whole unit of a quote token is worth, from a reference pair at the pinned block."""

    token: Address
    usd_micro: int | None


@dataclass(frozen=True, slots=True)
class World:
    """What all markets of a cycle share: the pinned block, the venue, the wallet."""

    cycle_id: CycleId
    trace_id: str
    bot: str
    mode: Mode
    chain_id: int  # what the node says
    block: BlockRef
    provider: str
    fetched_at_ms: int
    sources_configured: int
    sources_agreeing: int
    factory_code_hash: Hash32 | None
    router_code_hash: Hash32 | None
    wallet: Address  # the configured address
    signer: Address | None  # the address the key derives; None: no key at hand
    balance_wei: int
    priority_fee_wei: int
    prices: tuple[QuotePrice, ...]
    sources_needed: int = 0  # 0, as in documents from before: all that are configured
    sources_say: str = ""  # a code, and which provider does not agree how
