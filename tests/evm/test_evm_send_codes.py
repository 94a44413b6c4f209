"""Each node's own words about our bytes, and what may be concluded from them."""

from dataclasses import replace
from functools import partial

import pytest
from coincurve import PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from botctl.adapters.devnet import control
from botctl.adapters.evm.send_codes import PATTERNS, TEXTS, send_code
from botctl.adapters.evm.sender import EvmSender
from botctl.adapters.evm.tx import address_of, signed
from botctl.core.codes import Code
from botctl.core.errors import TransientError
from botctl.core.orders import SendCode, SignedTx, UnsignedTx
from botctl.core.units import Address, Hash32
from botctl.ports.chain import SendAnswer
from tests.evm.fake_node import FakeNode, Say, fault, http, result
from tests.support.chain import Chain

S = SendCode
SIGNED = SignedTx(b"\x02\xc0", Hash32("0x" + "ab" * 32))
ETHER, GWEI = 10**18, 10**9
KEY = PrivateKey(b"\x07" * 32)

# As the nodes print them, case and all, with their numbers and prefixes.
SAID = [
    ("geth", "already known", S.ALREADY_KNOWN),
    ("geth 1.8", "known transaction: 5d1e5f", S.ALREADY_KNOWN),
    ("geth", "nonce too low: next nonce 5, tx nonce 4", S.NONCE_TOO_LOW),
    ("geth", "transaction underpriced", S.UNDERPRICED),
    ("geth 1.13", "transaction underpriced: gas tip cap 1, minimum needed 1000000", S.UNDERPRICED),
    (
        "geth",
        "transaction gas price below minimum: gas tip cap 1, minimum needed 1000000",
        S.UNDERPRICED,
    ),
    ("geth", "replacement transaction underpriced", S.UNDERPRICED),
    (
        "geth",
        "insufficient funds for gas * price + value: balance 0, tx cost 9, overshot 9",
        S.NO_FUNDS,
    ),
    ("geth", "intrinsic gas too low: gas 20000, minimum needed 21000", S.REJECTED),
    (
        "geth",
        "insufficient gas for floor data gas cost: gas 22000, minimum needed 61000",
        S.REJECTED,
    ),
    ("geth", "exceeds block gas limit", S.REJECTED),
    ("geth", "transaction gas limit too high (cap: 16777216, tx: 30000000)", S.REJECTED),
    ("geth", "invalid sender: invalid chain id for signer: have 1 want 5", S.REJECTED),
    ("geth", "oversized data: transaction size 131073, limit 131072", S.REJECTED),
    ("geth", "gas uint64 overflow", S.REJECTED),
    (
        "geth",
        "transaction type not supported: type 2 rejected, pool not yet in London",
        S.REJECTED,
    ),
    ("geth", "max priority fee per gas higher than max fee per gas", S.REJECTED),
    ("geth", "tx fee (1.20 ether) exceeds the configured cap (1.00 ether)", S.REJECTED),
    ("erigon", "ALREADY_EXISTS: already known", S.ALREADY_KNOWN),
    ("erigon 2", "INTERNAL_ERROR: existing tx with same hash", S.ALREADY_KNOWN),
    ("erigon", "INTERNAL_ERROR: existing txn with same hash", S.ALREADY_KNOWN),
    ("erigon", "INTERNAL_ERROR: nonce too low", S.NONCE_TOO_LOW),
    ("erigon", "INTERNAL_ERROR: could not replace existing tx", S.UNDERPRICED),
    ("erigon", "FEE_TOO_LOW: replacement transaction underpriced", S.UNDERPRICED),
    ("erigon", "FEE_TOO_LOW: underpriced", S.UNDERPRICED),
    ("erigon", "FEE_TOO_LOW: fee too low", S.UNDERPRICED),
    ("erigon", "INTERNAL_ERROR: insufficient funds", S.NO_FUNDS),
    ("erigon", "INTERNAL_ERROR: IntrinsicGas", S.REJECTED),
    ("erigon", "INTERNAL_ERROR: gas limit is too high", S.REJECTED),
    ("erigon", "INTERNAL_ERROR: GasUintOverflow", S.REJECTED),
    ("erigon", "INVALID: RLPTooLong", S.REJECTED),
    ("erigon", "INVALID: oversized data", S.REJECTED),
    ("erigon", "INVALID: invalid sender", S.REJECTED),
    ("erigon", "invalid chain id, expected: 1 got: 5", S.REJECTED),
    ("erigon", "tx fee (1.20 ether) exceeds the configured cap (1.00 ether)", S.REJECTED),
    ("reth", "already known", S.ALREADY_KNOWN),
    ("reth", "nonce too low: next nonce 1, tx nonce 0", S.NONCE_TOO_LOW),
    ("reth", "transaction underpriced", S.UNDERPRICED),
    ("reth", "replacement transaction underpriced", S.UNDERPRICED),
    ("reth", "max fee per gas less than block base fee", S.UNDERPRICED),
    (
        "reth",
        "transaction priority fee below minimum required priority fee 1000000",
        S.UNDERPRICED,
    ),
    ("reth", "insufficient funds for gas * price + value: have 0 want 1", S.NO_FUNDS),
    ("reth", "intrinsic gas too low", S.REJECTED),
    ("reth", "intrinsic gas too high", S.REJECTED),
    ("reth", "gas limit too high", S.REJECTED),
    ("reth", "exceeds block gas limit", S.REJECTED),
    ("reth", "exceeds max transaction gas limit", S.REJECTED),
    ("reth", "tx fee (12 wei) exceeds the configured cap (10 wei)", S.REJECTED),
    ("reth", "oversized data: transaction size 131073, limit 131072", S.REJECTED),
    ("reth", "gas uint64 overflow", S.REJECTED),
    ("reth", "transaction type not supported", S.REJECTED),
    ("reth", "max priority fee per gas higher than max fee per gas", S.REJECTED),
    ("reth", "invalid sender", S.REJECTED),
    ("reth", "invalid transaction signature", S.REJECTED),
    ("reth", "invalid chain ID", S.REJECTED),
    ("reth", "failed to decode signed transaction", S.REJECTED),
    ("nethermind", "already known", S.ALREADY_KNOWN),
    ("nethermind", "nonce too low", S.NONCE_TOO_LOW),
    ("nethermind", "transaction underpriced", S.UNDERPRICED),
    ("nethermind", "replacement transaction underpriced", S.UNDERPRICED),
    ("nethermind", "insufficient funds for gas * price + value", S.NO_FUNDS),
    ("nethermind", "gas limit reached", S.REJECTED),
    ("nethermind", "failed to recover sender", S.REJECTED),
    ("nethermind", "transaction too large", S.REJECTED),
    ("nethermind", "transaction invalid, intrinsic gas too low", S.REJECTED),
    ("nethermind", "transaction invalid, InvalidTxChainId: Expected 1, got 5.", S.REJECTED),
    ("nethermind", "Invalid RLP.", S.REJECTED),
    ("nethermind 1.25", "AlreadyKnown", S.ALREADY_KNOWN),
    ("nethermind 1.25", "OldNonce, Current nonce: 5, nonce of rejected tx: 4", S.NONCE_TOO_LOW),
    ("nethermind 1.25", "FeeTooLowToCompete", S.UNDERPRICED),
    ("nethermind 1.25", "FeeTooLow, MaxFeePerGas too low. MaxFeePerGas: 1", S.UNDERPRICED),
    ("nethermind 1.25", "ReplacementNotAllowed, existing MaxFeePerGas: 1", S.UNDERPRICED),
    ("nethermind 1.25", "InsufficientFunds, Account balance: 0, cumulative cost: 1", S.NO_FUNDS),
    ("nethermind 1.25", "GasLimitExceeded, Gas limit: 1, gas limit of rejected tx: 2", S.REJECTED),
    ("nethermind 1.25", "FailedToResolveSender", S.REJECTED),
    ("nethermind 1.25", "Invalid, InvalidTxChainId: Expected 1, got 5.", S.REJECTED),
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
    ("besu", "Max priority fee per gas exceeds max fee per gas", S.REJECTED),
    ("besu", "Transaction fee cap exceeded", S.REJECTED),
    ("anvil", "transaction already imported", S.ALREADY_KNOWN),
    ("anvil", "nonce too low", S.NONCE_TOO_LOW),
    ("anvil", "replacement transaction underpriced", S.UNDERPRICED),
    ("anvil", "max fee per gas less than block base fee", S.UNDERPRICED),
    ("anvil", "Insufficient funds for gas * price + value", S.NO_FUNDS),
    ("anvil", "intrinsic gas too low", S.REJECTED),
    (
        "anvil",
        "intrinsic gas too high -- tx.gas_limit > env.block.gas_limit",
        S.REJECTED,
    ),
    ("anvil", "invalid chain id for signer", S.REJECTED),
    ("anvil", "Failed to decode transaction", S.REJECTED),
    ("hardhat", "Known transaction: 0xabc", S.ALREADY_KNOWN),
    (
        "hardhat",
        "Nonce too low. Expected nonce to be 1 but got 0. Note that transactions can't be queued"
        " when automining.",
        S.NONCE_TOO_LOW,
    ),
    (
        "hardhat",
        "Transaction nonce too low. Expected nonce to be at least 1 but got 0.",
        S.NONCE_TOO_LOW,
    ),
    (
        "hardhat",
        "Replacement transaction underpriced. A gasPrice/maxFeePerGas of at least 22 is necessary"
        " to replace the existing transaction with nonce 0.",
        S.UNDERPRICED,
    ),
    (
        "hardhat",
        "Transaction maxFeePerGas (1) is too low for the next block, which has a baseFeePerGas of"
        " 875000000",
        S.UNDERPRICED,
    ),
    (
        "hardhat",
        "Transaction gas price is 1, which is below the minimum of 8000000000",
        S.UNDERPRICED,
    ),
    (
        "hardhat",
        "Sender doesn't have enough funds to send tx. The max upfront cost is: 2 and the sender's"
        " balance is: 1.",
        S.NO_FUNDS,
    ),
    ("hardhat", "Transaction requires at least 21000 gas but got 20000", S.REJECTED),
    (
        "hardhat",
        "Transaction requires gas floor of 61000 but got limit of 37000",
        S.REJECTED,
    ),
    ("hardhat", "Transaction gas limit is 40 and exceeds block gas limit of 30", S.REJECTED),
    (
        "hardhat 2",
        "Trying to send a raw transaction with an invalid chainId. The expected chainId is 31337",
        S.REJECTED,
    ),
    ("hardhat 3", "Invalid chainId 1 provided, expected 31337 instead.", S.REJECTED),
]

