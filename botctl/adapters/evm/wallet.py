"""What `execute` and `reconcile` read: our wallet, and what became of our transactions."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress

from botctl.adapters.evm.blocks import head, headers
from botctl.adapters.evm.lens import Lens
from botctl.adapters.evm.lent_code import pinned
from botctl.adapters.evm.paging import Pages, Plain, ask_all
from botctl.adapters.evm.quantity import quantity
from botctl.adapters.evm.receipts import receipt_of
from botctl.adapters.evm.revert import revert_data, revert_reason
from botctl.adapters.evm.rpc import Rpc
from botctl.adapters.evm.rpc_errors import RpcFaultError, shaped
from botctl.adapters.evm.tx_fields import taken_apart
from botctl.core.codes import Code
from botctl.core.errors import OperatorError, TransientError
from botctl.core.facts import BlockRef
from botctl.core.orders import UnsignedTx
from botctl.core.units import Address, Hash32
from botctl.ports.chain import Head, NonceCount, Sighting, WalletState


class EvmTxReader:
    """A TxReader for the transactions of one wallet.

    `others` besides the one that answers are only asked for its nonces; `agreed` is a head that
    several providers agree on, where there are several.
    """

    def __init__(
        self,
        rpc: Rpc,
        wallet: Address,
        others: Callable[[], Iterable[Rpc]] = tuple,
        agreed: Callable[[], Head] | None = None,
    ) -> None:
        self._rpc = rpc
        self._wallet = wallet
        self._others = others
        self._agreed = agreed

    def head(self) -> Head:
        return self._agreed() if self._agreed else head(self._rpc)

    def blocks(self, numbers: Sequence[int]) -> tuple[BlockRef | None, ...]:
        return headers(self._rpc, numbers)

    def wallet(self, wallet: Address, tokens: Sequence[Address], at: BlockRef) -> WalletState:
        holdings = Pages(Lens(at).holdings(wallet), tokens)
        where = (wallet, pinned(at))
        plain = Plain(("eth_getTransactionCount", where), ("eth_getBalance", where))
        ask_all(self._rpc, plain, holdings)
        with shaped(self._rpc.name):
            nonce, balance_wei = map(quantity, plain.answers)
        return WalletState(nonce, balance_wei, tuple(holdings.rows()))

    def nonces(self, wallet: Address) -> tuple[NonceCount, ...]:
        """One must answer; another that does not proves nothing, and is left out."""
        return (_count(self._rpc, wallet), *self._counts_elsewhere(wallet))

    def _counts_elsewhere(self, wallet: Address) -> Iterator[NonceCount]:
        for rpc in self._others():
            with suppress(TransientError, OperatorError):
                yield _count(rpc, wallet)

    def sightings(self, hashes: Sequence[Hash32]) -> tuple[Sighting, ...]:
        """The receipt is asked first: what is mined in between is at least known."""
        receipts = Plain(*(("eth_getTransactionReceipt", (each,)) for each in hashes))
        entries = Plain(*(("eth_getTransactionByHash", (each,)) for each in hashes))
        ask_all(self._rpc, receipts, entries)
        answers = zip(hashes, receipts.answers, entries.answers, strict=True)
        with shaped(self._rpc.name):
            return tuple(_sighting(*answer) for answer in answers)

    def revert_reason(self, raw: bytes, at_number: int) -> str:
        """Run a transaction again on the state after block `at_number`; "" when it succeeds."""
        tx = taken_apart(raw).tx
        try:
            self._rpc.call("eth_call", _again(tx, self._wallet), hex(at_number))
        except RpcFaultError as error:
            if error.code is not Code.ERR_RPC_FAULT:
                return ""  # the node cannot look back: nothing is known about the reason
            data = revert_data(error.fault.data)
            return revert_reason(data) if data else error.fault.message
        return ""

    def allowance(self, wallet: Address, spender: Address, token: Address, at: BlockRef) -> int:
        """Zero for a token that does not answer: nothing may be taken from us there."""
        page = Pages(Lens(at).allowances(wallet, spender), (token,))
        ask_all(self._rpc, page)
        (found,) = page.rows()
        return found or 0


def _count(rpc: Rpc, wallet: Address) -> NonceCount:
    counted = Plain(*(("eth_getTransactionCount", (wallet, at)) for at in ("latest", "pending")))
    ask_all(rpc, counted)
    with shaped(rpc.name):
        mined, pending = map(quantity, counted.answers)
    return NonceCount(rpc.name, mined, pending)


def _sighting(tx_hash: Hash32, receipt: object, entry: object) -> Sighting:
    read = receipt_of(receipt)
    if read is not None and read.tx_hash != tx_hash:
        raise ValueError("the receipt of another transaction")
    return Sighting(tx_hash, known=read is not None or entry is not None, receipt=read)


def _again(tx: UnsignedTx, sender: Address) -> dict[str, str]:
    return {
        "from": sender,
        "to": tx.to,
        "gas": hex(tx.gas_limit),
        "value": hex(tx.value_wei),
        "data": "0x" + tx.data.hex(),
    }
