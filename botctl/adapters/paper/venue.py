"""The paper venue: takes real signed bytes as a node does, and answers as a chain would.

What it simulates is mined in the head at which it was sent; confirmations follow the real heads. Our
own trades leave no trace in the real pool, so a paper round trip pays its price impact twice where a
real one gets it back: paper errs against us. A reorganisation does not undo a paper fill.
"""

from collections.abc import Sequence

from botctl.adapters.evm.revert import NO_REASON
from botctl.adapters.evm.tx import ReadTx, read_tx
from botctl.adapters.paper.book import NATIVE, Book, Entry, Mined
from botctl.adapters.paper.book_file import BookFile
from botctl.adapters.paper.outcome import within_gas
from botctl.adapters.paper.pool import refusal, waiting, worst_cost_wei
from botctl.adapters.paper.simulate import Simulator
from botctl.core.errors import TransientError
from botctl.core.facts import BlockRef
from botctl.core.orders import Receipt, SendCode, SignedTx
from botctl.core.units import Address, Hash32
from botctl.ports.chain import Head, Holding, NonceCount, SendAnswer, Sighting, WalletState

ACCEPTED = SendAnswer(SendCode.ACCEPTED, "")


class PaperVenue:
    """A Sender and a TxReader for the one wallet of its book."""

    def __init__(self, simulator: Simulator, file: BookFile) -> None:
        self._simulator = simulator
        self._reader = simulator.reader
        self._terms = simulator.terms
        self._file = file

    def send(self, signed: SignedTx, *, public: bool = True) -> SendAnswer:  # noqa: ARG002  no pool
        """UNCLEAR when the real world could not be read: nothing happened, the bytes go again."""
        try:
            read = read_tx(signed.raw)
        except ValueError as error:
            return SendAnswer(SendCode.REJECTED, str(error))
        try:
            head = self._reader.head()
            return self._file.change(lambda book: self._taken(book, read, signed.raw, head))
        except TransientError as error:
            return SendAnswer(SendCode.UNCLEAR, str(error))

    def head(self) -> Head:
        return self._reader.head()

    def blocks(self, numbers: Sequence[int]) -> tuple[BlockRef | None, ...]:
        return self._reader.blocks(numbers)

    def wallet(self, wallet: Address, tokens: Sequence[Address], at: BlockRef) -> WalletState:
        self._require_ours(wallet)
        book = self._file.read()
        balances = book.balances(at.number)
        return WalletState(
            nonce=book.nonce_at(at.number),
            balance_wei=balances[NATIVE],
            holdings=tuple(Holding(token, balances.get(token, 0)) for token in tokens),
        )

    def nonces(self, wallet: Address) -> tuple[NonceCount, ...]:
        self._require_ours(wallet)
        book = self._file.read()
        pending = book.nonce
        while book.waiting_at(pending) is not None:
            pending += 1
        return (NonceCount("paper", book.nonce, pending),)

    def sightings(self, hashes: Sequence[Hash32]) -> tuple[Sighting, ...]:
        book = self._file.read()
        return tuple(_sighting(book, each) for each in hashes)

    def revert_reason(self, raw: bytes, at_number: int) -> str:  # noqa: ARG002  it is in the book
        mined = self._file.read().find(read_tx(raw).hash)
        if mined is None or mined.receipt.ok:
            return ""
        return mined.reason or NO_REASON

    def allowance(self, wallet: Address, spender: Address, token: Address, at: BlockRef) -> int:
        self._require_ours(wallet)
        return self._file.read().allowance(token, spender, at.number)

    def _require_ours(self, wallet: Address) -> None:
        assert wallet == self._terms.wallet, "a paper book knows one wallet"

    def _taken(self, book: Book, read: ReadTx, raw: bytes, head: Head) -> tuple[Book, SendAnswer]:
        refused = refusal(book, read, self._terms, head.block.base_fee_wei)
        if refused is not None:
            return book, refused
        return self._mine(book.with_waiting(waiting(read, raw)), head), ACCEPTED

    def _mine(self, book: Book, head: Head) -> Book:
        """Whatever the next nonce and the funds allow; the rest waits."""
        while (first := book.waiting_at(book.nonce)) is not None:
            read = read_tx(first.raw)
            short = worst_cost_wei(read) > book.balances()[NATIVE]
            if short or read.tx.fee_max_wei < head.block.base_fee_wei:
                return book
            book = book.with_mined(self._mined(book, read, first.raw, head))
        return book

    def _mined(self, book: Book, read: ReadTx, raw: bytes, head: Head) -> Mined:
        tx, block = read.tx, head.block
        outcome, gas_used = within_gas(tx, self._simulator.run(book, tx, block))
        gas_price_wei = min(tx.fee_max_wei, block.base_fee_wei + tx.priority_fee_wei)
        receipt = Receipt(
            tx_hash=read.hash,
            block_number=block.number,
            block_hash=block.hash,
            ok=outcome.ok,
            gas_used=gas_used,
            gas_price_wei=gas_price_wei,
            transfers=outcome.transfers,
        )
        gas = Entry(NATIVE, -gas_used * gas_price_wei)
        return Mined(
            tx.nonce, raw, receipt, (*outcome.entries, gas), outcome.allowances, outcome.reason
        )


def _sighting(book: Book, tx_hash: Hash32) -> Sighting:
    mined = book.find(tx_hash)
    if mined is not None:
        return Sighting(tx_hash, known=True, receipt=mined.receipt)
    return Sighting(tx_hash, known=book.waits(tx_hash), receipt=None)
