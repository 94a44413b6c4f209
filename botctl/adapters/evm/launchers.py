"""Whose transaction opened each pair: two requests, however many pairs."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

import msgspec

from botctl.adapters.evm import selectors
from botctl.adapters.evm.paging import Plain, ask_all
from botctl.adapters.evm.quantity import address_of
from botctl.adapters.evm.rpc import Call, Rpc
from botctl.adapters.evm.rpc_errors import shaped
from botctl.core.units import Address

T = TypeVar("T")


class _Log(msgspec.Struct, rename="camel"):
    data: str
    transaction_hash: str


class _Sent(msgspec.Struct):
    sender: str = msgspec.field(name="from")


def launchers(
    rpc: Rpc, factory: Address, pairs: Sequence[tuple[Address, int]]
) -> tuple[Address | None, ...]:
    """`pairs`: each with the block that opened it. The senders, whichever contracts they called.

    None where the log, or its transaction, is not there any more. Raises a BotError.
    """
    logs = _logs(rpc, factory, sorted({block for _, block in pairs}))
    opened = [_opened(logs[block], pair) for pair, block in pairs]
    senders = _senders(rpc, list(dict.fromkeys(each for each in opened if each)))
    return tuple(None if each is None else senders[each] for each in opened)


def _logs(rpc: Rpc, factory: Address, blocks: Sequence[int]) -> Mapping[int, list[_Log]]:
    calls = [_pairs_opened_in(factory, block) for block in blocks]
    return dict(zip(blocks, _answered(rpc, calls, list[list[_Log]]), strict=True))


def _pairs_opened_in(factory: Address, block: int) -> Call:
    wanted = {
        "address": factory,
        "topics": [selectors.PAIR_CREATED],
        "fromBlock": hex(block),
        "toBlock": hex(block),
    }
    return "eth_getLogs", [wanted]


def _opened(logs: Sequence[_Log], pair: Address) -> str | None:
    """The hash of the transaction."""
    return next((log.transaction_hash for log in logs if pair[2:] in log.data.lower()), None)


def _senders(rpc: Rpc, hashes: Sequence[str]) -> Mapping[str, Address | None]:
    calls: list[Call] = [("eth_getTransactionByHash", [each]) for each in hashes]
    found = _answered(rpc, calls, list[_Sent | None])
    with shaped(rpc.name):
        return {
            each: None if sent is None else address_of(sent.sender)
            for each, sent in zip(hashes, found, strict=True)
        }


def _answered(rpc: Rpc, calls: Sequence[Call], kind: type[T]) -> T:
    asked = Plain(*calls)
    ask_all(rpc, asked)
    with shaped(rpc.name):
        return msgspec.convert(asked.answers, kind)
