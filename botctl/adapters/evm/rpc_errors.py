"""What a provider's failure means: HTTP statuses and JSON-RPC faults as our codes."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import msgspec

from botctl.core.codes import Code
from botctl.core.errors import BotError, OperatorError, TransientError

TEXT_CHARS_MAX: Final = 300
TOO_MANY_REQUESTS: Final = 429
NOT_ACCEPTED: Final = frozenset({401, 402, 403, 407})
FIRST_SERVER_STATUS: Final = 500
REQUEST_TIMEOUT: Final = 408
REVERTED: Final = frozenset({3, -32015})  # geth and most others; nethermind, openethereum
REVERTED_WORDS: Final = ("execution reverted", "vm execution error", "vm exception")

RATE_WORDS: Final = (
    "rate limit",
    "ratelimit",
    "too many requests",
    "request count exceeded",
    "compute units",
    "exceeded its throughput",
    "exceeded the quota",
    "throttl",
)
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
URLS: Final = re.compile(r"\b\w+://\S+")
UNPRINTABLE: Final = re.compile(r"[^\x20-\x7e]+")


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


def printable(text: str, secrets: tuple[str, ...] = ()) -> str:
    """A provider's text fit for a log: one short line, without URLs or parts of ours."""
    for secret in secrets:
        text = text.replace(secret, "…")
    return UNPRINTABLE.sub(" ", URLS.sub("<url>", text))[:TEXT_CHARS_MAX]


def fault_error(fault: RpcFault, **facts: object) -> RpcFaultError:
    return RpcFaultError(_fault_code(fault), fault, **facts)


def status_error(status: int, provider: str) -> BotError:
    if status in NOT_ACCEPTED:
        say = "the provider refuses our credentials"
        return OperatorError(Code.ERR_RPC_REFUSED, say, provider=provider, status=status)
    return TransientError(_status_code(status), provider=provider, status=status)


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
    if fault.code == TOO_MANY_REQUESTS or any(word in text for word in RATE_WORDS):
        return Code.ERR_RPC_RATE_LIMITED
    if any(word in text for word in PRUNED_WORDS):
        return Code.ERR_NODE_PRUNED
    if any(word in text for word in BLOCK_GONE_WORDS):
        return Code.ERR_CHAIN_REORGED
    return Code.ERR_RPC_FAULT
