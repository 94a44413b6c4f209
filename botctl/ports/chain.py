"""The chain as a flow sees it: pinned reads in few round trips, and one way to send bytes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from botctl.core.facts import BlockRef, Facts, Probe
from botctl.core.orders import Receipt, SendCode, SignedTx, UnsignedTx
from botctl.core.units import Address, Hash32


@dataclass(frozen=True, slots=True)
class Head:
    """The freshest block of the provider that answered."""

    chain_id: int
    block: BlockRef
    provider: str
    priority_fee_wei: int  # the node's suggestion
    sources_configured: int
    sources_agreeing: int  # providers that name the same hash at this height, this one included
    sources_needed: int = 0  # that must agree; 0: all that are configured
    sources_say: str = ""  # a code, and who does not agree how


@dataclass(frozen=True, slots=True)
class PairCreated:
    pair: Address
    token0: Address
    token1: Address
    block_number: int
    block_hash: Hash32
    launcher: Address  # tx.from


@dataclass(frozen=True, slots=True)
class SwapLog:
    """One swap; amounts in token0/token1 units as the pair logged them; `trader` is tx.from."""

    pair: Address
    block_number: int
    block_hash: Hash32
    log_index: int
    tx_hash: Hash32
    trader: Address
    in0: int
    in1: int
    out0: int
    out1: int


@dataclass(frozen=True, slots=True)
class TokenMeta:
    token: Address
    has_code: bool
    symbol: str | None
    name: str | None
    decimals: int | None
    supply: int | None


@dataclass(frozen=True, slots=True)
class PairIdentity:
    """What a pair says of itself; None where it does not answer."""

    pair: Address
    factory: Address | None
    token0: Address | None
    token1: Address | None


@dataclass(frozen=True, slots=True)
class MarketQuery:
    pair: Address
    token: Address
    quote: Address
    probe_wei: int | None  # None: do not probe (not payable with the native coin)
    holders: tuple[Address, ...] = ()  # at most three whose tokens count as an insider's


@dataclass(frozen=True, slots=True)
class SurveyRequest:
    markets: Sequence[MarketQuery]
    wallet: Address
    factory: Address
    router: Address
    native: Address
    lockers: Sequence[Address]


@dataclass(frozen=True, slots=True)
class Surveyed:
    facts: Facts
    probe: Probe | None


@dataclass(frozen=True, slots=True)
class Survey:
    """`markets` in the order of the request."""

    markets: tuple[Surveyed, ...]
    balance_wei: int
    factory_code_hash: Hash32 | None
    router_code_hash: Hash32 | None


@dataclass(frozen=True, slots=True)
class Holding:
    token: Address
    balance: int | None  # None: the token does not answer


@dataclass(frozen=True, slots=True)
class WalletState:
    """The wallet at one block; `nonce` counts its mined transactions."""

    nonce: int
    balance_wei: int
    holdings: tuple[Holding, ...]


@dataclass(frozen=True, slots=True)
class NonceCount:
    """Transactions of a wallet as one node counts them: mined, and with those in its pool."""

    provider: str
    mined: int
    pending: int


@dataclass(frozen=True, slots=True)
class Sighting:
    """What the node knows of one hash now: nothing, waiting in its pool, or mined."""

    tx_hash: Hash32
    known: bool
    receipt: Receipt | None


@dataclass(frozen=True, slots=True)
class SendAnswer:
    code: SendCode
    text: str  # the node's own words, for the operator only


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another provider's word on some pairs: (reserve0, reserve1) each, None for no such answer.

    `say`: with a code, why nobody else could be asked; `reserves` is empty then.
    """

    provider: str
    reserves: tuple[tuple[int, int] | None, ...]
    say: str


class MarketReader(Protocol):
    """Everything `scan` reads. Any method may raise a TransientError; none returns a half."""

    def head(self) -> Head: ...
    def is_canonical(self, block: BlockRef) -> bool: ...
    def blocks(self, numbers: Sequence[int]) -> tuple[BlockRef | None, ...]: ...
    def pairs_created(self, factory: Address, first: int, last: int) -> tuple[PairCreated, ...]: ...
    def swaps(self, pairs: Sequence[Address], first: int, last: int) -> tuple[SwapLog, ...]: ...
    def tokens(self, tokens: Sequence[Address], at: BlockRef) -> tuple[TokenMeta, ...]: ...
    def identities(self, pairs: Sequence[Address], at: BlockRef) -> tuple[PairIdentity, ...]: ...
    def survey(self, request: SurveyRequest, at: BlockRef) -> Survey: ...
    def reserves_elsewhere(self, pairs: Sequence[Address], at: BlockRef) -> Elsewhere | None:
        """Of a provider besides the one of this cycle; None when no second one is configured."""

    @property
    def round_trips(self) -> int:
        """HTTP requests made so far."""


class TxReader(Protocol):
    """What `execute` and `reconcile` read."""

    def head(self) -> Head: ...
    def wallet(self, wallet: Address, tokens: Sequence[Address], at: BlockRef) -> WalletState: ...
    def nonces(self, wallet: Address) -> tuple[NonceCount, ...]:
        """One reading of every node that answers, at its head; at least one."""

    def sightings(self, hashes: Sequence[Hash32]) -> tuple[Sighting, ...]: ...
    def blocks(self, numbers: Sequence[int]) -> tuple[BlockRef | None, ...]: ...
    def revert_reason(self, raw: bytes, at_number: int) -> str:
        """Run a reverted transaction again on the block before it; "" when nothing is said."""

    def allowance(self, wallet: Address, spender: Address, token: Address, at: BlockRef) -> int: ...


class Sender(Protocol):
    """The only way bytes leave us. Never raises for a node's refusal: that is an answer."""

    def send(self, signed: SignedTx, *, public: bool = True) -> SendAnswer:
        """`public` False: to the private relay alone, where one is configured."""


class Signer(Protocol):
    @property
    def address(self) -> Address: ...
    def sign(self, tx: UnsignedTx, *, fence: int) -> SignedTx:
        """`fence`: the lease's token. Raises ERR_LEASE_LOST below the highest it has seen."""


class Calls(Protocol):
    """The venue's calldata; amounts as in `Intent`."""

    def buy(
        self, *, min_out: int, path: Sequence[Address], to: Address, deadline_s: int
    ) -> bytes: ...
    def sell(
        self, *, amount_in: int, min_out: int, path: Sequence[Address], to: Address, deadline_s: int
    ) -> bytes: ...
    def approve(self, *, spender: Address, amount: int) -> bytes: ...
