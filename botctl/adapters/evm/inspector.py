"""A token's code behind its proxies, its pair, and the gate's simulations, from one node."""

from dataclasses import replace
from typing import Final, NamedTuple

import msgspec

from botctl.adapters.evm import selectors
from botctl.adapters.evm.abi import address, unhexed
from botctl.adapters.evm.gate import Gate
from botctl.adapters.evm.gate_case import NAMELESS, Power, Suspect
from botctl.adapters.evm.gate_helpers import named_addresses, with_helpers
from botctl.adapters.evm.hashing import hash32
from botctl.adapters.evm.lent_code import pinned
from botctl.adapters.evm.quantity import address_of
from botctl.adapters.evm.rpc import Rpc
from botctl.adapters.evm.rpc_errors import shaped
from botctl.core.facts import BlockRef
from botctl.core.sellability.code_facts import CHAIN_MAX, CodeFacts, code_facts
from botctl.core.sellability.proof import Proof
from botctl.core.sellability.proxies import Proxy, ProxyKind
from botctl.core.units import ZERO_ADDRESS, Address
from botctl.ports.inspect import Suspicion

ADDRESS_BYTES: Final = 20
UNREADABLE: Final = frozenset((ProxyKind.NONE, ProxyKind.UNKNOWN, ProxyKind.ACCOUNT))


class _Chain(NamedTuple):
    """A token's codes, and the contracts that they name."""

    codes: tuple[bytes, ...]
    named: tuple[Address, ...]


class _Log(msgspec.Struct, rename="camel"):
    data: str
    transaction_hash: str


class _Sent(msgspec.Struct):
    sender: str = msgspec.field(name="from")


class EvmInspector:
    """A TokenInspector for the configured venue. `salt` as `Gate` wants it."""

    def __init__(
        self, rpc: Rpc, *, factory: Address, router: Address, native: Address, salt: bytes
    ) -> None:
        self._rpc = rpc
        self._factory = factory
        self._venue = (factory, router, native)
        self._read: tuple[Address, BlockRef, _Chain] | None = None
        self._gate = Gate(rpc, router, native, salt=salt)

    def pair_of(self, token: Address, quote: Address, at: BlockRef) -> Address | None:
        asked = f"0x{selectors.GET_PAIR}{address(token)}{address(quote)}"
        return self._address(self._call(self._factory, asked, at))

    def launcher(self, pair: Address, created_block: int) -> Address | None:
        """The sender of the transaction, whichever contract it called."""
        block = hex(created_block)
        wanted = {
            "address": self._factory,
            "topics": [selectors.PAIR_CREATED],
            "fromBlock": block,
            "toBlock": block,
        }
        with shaped(self._rpc.name):
            logs = msgspec.convert(self._rpc.call("eth_getLogs", wanted), list[_Log])
        opened = next((log for log in logs if pair[2:] in log.data), None)
        if opened is None:
            return None
        sent = self._rpc.call("eth_getTransactionByHash", opened.transaction_hash)
        with shaped(self._rpc.name):
            return address_of(msgspec.convert(sent, _Sent).sender)

    def code(self, token: Address, at: BlockRef) -> CodeFacts:
        """Stops where nothing more can be read: the facts then say what is missing."""
        codes = self._chain(token, at).codes
        return replace(code_facts(codes), hashes=tuple(map(hash32, codes)))

    def prove(self, suspicion: Suspicion, *, amount_wei: int, at: BlockRef) -> Proof:
        case = Suspect(
            token=suspicion.token,
            pair=suspicion.pair,
            actors=tuple(suspicion.actors),
            powers=tuple(Power(suspicion.token, each) for each in (*suspicion.selectors, NAMELESS)),
        )
        cases = with_helpers(
            self._rpc, at, [case], [self._chain(suspicion.token, at).named], self._venue
        )
        return self._gate.proofs(cases, amount_wei=amount_wei, block=at)[0]

    def _chain(self, token: Address, at: BlockRef) -> _Chain:
        """The codes one behind the other; asked for twice in a row, read once."""
        if self._read is None or self._read[:2] != (token, at):
            self._read = (token, at, self._read_chain(token, at))
        return self._read[2]

    def _read_chain(self, token: Address, at: BlockRef) -> _Chain:
        codes, met = [self._code(token, at)], list[Address]()
        while len(codes) < CHAIN_MAX:
            proxy = code_facts(codes).unread
            behind = self._behind(token, proxy, at)
            if behind is not None and proxy.kind is ProxyKind.BEACON:
                met.append(behind)
                behind = self._address(self._call(behind, f"0x{selectors.IMPLEMENTATION}", at))
            code = None if behind is None else self._code(behind, at)
            if not code:
                break
            codes.append(code)
        named = (each for code in codes for each in named_addresses(code))
        return _Chain(tuple(codes), (*met, *named))

    def _behind(self, token: Address, proxy: Proxy, at: BlockRef) -> Address | None:
        """Of a beacon, the beacon. Storage is the token's own, however many codes lie in between."""
        if proxy.kind in UNREADABLE:
            return None
        if proxy.slot is None:
            return proxy.address
        word = self._rpc.call("eth_getStorageAt", token, hex(proxy.slot), pinned(at))
        return self._address(self._bytes(word))

    def _code(self, where: Address, at: BlockRef) -> bytes:
        return self._bytes(self._rpc.call("eth_getCode", where, pinned(at)))

    def _call(self, to: Address, data: str, at: BlockRef) -> bytes:
        return self._bytes(self._rpc.call("eth_call", {"to": to, "data": data}, pinned(at)))

    def _bytes(self, answer: object) -> bytes:
        with shaped(self._rpc.name):
            return unhexed(answer)

    @staticmethod
    def _address(word: bytes) -> Address | None:
        """The low twenty bytes; None for nothing, and for the zero address."""
        found = Address("0x" + word[-ADDRESS_BYTES:].hex())
        return None if len(word) < ADDRESS_BYTES or found == ZERO_ADDRESS else found
