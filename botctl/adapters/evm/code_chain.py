"""The codes behind many tokens' proxies, level by level: as many requests for all as for the deepest.

Each token has a walk of its own that yields what it wants to know next; what all walks want is one
batch, in which nothing is asked twice, so a thousand clones read the code that they share once.
"""

from collections.abc import Generator, Mapping, Sequence
from typing import Final, NamedTuple, TypeAlias

from botctl.adapters.evm import selectors
from botctl.adapters.evm.abi import WORD, unhexed
from botctl.adapters.evm.gate_helpers import named_addresses
from botctl.adapters.evm.lent_code import pinned
from botctl.adapters.evm.rpc import Call, Rpc
from botctl.adapters.evm.rpc_errors import RpcFault, fault_error, shaped
from botctl.core.codes import Code
from botctl.core.facts import BlockRef
from botctl.core.sellability.code_facts import CHAIN_MAX, code_facts
from botctl.core.sellability.proxies import Proxy, ProxyKind
from botctl.core.units import ZERO_ADDRESS, Address

ADDRESS_BYTES: Final = 20
ASKED_GAS: Final = 500_000  # for a beacon's answer; one that needs more is no beacon
LEVEL_STEPS: Final = 3  # the slot, the beacon's answer, the code
STEPS_MAX: Final = 1 + LEVEL_STEPS * (CHAIN_MAX - 1)
UNREADABLE: Final = frozenset((ProxyKind.NONE, ProxyKind.UNKNOWN, ProxyKind.ACCOUNT))


class Chain(NamedTuple):
    """A token's codes, the token's own first, and the contracts that they name."""

    codes: tuple[bytes, ...]
    named: tuple[Address, ...]


class _CodeAt(NamedTuple):
    where: Address

    def call(self, at: BlockRef) -> Call:
        return "eth_getCode", [self.where, pinned(at)]


class _SlotOf(NamedTuple):
    where: Address
    slot: int

    def call(self, at: BlockRef) -> Call:
        return "eth_getStorageAt", [self.where, hex(self.slot), pinned(at)]


class _ToldBy(NamedTuple):
    """What a beacon says. The only one of the three that runs code of strangers."""

    beacon: Address

    def call(self, at: BlockRef) -> Call:
        data = f"0x{selectors.IMPLEMENTATION}"
        return "eth_call", [
            {"to": self.beacon, "data": data, "gas": hex(ASKED_GAS)},
            pinned(at),
        ]


_Ask: TypeAlias = _CodeAt | _SlotOf | _ToldBy
_Walk: TypeAlias = Generator[_Ask, bytes, Chain]


def chains(rpc: Rpc, tokens: Sequence[Address], at: BlockRef) -> dict[Address, Chain]:
    """By token. A walk stops where nothing more can be read: the facts then say what is missing.

    Raises a BotError when the node is in trouble; a beacon that reverts ends its own walk only.
    """
    walks = {token: _walk(token) for token in tokens}
    wanted = {token: next(walk) for token, walk in walks.items()}
    found: dict[Address, Chain] = {}
    for _ in range(STEPS_MAX):
        if not wanted:
            break
        answers = _answers(rpc, at, tuple(dict.fromkeys(wanted.values())))
        asked, wanted = wanted, {}
        for token, ask in asked.items():
            try:
                wanted[token] = walks[token].send(answers[ask])
            except StopIteration as stopped:
                found[token] = stopped.value
    assert not wanted, "a walk is longer than its levels"
    return found


def address_in(word: bytes) -> Address | None:
    """Of the first word; None where there is none, and for the zero address."""
    found = Address("0x" + word[WORD - ADDRESS_BYTES : WORD].hex())
    return None if len(word) < WORD or found == ZERO_ADDRESS else found


def _walk(token: Address) -> _Walk:
    codes, beacons = [(yield _CodeAt(token))], list[Address]()
    while len(codes) < CHAIN_MAX:
        proxy = code_facts(codes).unread
        behind = yield from _behind(token, proxy)
        if behind is not None and proxy.kind is ProxyKind.BEACON:
            beacons.append(behind)
            behind = address_in((yield _ToldBy(behind)))
        code = b"" if behind is None else (yield _CodeAt(behind))
        if not code:
            break
        codes.append(code)
    named = (each for code in codes for each in named_addresses(code))
    return Chain(tuple(codes), (*beacons, *named))


def _behind(token: Address, proxy: Proxy) -> Generator[_Ask, bytes, Address | None]:
    """Of a beacon, the beacon. Storage is the token's own, however many codes lie in between."""
    if proxy.kind in UNREADABLE:
        return None
    if proxy.slot is None:
        return proxy.address
    return address_in((yield _SlotOf(token, proxy.slot)))


def _answers(rpc: Rpc, at: BlockRef, asks: Sequence[_Ask]) -> Mapping[_Ask, bytes]:
    results = rpc.batch([ask.call(at) for ask in asks])
    return {ask: _answer(ask, result, rpc.name) for ask, result in zip(asks, results, strict=True)}


def _answer(ask: _Ask, result: object, provider: str) -> bytes:
    """Nothing, where a beacon failed; code and storage never fail but with their node."""
    if isinstance(result, RpcFault):
        error = fault_error(result, provider=provider)
        if error.code is not Code.ERR_RPC_FAULT or not isinstance(ask, _ToldBy):
            raise error
        return b""
    with shaped(provider):
        return unhexed(result)
