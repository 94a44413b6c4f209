"""Logs as nodes write them, and the three events we read. Decoding raises ValueError."""

from dataclasses import dataclass
from typing import Final

import msgspec

from botctl.adapters.evm.abi import Cursor, unhexed
from botctl.adapters.evm.quantity import address_of, hash_of, quantity
from botctl.adapters.evm.selectors import PAIR_CREATED, SWAP, TRANSFER
from botctl.core.units import Address, Hash32
from botctl.ports.chain import PairCreated, SwapLog

TOPICS: Final = 3  # all three events: the signature and two indexed addresses


class _Wire(msgspec.Struct, rename="camel"):
    address: str
    topics: list[str]
    data: str
    block_number: str
    block_hash: str
    log_index: str
    transaction_hash: str
    removed: bool = False


@dataclass(frozen=True, slots=True)
class Log:
    address: Address
    topics: tuple[Hash32, ...]
    data: bytes
    block_number: int
    block_hash: Hash32
    index: int
    tx_hash: Hash32
    removed: bool  # a reorganisation took it back


def log_of(wire: object) -> Log:
    try:
        log = msgspec.convert(wire, _Wire)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from error
    return Log(
        address=address_of(log.address),
        topics=tuple(hash_of(topic) for topic in log.topics),
        data=unhexed(log.data),
        block_number=quantity(log.block_number),
        block_hash=hash_of(log.block_hash),
        index=quantity(log.log_index),
        tx_hash=hash_of(log.transaction_hash),
        removed=log.removed,
    )


def pair_created(log: Log, launcher: Address) -> PairCreated:
    first, second = _indexed(log, PAIR_CREATED)
    cursor = Cursor(log.data)
    pair = cursor.address()
    cursor.uint()  # how many pairs there are now
    cursor.done()
    return PairCreated(
        pair=pair,
        token0=first,
        token1=second,
        block_number=log.block_number,
        block_hash=log.block_hash,
        launcher=launcher,
    )


def swap(log: Log, trader: Address) -> SwapLog:
    _indexed(log, SWAP)
    cursor = Cursor(log.data)
    in0, in1, out0, out1 = (cursor.uint() for _ in range(4))
    cursor.done()
    return SwapLog(
        pair=log.address,
        block_number=log.block_number,
        block_hash=log.block_hash,
        log_index=log.index,
        tx_hash=log.tx_hash,
        trader=trader,
        in0=in0,
        in1=in1,
        out0=out0,
        out1=out1,
    )


def transfer(log: Log) -> tuple[Address, Address, Address, int]:
    """Token, from, to, amount. An NFT's Transfer has a fourth topic and is not one."""
    sender, receiver = _indexed(log, TRANSFER)
    cursor = Cursor(log.data)
    amount = cursor.uint()
    cursor.done()
    return log.address, sender, receiver, amount


def _indexed(log: Log, event: str) -> tuple[Address, Address]:
    if len(log.topics) != TOPICS or log.topics[0] != event:
        raise ValueError("another event")
    first, second = (Cursor(bytes.fromhex(topic[2:])).address() for topic in log.topics[1:])
    return first, second
