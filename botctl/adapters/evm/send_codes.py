"""A node's words about our bytes, in the seven of `SendCode` (STYLE §4)."""

import re
from typing import Final

from botctl.core.orders import SendCode

# Every text with the nodes that say it. Only what is sure stands here: a text that is not in the
# table, and every silence, is UNCLEAR, so that the transaction is watched rather than forgotten.
# REJECTED needs a refusal that came before the node could have taken the bytes in.
TEXTS: Final[tuple[tuple[SendCode, str, str], ...]] = (
    (SendCode.ALREADY_KNOWN, "already known", "geth, erigon, reth, nethermind"),
    (SendCode.ALREADY_KNOWN, "known transaction", "besu, hardhat, geth < 1.9"),
    (SendCode.ALREADY_KNOWN, "transaction already imported", "anvil"),
    (SendCode.ALREADY_KNOWN, "alreadyknown", "nethermind < 1.32"),
    (SendCode.ALREADY_KNOWN, "existing tx with same hash", "erigon"),
    (
        SendCode.NONCE_TOO_LOW,
        "nonce too low",
        "geth, erigon, reth, besu, anvil, hardhat, nethermind",
    ),
    (SendCode.NONCE_TOO_LOW, "oldnonce", "nethermind < 1.32"),
    (
        SendCode.UNDERPRICED,
        "replacement transaction underpriced",
        "geth, reth, besu, hardhat, anvil",
    ),
    (SendCode.UNDERPRICED, "transaction underpriced", "geth, reth, nethermind"),
    (SendCode.UNDERPRICED, "could not replace existing tx", "erigon"),
    (SendCode.UNDERPRICED, "underpriced", "erigon"),
    (SendCode.UNDERPRICED, "fee too low", "erigon"),
    (SendCode.UNDERPRICED, "feetoolow", "nethermind < 1.32"),
    (SendCode.UNDERPRICED, "feetoolowtocompete", "nethermind < 1.32"),
    (SendCode.UNDERPRICED, "replacementnotallowed", "nethermind < 1.32"),
    (SendCode.UNDERPRICED, "max fee per gas less than block base fee", "geth, reth, anvil"),
    (SendCode.UNDERPRICED, "gas price below configured minimum gas price", "besu"),
    (SendCode.UNDERPRICED, "gas price below current base fee", "besu"),
    (SendCode.UNDERPRICED, "is too low for the next block", "hardhat"),
    (SendCode.NO_FUNDS, "insufficient funds", "geth, erigon, reth, anvil, nethermind"),
    (SendCode.NO_FUNDS, "insufficientfunds", "nethermind < 1.32"),
    (SendCode.NO_FUNDS, "upfront cost exceeds account balance", "besu"),
    (SendCode.NO_FUNDS, "sender doesn't have enough funds to send tx", "hardhat"),
    (SendCode.REJECTED, "intrinsic gas too low", "geth, erigon, reth, anvil"),
    (SendCode.REJECTED, "intrinsic gas exceeds gas limit", "besu"),
    (SendCode.REJECTED, "insufficient gas for floor data gas cost", "geth, reth"),
    (SendCode.REJECTED, r"transaction requires at least \d+ gas but got", "hardhat"),
    (SendCode.REJECTED, "exceeds block gas limit", "geth, erigon, reth, besu"),
    (SendCode.REJECTED, "gas limit reached", "nethermind"),
    (SendCode.REJECTED, "gaslimitexceeded", "nethermind < 1.32"),
    (SendCode.REJECTED, "exceeds block gas limit of", "hardhat"),
    (SendCode.REJECTED, "transaction gas limit too high", "geth"),
    (SendCode.REJECTED, "intrinsic gas too high", "anvil"),
    (SendCode.REJECTED, "invalid sender", "geth, erigon, reth"),
    (SendCode.REJECTED, "failed to recover sender", "nethermind"),
    (SendCode.REJECTED, "failedtoresolvesender", "nethermind < 1.32"),
    (SendCode.REJECTED, "invalid chain id", "geth, reth, anvil"),
    (SendCode.REJECTED, "invalid chainid", "hardhat"),
    (SendCode.REJECTED, "wrong chainid", "besu"),
    (SendCode.REJECTED, "invalidtxchainid", "nethermind"),
    (SendCode.REJECTED, "invalid signature", "besu"),
    (SendCode.REJECTED, "oversized data", "geth, erigon, reth"),
    (SendCode.REJECTED, "gas uint64 overflow", "geth, erigon"),
    (SendCode.REJECTED, "transaction type not supported", "geth"),
    (SendCode.REJECTED, "max priority fee per gas higher than max fee per gas", "geth, reth"),
    (SendCode.REJECTED, r"tx fee \([^)]*\) exceeds the configured cap", "geth, erigon"),
    (SendCode.REJECTED, "transaction fee cap exceeded", "besu"),
)
# Whole words only: "unknown transaction" is not "known transaction".
PATTERNS: Final = tuple(
    (code, re.compile(rf"(?<![\w-]){text}(?![\w-])")) for code, text, _ in TEXTS
)


def send_code(text: str) -> SendCode:
    """The first match in the order of the table: what is known before what is refused."""
    said = text.lower()
    return next((code for code, pattern in PATTERNS if pattern.search(said)), SendCode.UNCLEAR)
