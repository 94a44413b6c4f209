"""A secret's mark: tells one secret from the next, and gives no way back to it."""

from hashlib import scrypt
from typing import Final

COST: Final = 2**14  # 30 ms a guess: a short secret in a stolen backup is not found by trying words
BLOCK, LANES, BYTES = 8, 1, 8


def mark_of(secret: str, salt: str) -> str:
    """The same secret under another salt has another mark: bots cannot be told to share one."""
    made = scrypt(secret.encode(), salt=salt.encode(), n=COST, r=BLOCK, p=LANES, dklen=BYTES)
    return made.hex()
