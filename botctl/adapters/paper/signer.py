"""The throw-away key of a paper bot: anyone can derive it, so never send anything to its address."""

from hashlib import sha256
from typing import Final

from botctl.adapters.evm.signer import Signer

PUBLIC_SEED: Final = "botctl paper wallet: this key is public, its address must never hold funds"


def paper_signer(bot: str) -> Signer:
    """The same key for the same bot on every machine, so that its bytes and hashes are the same."""
    return Signer(sha256(f"{PUBLIC_SEED}\n{bot}".encode()).digest())