# A refusal of this moment: the same bytes are good later, so they are watched and sent again.
LATER = [
    ("geth", "nonce too high: tx nonce 9, gapped nonce 5"),
    ("geth", "gapped-nonce tx from delegated accounts"),
    ("geth", "in-flight transaction limit reached for delegated accounts"),
    ("geth", "future transaction tries to replace pending"),
    ("geth", "account limit exceeded: pooled 16 txs"),
    ("geth", "address already reserved"),
    ("geth", "txpool is full"),
    ("reth", "nonce too high"),
    ("reth", "txpool is full"),
    ("erigon", "INTERNAL_ERROR: pending sub-pool is full"),
    ("erigon", "INTERNAL_ERROR: spammer"),
    ("nethermind", "nonce too high"),
    ("nethermind", "nonce too far in future"),
    ("nethermind", "node is syncing"),
    ("nethermind 1.25", "NonceGap"),
    ("besu", "Nonce too high"),
    ("besu", "Transaction nonce is too distant from current sender nonce"),
    ("besu", "An invalid transaction with a lower nonce exists"),
    ("besu", "Initial sync is still in progress"),
    (
        "hardhat",
        "Nonce too high. Expected nonce to be 1 but got 2. Note that transactions can't be queued"
        " when automining.",
    ),
    ("service", "pool limit exceeded"),
]

