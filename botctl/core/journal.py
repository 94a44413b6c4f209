"""The journal's chain: each entry's hash covers the one before it, so that no entry can be altered."""

from hashlib import sha256

GENESIS = "0" * 64


def entry_hash(previous: str, at_ms: int, subject: str, event: str, body: str) -> str:
    """sha256 over the five parts, length-prefixed so that no two entries look alike."""
    parts = (previous, str(at_ms), subject, event, body)
    return sha256("".join(f"{len(part)}:{part}" for part in parts).encode()).hexdigest()
