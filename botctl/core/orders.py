"""Orders, their attempts and fills: the record of carrying out one intent."""

from dataclasses import dataclass
from enum import StrEnum

from botctl.core.intent import Intent
from botctl.core.lifecycle import OrderState
from botctl.core.units import Address, BundleId, CycleId, Hash32, OrderId


class OrderKind(StrEnum):
    SWAP = "swap"
    APPROVE = "approve"  # the exact allowance a sell needs, one nonce before it
    NOOP = "noop"  # a self-send of nothing: fills a nonce that nobody uses, so that later ones mine


class AttemptKind(StrEnum):
    """What one signed transaction of an order is for; all attempts of an order share its nonce."""

    SEND = "send"
    BUMP = "bump"  # the same call for a higher fee
    CANCEL = "cancel"  # a self-send of nothing: takes the nonce so that the call cannot


class SendCode(StrEnum):
    """A node's answer to our bytes, in seven words; silence is one of them (STYLE §4)."""

    ACCEPTED = "accepted"
    ALREADY_KNOWN = "already_known"
    NONCE_TOO_LOW = "nonce_too_low"
    UNDERPRICED = "underpriced"
    NO_FUNDS = "no_funds"
    REJECTED = "rejected"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Order:
    """`bundle_id` leads back to why; `nonce` is set from SIGNED on."""

    id: OrderId
    kind: OrderKind
    intent: Intent
    state: OrderState
    bundle_id: BundleId
    cycle_id: CycleId
    trace_id: str
    created_ms: int
    changed_ms: int
    nonce: int | None = None
    code: str = ""  # why it ended as it did
    detail: str = ""  # a decoded revert reason, a node's text
    block_number: int | None = None  # where it was last seen mined
    block_hash: Hash32 | None = None


@dataclass(frozen=True, slots=True)
class UnsignedTx:
    """An EIP-1559 transaction before its signature."""

    chain_id: int
    nonce: int
    to: Address
    value_wei: int
    data: bytes
    gas_limit: int
    fee_max_wei: int
    priority_fee_wei: int


@dataclass(frozen=True, slots=True)
class SignedTx:
    raw: bytes
    hash: Hash32


@dataclass(frozen=True, slots=True)
class Attempt:
    """One signed transaction of an order, kept byte for byte."""

    order_id: OrderId
    number: int
    nonce: int
    raw: bytes
    hash: Hash32
    fee_max_wei: int
    priority_fee_wei: int
    signed_ms: int
    signed_block: int = 0  # the head when it was signed: private sending falls back from here
    kind: AttemptKind = AttemptKind.SEND
    fence: int = 0  # the lease's token under which it was signed
    sends: int = 0
    last_code: SendCode | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """A mined transaction; `transfers` are its ERC-20 Transfer logs as (token, from, to, amount)."""

    tx_hash: Hash32
    block_number: int
    block_hash: Hash32
    ok: bool
    gas_used: int
    gas_price_wei: int
    transfers: tuple[tuple[Address, Address, Address, int], ...]


@dataclass(frozen=True, slots=True)
class Fill:
    """What an order did to the wallet; signed from the wallet's point of view."""

    order_id: OrderId
    kind: OrderKind
    token: Address
    token_delta: int
    native_delta_wei: int  # without gas
    gas_wei: int
    block_number: int
    block_hash: Hash32
