"""Invariants of our orders: one live order a key, and just before signing a nonce we can explain."""

from botctl.core.case import Case, Phase
from botctl.core.invariants.rule import UNKNOWN, Rule
from botctl.core.reasons import Reason

Answer = tuple[bool | None, str, str]


def tx_idempotent(case: Case) -> Answer:
    """The market has no live order, and just before signing none carries this intent's key."""
    account, live = case.account, case.inputs.books.live_intent
    if case.phase is Phase.EXECUTE and account is None:
        return None, UNKNOWN, "no live order"
    live = live or (account is not None and account.key_is_live)
    return not live, "live order" if live else "none", "no live order"


def nonce_synced(case: Case) -> Answer:
    """Our next nonce explains the chain's: mined count plus our own live attempts.

    A chain count above ours means that the key was used elsewhere (LESSONS 9).
    """
    account = case.account
    if account is None:
        return None, UNKNOWN, UNKNOWN
    ok = account.nonce_latest <= account.nonce_next <= account.nonce_latest + account.attempts_live
    limit = f"{account.nonce_latest}..{account.nonce_latest + account.attempts_live}"
    return ok, str(account.nonce_next), limit


OF_ORDERS = (Rule(Reason.INV_TX_IDEMPOTENT, tx_idempotent, blocks_exit=True),)
OF_SENDING = (Rule(Reason.INV_NONCE_SYNCED, nonce_synced, blocks_exit=True),)
