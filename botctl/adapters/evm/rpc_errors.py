"""What a provider's failure means: HTTP statuses and JSON-RPC faults as our codes."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from typing import Final

import msgspec

from botctl.core.codes import Code
from botctl.core.errors import BotError, OperatorError, TransientError

TEXT_CHARS_MAX: Final = 300
TOO_MANY_REQUESTS: Final = 429
TOO_LARGE: Final = 413
NOT_ACCEPTED: Final = frozenset({401, 402, 403, 407})
FIRST_SERVER_STATUS: Final = 500
REQUEST_TIMEOUT: Final = 408
REVERTED: Final = frozenset({3, -32015})  # geth and most others; nethermind, openethereum
REVERTED_WORDS: Final = ("execution reverted", "vm execution error", "vm exception")

# -32005 is EIP-1474's "limit exceeded", -32029 what several vendors say instead of HTTP 429.
RATE_CODES: Final = frozenset({TOO_MANY_REQUESTS, -32005, -32029})
# With -32005 some answer a question about too many logs or blocks: there it says nothing of our rate.
NOT_OUR_RATE: Final = ("result", "range", "logs", "batch", "blocks")
RATE_WORDS: Final = (
    "rate limit",
    "ratelimit",
    "too many requests",
    "too many concurrent requests",
    "request count exceeded",
    "request rate exceeded",
    "request limit reached",
    "compute units",
    "capacity limit exceeded",
    "concurrent requests capacity",
    "exceeded its throughput",
    "exceeded the quota",
    "daily limit",
    "monthly limit",
    "throttl",
)
BATCH_WORDS: Final = ("too large", "too many", "limit", "exceed", "max", "size")
MS: Final = 1_000
PRUNED_WORDS: Final = (
    "missing trie node",  # geth, bor
    "historical state",  # geth with path scheme, reth, hosted providers
    "state not available",
    "state at block",  # reth: "state at block #… is pruned"
    "pruned",
    "world state unavailable",  # besu
    "distance to target block exceeds maximum proof window",  # op-geth
)
BLOCK_GONE_WORDS: Final = (
    "header not found",  # geth
    "header for hash not found",
    "unknown block",  # geth, erigon
    "block not found",  # reth
    "resource not found",  # anvil, EIP-1474
    "blocknotfound",
    "hash is not currently canonical",  # geth and nethermind, EIP-1898 requireCanonical
)
SECONDS: Final = re.compile(rb"\d{1,6}")
WAIT_S_MAX: Final = 1_000_000
URLS: Final = re.compile(r"\b\w+://\S+")
UNPRINTABLE: Final = re.compile(r"[^\x20-\x7e]+")


class _Rate(msgspec.Struct):
    backoff_seconds: float


class _Limited(msgspec.Struct):
    rate: _Rate


@dataclass(frozen=True, slots=True)
class RpcFault:
    """A well-formed JSON-RPC error: the node heard us and said no."""

    code: int
    message: str
    data: object = None


class RpcFaultError(TransientError):
    """A fault where a result was needed; `fault` says what the node said."""

    def __init__(self, code: Code, fault: RpcFault, **facts: object) -> None:
        super().__init__(code, fault.message, rpc_code=fault.code, **facts)
        self.fault = fault


class BatchTooLargeError(TransientError):
    """The page as a whole was refused for its size: fewer calls in one request may pass."""


def is_too_large(fault: RpcFault) -> bool:
    text = fault.message.lower()
    return "batch" in text and any(word in text for word in BATCH_WORDS)


def printable(text: str, secrets: tuple[str, ...] = ()) -> str:
    """A provider's text fit for a log: one short line, without URLs or parts of ours."""
    for secret in secrets:
        text = text.replace(secret, "…")
    return UNPRINTABLE.sub(" ", URLS.sub("<url>", text))[:TEXT_CHARS_MAX]


def fault_error(fault: RpcFault, **facts: object) -> RpcFaultError:
    return RpcFaultError(_fault_code(fault), fault, **facts)


def status_error(status: int, provider: str, retry_after: bytes = b"") -> BotError:
    """`retry_after` is the header of that name; only whole seconds are understood, not dates."""
    if status in NOT_ACCEPTED:
        say = "the provider refuses our credentials"
        return OperatorError(Code.ERR_RPC_REFUSED, say, provider=provider, status=status)
    if status == TOO_LARGE:
        return BatchTooLargeError(Code.ERR_RPC_GARBAGE, provider=provider, status=status)
    error = TransientError(_status_code(status), provider=provider, status=status)
    if SECONDS.fullmatch(retry_after):
        error.facts["retry_after_ms"] = int(retry_after) * MS
    return error


def told_wait_ms(error: BotError | RpcFault) -> int | None:
    """How long the provider asks us to stay away: by header, or inside a fault's data."""
    if isinstance(error, RpcFault):
        return _backoff_ms(error.data)
    if isinstance(error, RpcFaultError):
        return _backoff_ms(error.fault.data)
    told = error.facts.get("retry_after_ms")
    return told if isinstance(told, int) else None


def _backoff_ms(data: object) -> int | None:
    """`{"rate": {"backoff_seconds": 30}}`, as Infura has it, rounded up."""
    try:
        told = msgspec.convert(data, _Limited, strict=False).rate.backoff_seconds
    except msgspec.ValidationError:
        return None
    return ceil(told * MS) if 0 <= told < WAIT_S_MAX else None


def unusable(provider: str, why: str) -> TransientError:
    return TransientError(Code.ERR_RPC_GARBAGE, why, provider=provider)


@contextmanager
def shaped(provider: str) -> Iterator[None]:
    """Inside, a ValueError means that the node's answer has the wrong shape."""
    try:
        yield
    except (ValueError, msgspec.ValidationError) as error:
        raise unusable(provider, str(error)) from error


def _status_code(status: int) -> Code:
    if status == TOO_MANY_REQUESTS:
        return Code.ERR_RPC_RATE_LIMITED
    if status >= FIRST_SERVER_STATUS or status == REQUEST_TIMEOUT:
        return Code.ERR_RPC_UNREACHABLE
    return Code.ERR_RPC_GARBAGE


def _fault_code(fault: RpcFault) -> Code:
    """What a contract reverted with is not the node's word, however much it sounds like it."""
    text = fault.message.lower()
    if fault.code in REVERTED or text.startswith(REVERTED_WORDS):
        return Code.ERR_RPC_FAULT
    if _is_about_our_rate(fault.code, text):
        return Code.ERR_RPC_RATE_LIMITED
    if any(word in text for word in PRUNED_WORDS):
        return Code.ERR_NODE_PRUNED
    if any(word in text for word in BLOCK_GONE_WORDS):
        return Code.ERR_CHAIN_REORGED
    return Code.ERR_RPC_FAULT


def _is_about_our_rate(code: int, text: str) -> bool:
    if any(word in text for word in RATE_WORDS):
        return True
    return code in RATE_CODES and not any(word in text for word in NOT_OUR_RATE)
