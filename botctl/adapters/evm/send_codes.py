"""A node's words about our bytes, in the seven of `SendCode` (STYLE §4)."""

import re
from typing import Final, TypeAlias

from botctl.core.orders import SendCode

Row: TypeAlias = tuple[SendCode, str, str]

# What follows nethermind's "Invalid, ".
NETHERMIND_INVALID: Final = (
    "intrinsic gas too low",
    "invalidtxchainid",
    "invalidtxsignature",
    "invalidmaxpriorityfeepergas",
    "txgaslimitcapexceeded",
)
# Every text with the nodes whose source prints it. Only what is sure stands here: a text that is
# not in the table, and every silence, is UNCLEAR, so that the transaction is watched rather than
# forgotten, and the same bytes go out again.
#
# Left out on purpose, although the node did not take the bytes: "nonce too high", "gapped-nonce tx
# from delegated accounts", "txpool is full", "account limit exceeded", "node is syncing" and their
# like. They refuse a moment, not the bytes: these are good as soon as the nonce below has arrived
# or the pool has room, and some sequencers keep a gapped transaction while they say so. REJECTED
# would stop a good order, UNDERPRICED would pay more for nothing (LESSONS 7).
#
# A rate limit is left out too: it is the proxy's word, and one of its nodes may have the bytes.
KNOWN: Final[tuple[Row, ...]] = (
    (SendCode.ALREADY_KNOWN, "already known", "geth, erigon, reth, nethermind since 2026"),
    (SendCode.ALREADY_KNOWN, "known transaction", "besu, hardhat, geth < 1.9"),
    (SendCode.ALREADY_KNOWN, "transaction already imported", "anvil"),
    (SendCode.ALREADY_KNOWN, "alreadyknown", "nethermind"),
    (SendCode.ALREADY_KNOWN, "existing txn? with same hash", "erigon, first without the n"),
    (SendCode.NONCE_TOO_LOW, "nonce too low", "all but nethermind before 2026"),
    (SendCode.NONCE_TOO_LOW, "oldnonce", "nethermind"),
)
# REJECTED needs a refusal of the bytes themselves, made before the node could have taken them.
REFUSALS: Final[tuple[Row, ...]] = (
    (
        SendCode.UNDERPRICED,
        "replacement transaction underpriced",
        "geth, erigon, reth, besu, hardhat, anvil, nethermind since 2026",
    ),
    (SendCode.UNDERPRICED, "transaction underpriced", "geth, reth, nethermind since 2026"),
    (SendCode.UNDERPRICED, "transaction gas price below minimum", "geth since 2025"),
    (SendCode.UNDERPRICED, "max fee per gas less than block base fee", "geth, reth, anvil"),
    (
        SendCode.UNDERPRICED,
        "transaction priority fee below minimum required priority fee",
        "reth",
    ),
    (SendCode.UNDERPRICED, "could not replace existing tx", "erigon"),
    (SendCode.UNDERPRICED, "underpriced", "erigon"),
    (SendCode.UNDERPRICED, "fee too low", "erigon"),
    (SendCode.UNDERPRICED, "feetoolow", "nethermind"),
    (SendCode.UNDERPRICED, "feetoolowtocompete", "nethermind"),
    (SendCode.UNDERPRICED, "replacementnotallowed", "nethermind"),
    (SendCode.UNDERPRICED, "gas price below configured minimum gas price", "besu"),
    (SendCode.UNDERPRICED, "gas price below current base fee", "besu"),
    (
        SendCode.UNDERPRICED,
        r"transaction (?:gasprice|maxfeepergas) \(\d+\) is too low for the next block",
        "hardhat",
    ),
    (
        SendCode.UNDERPRICED,
        r"transaction gas price is \d+,? (?:which|and) is below (?:the )?minimum",
        "hardhat",
    ),
    (SendCode.NO_FUNDS, "insufficient funds", "geth, erigon, reth, anvil, nethermind since 2026"),
    (SendCode.NO_FUNDS, "insufficientfunds", "nethermind"),
    (SendCode.NO_FUNDS, "upfront cost exceeds account balance", "besu"),
    (SendCode.NO_FUNDS, "sender doesn't have enough funds to send tx", "hardhat"),
    (SendCode.REJECTED, "intrinsic gas too low", "geth, reth, anvil"),
    (SendCode.REJECTED, "intrinsic gas too high", "reth, anvil: more gas than a block has"),
    (SendCode.REJECTED, "intrinsicgas", "erigon"),
    (SendCode.REJECTED, "intrinsic gas exceeds gas limit", "besu"),
    (SendCode.REJECTED, "insufficient gas for floor data gas cost", "geth"),
    (SendCode.REJECTED, r"transaction requires at least \d+ gas but got", "hardhat"),
    (SendCode.REJECTED, r"transaction requires gas floor of \d+ but got", "hardhat"),
    (SendCode.REJECTED, "exceeds block gas limit", "geth, reth"),
    (SendCode.REJECTED, "transaction gas limit exceeds block gas limit", "besu"),
    (
        SendCode.REJECTED,
        r"transaction gas limit is \d+ and exceeds block gas limit of",
        "hardhat",
    ),
    (SendCode.REJECTED, "gas limit reached", "nethermind since 2026"),
    (SendCode.REJECTED, "gaslimitexceeded", "nethermind"),
    (SendCode.REJECTED, "gas limit is too high", "erigon"),
    (SendCode.REJECTED, "gas limit too high", "reth"),
    (SendCode.REJECTED, "transaction gas limit too high", "geth"),
    (SendCode.REJECTED, "exceeds max transaction gas limit", "reth"),
    (SendCode.REJECTED, "invalid sender", "geth, erigon, reth"),
    (SendCode.REJECTED, "invalid transaction signature", "reth"),
    (SendCode.REJECTED, "invalid signature", "besu"),
    (SendCode.REJECTED, "failed to recover sender", "nethermind since 2026"),
    (SendCode.REJECTED, "failedtoresolvesender", "nethermind"),
    (SendCode.REJECTED, "invalid chain id", "erigon, reth, anvil"),
    (SendCode.REJECTED, "wrong chainid", "besu"),
    (SendCode.REJECTED, r"invalid chainid \d+ provided", "hardhat 3"),
    (
        SendCode.REJECTED,
        "trying to send a raw transaction with an invalid chainid",
        "hardhat 2",
    ),
    (
        SendCode.REJECTED,
        f"(?:transaction )?invalid, (?:{'|'.join(NETHERMIND_INVALID)})",
        "nethermind; the longer since 2026",
    ),
    (SendCode.REJECTED, "failed to decode (?:signed )?transaction", "reth, anvil"),
    (SendCode.REJECTED, r"invalid rlp\.", "nethermind"),
    (SendCode.REJECTED, "oversized data", "geth, erigon, reth"),
    (SendCode.REJECTED, "transaction too large", "nethermind since 2026"),
    (SendCode.REJECTED, "rlptoolong", "erigon"),
    (SendCode.REJECTED, "gas uint64 overflow", "geth, reth, anvil"),
    (SendCode.REJECTED, "gasuintoverflow", "erigon"),
    (SendCode.REJECTED, "transaction type not supported", "geth, reth"),
    (
        SendCode.REJECTED,
        "max priority fee per gas higher than max fee per gas",
        "geth, reth, anvil",
    ),
    (SendCode.REJECTED, "max priority fee per gas exceeds max fee per gas", "besu"),
    (SendCode.REJECTED, r"tx fee \([^)]*\) exceeds the configured cap", "geth, erigon, reth"),
    (SendCode.REJECTED, "transaction fee cap exceeded", "besu"),
)
TEXTS: Final = KNOWN + REFUSALS
# Whole words only, or "unknown transaction" were a "known transaction".
KNOWN_START, REFUSAL_START, END = r"(?<![\w-])", r"\A(?:[a-z_]+: )?", r"(?![\w-])"


def send_code(text: str) -> SendCode:
    """What is known before what is refused, else the first row of the table that fits.

    A refusal must be what the whole text begins with, after erigon's "FEE_TOO_LOW: " and its
    like: found within a longer text it may be the word of one node among several behind a proxy.
    """
    said = text.lower()
    return next((code for code, pattern in PATTERNS if pattern.search(said)), SendCode.UNCLEAR)


def _patterns(rows: tuple[Row, ...], start: str) -> tuple[tuple[SendCode, re.Pattern[str]], ...]:
    return tuple((code, re.compile(f"{start}(?:{text}){END}")) for code, text, _ in rows)


PATTERNS: Final = _patterns(KNOWN, KNOWN_START) + _patterns(REFUSALS, REFUSAL_START)