# Not a word about our bytes, or one that only sounds like it; some are said of a mined transaction.
NOTHING_SAID = [
    ("geth", "unknown transaction"),
    ("besu", "Transaction not found"),
    ("besu", "Invalid params"),
    ("nethermind 1.25", "UnknownTransaction"),
    ("nethermind 1.25", "OwnNonceAlreadyUsed"),
    ("anvil", "Unknown transaction type not supported"),
    ("anvil", "Transaction confirmation timeout"),
    (
        "reth",
        "Transaction 0xab was added to the mempool but wasn't confirmed within 30s.",
    ),
    ("erigon", "INTERNAL_ERROR: mined"),
    ("erigon", "INTERNAL_ERROR: replaced by transaction with higher tip"),
    ("hardhat", "VM Exception while processing transaction: reverted with reason string 'X'"),
    ("hosted", "Your app has exceeded its compute units per second capacity."),
    ("hosted", "daily request count exceeded, request rate limited"),
    ("hosted", "Too Many Requests"),
    ("hosted", "rate limit exceeded"),
    ("hosted", "50/second request limit reached - reduce calls per second"),
    ("proxy", "node 1: insufficient funds for gas * price + value; node 2: timed out"),
    ("proxy", "all upstreams failed: intrinsic gas too low, connection reset"),
    ("proxy", "not sure, but underpriced"),
    ("proxy", "Internal error"),
    ("proxy", "request timed out"),
    ("proxy", "header not found"),
    ("proxy", ""),
]


@pytest.mark.parametrize(("node", "text", "code"), SAID)
def test_a_nodes_words_have_one_meaning(node: str, text: str, code: SendCode) -> None:
    assert send_code(text) is code, node


