"""Each node's own words about our bytes, and what may be concluded from them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botctl.adapters.evm.send_codes import TEXTS, send_code
from botctl.adapters.evm.sender import EvmSender
from botctl.core.codes import Code
from botctl.core.errors import TransientError
from botctl.core.orders import SendCode, SignedTx
from botctl.core.units import Hash32
from tests.evm.fake_node import FakeNode, Say, fault, http, result

S = SendCode
SIGNED = SignedTx(b"\x02\xc0", Hash32("0x" + "ab" * 32))

# As the nodes print them, with their numbers and prefixes.
SAID = [
    ("geth", "already known", S.ALREADY_KNOWN),
    ("geth 1.8", "known transaction: 5d1e5f", S.ALREADY_KNOWN),
    ("geth", "nonce too low", S.NONCE_TOO_LOW),
    ("geth", "nonce too low: next nonce 5, tx nonce 4", S.NONCE_TOO_LOW),
    ("geth", "transaction underpriced: gas tip cap 1, minimum needed 1000000", S.UNDERPRICED),
    ("geth", "replacement transaction underpriced: new tx gas tip cap 1", S.UNDERPRICED),
    ("geth", "max fee per gas less than block base fee: address 0xab", S.UNDERPRICED),
    ("geth", "insufficient funds for gas * price + value: balance 0, tx cost 9", S.NO_FUNDS),
    ("geth", "insufficient funds for transfer", S.NO_FUNDS),
    ("geth", "intrinsic gas too low: gas 20000, minimum needed 21000", S.REJECTED),
    ("geth", "exceeds block gas limit", S.REJECTED),
    ("geth", "invalid sender", S.REJECTED),
    ("geth", "invalid chain id for signer: have 1 want 5", S.REJECTED),
    ("geth", "oversized data: transaction size 131073, limit 131072", S.REJECTED),
    ("geth", "tx fee (1.20 ether) exceeds the configured cap (1.00 ether)", S.REJECTED),
    ("geth", "transaction gas limit too high (cap: 16777216, tx: 30000000)", S.REJECTED),
    ("geth", "max priority fee per gas higher than max fee per gas: address 0x", S.REJECTED),
    ("geth", "txpool is full", S.UNCLEAR),
    ("geth", "nonce too high", S.UNCLEAR),
    ("geth", "future transaction tries to replace pending", S.UNCLEAR),
    ("erigon", "ALREADY_EXISTS: already known", S.ALREADY_KNOWN),
    ("erigon", "INTERNAL_ERROR: existing tx with same hash", S.ALREADY_KNOWN),
    ("erigon", "INTERNAL_ERROR: could not replace existing tx", S.UNDERPRICED),
    ("erigon", "INTERNAL_ERROR: fee too low", S.UNDERPRICED),
    ("erigon", "INTERNAL_ERROR: insufficient funds", S.NO_FUNDS),
    ("reth", "already known", S.ALREADY_KNOWN),
    ("reth", "nonce too low: next nonce 1, tx nonce 0", S.NONCE_TOO_LOW),
    ("reth", "insufficient funds for gas * price + value: have 0 want 1", S.NO_FUNDS),
    ("nethermind", "already known", S.ALREADY_KNOWN),
    ("nethermind 1.25", "AlreadyKnown", S.ALREADY_KNOWN),
    ("nethermind 1.25", "OldNonce, Current nonce: 5, nonce of rejected tx: 4", S.NONCE_TOO_LOW),
    ("nethermind 1.25", "FeeTooLowToCompete", S.UNDERPRICED),
    ("nethermind 1.25", "FeeTooLow, MaxFeePerGas too low. MaxFeePerGas: 1", S.UNDERPRICED),
    ("nethermind 1.25", "ReplacementNotAllowed, existing MaxFeePerGas: 1", S.UNDERPRICED),
    ("nethermind 1.25", "InsufficientFunds, Account balance: 0, cumulative cost: 1", S.NO_FUNDS),
    ("nethermind 1.25", "GasLimitExceeded, Gas limit: 1, gas limit of rejected tx: 2", S.REJECTED),
    ("nethermind 1.25", "OwnNonceAlreadyUsed", S.UNCLEAR),
    ("nethermind", "Invalid, InvalidTxChainId: Expected 1, got 5", S.REJECTED),
    ("besu", "Known transaction", S.ALREADY_KNOWN),
    ("besu", "Nonce too low", S.NONCE_TOO_LOW),
    ("besu", "Replacement transaction underpriced", S.UNDERPRICED),
    ("besu", "Gas price below configured minimum gas price", S.UNDERPRICED),
    ("besu", "Gas price below current base fee", S.UNDERPRICED),
    ("besu", "Upfront cost exceeds account balance", S.NO_FUNDS),
    ("besu", "Intrinsic gas exceeds gas limit", S.REJECTED),
    ("besu", "Transaction gas limit exceeds block gas limit", S.REJECTED),
    ("besu", "Wrong chainId", S.REJECTED),
    ("besu", "Invalid signature", S.REJECTED),
    ("anvil", "transaction already imported", S.ALREADY_KNOWN),
    ("anvil", "nonce too low", S.NONCE_TOO_LOW),
    ("anvil", "replacement transaction underpriced", S.UNDERPRICED),
    ("anvil", "Insufficient funds for gas * price + value", S.NO_FUNDS),
    ("anvil", "invalid chain id for signer", S.REJECTED),
    ("hardhat", "Known transaction: 0xabc", S.ALREADY_KNOWN),
    ("hardhat", "Nonce too low. Expected nonce to be 1 but got 0.", S.NONCE_TOO_LOW),
    ("hardhat", "Replacement transaction underpriced. A gasPrice of at least 9", S.UNDERPRICED),
    (
        "hardhat",
        "Transaction maxFeePerGas (1) is too low for the next block, which has a",
        S.UNDERPRICED,
    ),
    ("hardhat", "Sender doesn't have enough funds to send tx. The max upfront", S.NO_FUNDS),
    ("hardhat", "Transaction requires at least 21000 gas but got 20000", S.REJECTED),
    ("hardhat", "Transaction gas limit is 40 and exceeds block gas limit of 30", S.REJECTED),
    ("hardhat", "Trying to send a raw transaction with an invalid chainId. The", S.REJECTED),
    # What only looks alike, or says nothing.
    ("lookalike", "unknown transaction", S.UNCLEAR),
    ("lookalike", "UnknownTransaction", S.UNCLEAR),
    ("hardhat", "VM Exception while processing transaction: reverted", S.UNCLEAR),
    ("proxy", "internal error", S.UNCLEAR),
    ("proxy", "request timed out", S.UNCLEAR),
    ("proxy", "header not found", S.UNCLEAR),
    ("proxy", "", S.UNCLEAR),
]


@pytest.mark.parametrize(("node", "text", "code"), SAID)
def test_a_nodes_words_have_one_meaning(node: str, text: str, code: SendCode) -> None:
    assert send_code(text) is code, node


@pytest.mark.parametrize("row", [row for row in TEXTS if "\\" not in row[1]])
def test_every_row_of_the_table_is_reached_by_its_own_text(row: tuple[SendCode, str, str]) -> None:
    code, text, nodes = row
    assert send_code(text) is code
    assert nodes


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading(text: str) -> None:
    assert send_code(text) in SendCode


def test_the_hash_we_computed_means_accepted() -> None:
    with FakeNode(result(SIGNED.hash)) as node:
        assert EvmSender(node.rpc()).send(SIGNED).code is S.ACCEPTED
        assert b'"0x02c0"' in node.bodies[0]


def test_another_hash_is_no_acceptance() -> None:
    with FakeNode(result("0x" + "cd" * 32)) as node:
        assert EvmSender(node.rpc()).send(SIGNED).code is S.UNCLEAR


def test_a_refusal_is_an_answer_with_the_nodes_words() -> None:
    with FakeNode(fault(-32000, "nonce too low")) as node:
        answer = EvmSender(node.rpc()).send(SIGNED)
    assert (answer.code, answer.text) == (S.NONCE_TOO_LOW, "nonce too low")


SILENCES = {
    "hang": Say(b"", then_hang=True),
    "close": Say(b"", then_close=True),
    "cut": Say(http(b'{"id":1,"result":"0x')[:-3], then_close=True),
    "garbage": Say(http(b"<html>")),
    "500": Say(http(b"", "500 Oops")),
    "429": Say(http(b"", "429 Slow")),
    "401": Say(http(b"", "401 Who")),
    "rate fault": fault(-32005, "rate limit exceeded"),
}


@pytest.mark.parametrize("kind", SILENCES)
def test_silence_proves_nothing_and_is_not_sent_again(kind: str) -> None:
    """LESSONS 1 and 2: a timed-out send may be out there."""
    with FakeNode(SILENCES[kind], result(SIGNED.hash)) as node:
        answer = EvmSender(node.rpc(timeout_ms=50)).send(SIGNED)
        assert answer.code is S.UNCLEAR
        assert len(node.bodies) == 1


def test_an_unreachable_node_is_unclear_too() -> None:
    with FakeNode() as node:
        rpc = node.rpc()
    answer = EvmSender(rpc).send(SIGNED)
    assert (answer.code, answer.text) == (S.UNCLEAR, Code.ERR_RPC_UNREACHABLE)
    with pytest.raises(TransientError):
        rpc.call("eth_chainId")
