"""A moment in the settings: written for people, in UTC, kept in milliseconds."""

from datetime import UTC, datetime
from typing import Final

MS: Final = 1_000


def moment(text: str) -> str:
    """For a setting: raises ValueError with the fix. Empty is no moment."""
    moment_ms(text)
    return text


def moment_ms(text: str) -> int:
    """0 for an empty text; a time without a zone is UTC."""
    if not text:
        return 0
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError('write a time in UTC, such as "2026-03-01T12:00"') from None
    aware = read if read.tzinfo else read.replace(tzinfo=UTC)
    return int(aware.timestamp()) * MS
