"""A token's code behind its proxies, its pair, and the gate's simulations, from one node."""

from typing import Final

from botctl.adapters.evm import selectors
from botctl.adapters.evm.abi import address, unhexed
from botctl.adapters.evm.gate import Gate
from botctl.adapters.evm.gate_case import suspect
from botctl.adapters.evm.lent_code import pinned
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


class EvmInspector:
    """A TokenInspector for the configured venue. `salt` as `Gate` wants it."""

    def __init__(
        self, rpc: Rpc, *, factory: Address, router: Address, native: Address, salt: bytes
    ) -> None:
        self._rpc = rpc
        self._factory = factory
        self._gate = Gate(rpc, router, native, salt=salt)

    def pair_of(self, token: Address, quote: Address, at: BlockRef) -> Address | None:
        asked = f"0x{selectors.GET_PAIR}{address(token)}{address(quote)}"
        return self._address(self._call(self._factory, asked, at))

    def code(self, token: Address, at: BlockRef) -> CodeFacts:
        """Stops where nothing more can be read: the facts then say what is missing."""
        chain = [self._code(token, at)]
        facts = code_facts(chain)
        for _ in range(CHAIN_MAX - 1):
            behind = self._behind(token, facts.unread, at)
            code = None if behind is None else self._code(behind, at)
            if not code:
                break
            chain.append(code)
            facts = code_facts(chain)
        return facts

    def prove(self, suspicion: Suspicion, *, amount_wei: int, at: BlockRef) -> Proof:
        case = suspect(suspicion.token, suspicion.pair, suspicion.owner, list(suspicion.selectors))
        return self._gate.proofs([case], amount_wei=amount_wei, block=at)[0]

    def _behind(self, token: Address, proxy: Proxy, at: BlockRef) -> Address | None:
        """Storage is the token's own, however many codes lie in between."""
        if proxy.kind in UNREADABLE:
            return None
        found = proxy.address
        if found is None and proxy.slot is not None:
            word = self._rpc.call("eth_getStorageAt", token, hex(proxy.slot), pinned(at))
            found = self._address(self._bytes(word))
        if found is None or proxy.kind is not ProxyKind.BEACON:
            return found
        return self._address(self._call(found, f"0x{selectors.IMPLEMENTATION}", at))

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