@pytest.mark.parametrize(("node", "text"), LATER)
def test_a_refusal_of_the_moment_is_no_refusal_of_the_bytes(node: str, text: str) -> None:
    """LESSONS 6 and 7: a gapped nonce waits for the one below; it is neither dropped nor bumped."""
    assert send_code(text) is S.UNCLEAR, node


@pytest.mark.parametrize(("node", "text"), NOTHING_SAID)
def test_what_is_not_in_the_table_is_unclear(node: str, text: str) -> None:
    assert send_code(text) is S.UNCLEAR, node


@pytest.mark.parametrize("place", range(len(PATTERNS)), ids=[text for _, text, _ in TEXTS])
def test_every_row_of_the_table_is_some_nodes_own_text(place: int) -> None:
    assert any(row_of(text) == place for _, text, _ in SAID)


def row_of(text: str) -> int:
    return next(i for i, (_, pattern) in enumerate(PATTERNS) if pattern.search(text.lower()))


def test_one_node_that_knows_the_bytes_outweighs_another_that_refuses_them() -> None:
    assert send_code("insufficient funds for transfer | already known") is S.ALREADY_KNOWN


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


# --- what the real anvil says ---


def said_by(chain: Chain, **changed: int | bytes) -> SendAnswer:
    plain = UnsignedTx(
        chain_id=chain.deployment.chain_id,
        nonce=0,
        to=Address("0x" + "99" * 20),
        value_wei=1,
        data=b"",
        gas_limit=21_000,
        fee_max_wei=10 * GWEI,
        priority_fee_wei=GWEI,
    )
    tx = replace(plain, **changed)  # type: ignore[arg-type]  # every field has one of these types
    sign = partial(KEY.sign_recoverable, hasher=None)
    return EvmSender(chain.rpc).send(signed(tx, sign))


@pytest.fixture
def funded(chain: Chain) -> Chain:
    control.set_balance(chain.rpc, address_of(KEY.public_key), 10 * ETHER)
    return chain


REFUSED_BY_ANVIL = {
    "no funds": (
        {"value_wei": 11 * ETHER},
        SendAnswer(S.NO_FUNDS, "Insufficient funds for gas * price + value"),
    ),
    "under the base fee": (
        {"fee_max_wei": 1, "priority_fee_wei": 1},
        SendAnswer(S.UNDERPRICED, "max fee per gas less than block base fee"),
    ),
    "less gas than any transfer": (
        {"gas_limit": 20_000},
        SendAnswer(S.REJECTED, "intrinsic gas too low"),
    ),
    "more gas than a block": (
        {"gas_limit": 40_000_000},
        SendAnswer(S.REJECTED, "intrinsic gas too high -- tx.gas_limit > env.block.gas_limit"),
    ),
    "another chain": ({"chain_id": 1}, SendAnswer(S.REJECTED, "invalid chain id for signer")),
    "a tip above the cap": (
        {"priority_fee_wei": 11 * GWEI},
        SendAnswer(S.REJECTED, "max priority fee per gas higher than max fee per gas"),
    ),
}


@pytest.mark.parametrize("kind", REFUSED_BY_ANVIL)
def test_anvils_refusals_are_the_tables_texts(funded: Chain, kind: str) -> None:
    changed, answer = REFUSED_BY_ANVIL[kind]
    assert said_by(funded, **changed) == answer


def test_anvil_takes_bytes_once_and_a_nonce_once(funded: Chain) -> None:
    assert said_by(funded) == SendAnswer(S.ACCEPTED, "")
    assert said_by(funded) == SendAnswer(S.ALREADY_KNOWN, "transaction already imported")
    assert said_by(funded, value_wei=2) == SendAnswer(
        S.UNDERPRICED, "replacement transaction underpriced"
    )
    control.mine_at(funded.rpc, control.head(funded.rpc).timestamp_s + 12)
    assert said_by(funded, value_wei=2) == SendAnswer(S.NONCE_TOO_LOW, "nonce too low")
    # Mined bytes sent again are no news of a failure either.
    assert said_by(funded) == SendAnswer(S.NONCE_TOO_LOW, "nonce too low")


def test_anvil_keeps_a_nonce_that_leaves_a_gap(funded: Chain) -> None:
    assert said_by(funded, nonce=9) == SendAnswer(S.ACCEPTED, "")


def test_bytes_that_are_no_transaction_are_rejected(chain: Chain) -> None:
    assert EvmSender(chain.rpc).send(SIGNED) == SendAnswer(
        S.REJECTED, "Failed to decode transaction"
    )
