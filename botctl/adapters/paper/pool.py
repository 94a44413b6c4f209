"""What a node says to bytes before it takes them in: a table, in a node's own order."""

from collections.abc import Iterator

from botctl.adapters.evm.tx import ReadTx
from botctl.adapters.paper.book import NATIVE, Book, Waiting
from botctl.adapters.paper.outcome import intrinsic_gas
from botctl.adapters.paper.simulate import PaperTerms
from botctl.core.orders import SendCode
from botctl.ports.chain import SendAnswer


def refusal(book: Book, read: ReadTx, terms: PaperTerms, base_fee_wei: int) -> SendAnswer | None:
    """The first thing that is wrong with it; None when the pool takes it."""
    answers = _rules(book, read, terms, base_fee_wei)
    return next((SendAnswer(code, text) for wrong, code, text in answers if wrong), None)


def _rules(
    book: Book, read: ReadTx, terms: PaperTerms, base_fee_wei: int
) -> Iterator[tuple[bool, SendCode, str]]:
    tx = read.tx
    known = book.find(read.hash) is not None or book.waits(read.hash)
    yield known, SendCode.ALREADY_KNOWN, "already known"
    yield tx.chain_id != terms.chain_id, SendCode.REJECTED, "invalid chain id"
    yield read.sender != terms.wallet, SendCode.REJECTED, "invalid sender"
    yield (
        tx.priority_fee_wei > tx.fee_max_wei,
        SendCode.REJECTED,
        "max priority fee per gas higher than max fee per gas",
    )
    yield tx.gas_limit < intrinsic_gas(tx.data), SendCode.REJECTED, "intrinsic gas too low"
    yield tx.nonce < book.nonce, SendCode.NONCE_TOO_LOW, f"nonce too low: next is {book.nonce}"
    yield (
        tx.fee_max_wei < base_fee_wei,
        SendCode.UNDERPRICED,
        f"max fee per gas less than block base fee {base_fee_wei}",
    )
    short = worst_cost_wei(read) > book.balances()[NATIVE]
    yield short, SendCode.NO_FUNDS, "insufficient funds for gas * price + value"
    there = book.waiting_at(tx.nonce)
    outbid = there is None or waiting(read, b"").replaces(there)
    yield not outbid, SendCode.UNDERPRICED, "replacement transaction underpriced"


def waiting(read: ReadTx, raw: bytes) -> Waiting:
    tx = read.tx
    return Waiting(tx.nonce, raw, read.hash, tx.fee_max_wei, tx.priority_fee_wei)


def worst_cost_wei(read: ReadTx) -> int:
    """What the sender must own for it: all of the gas at the highest price."""
    return read.tx.value_wei + read.tx.gas_limit * read.tx.fee_max_wei
