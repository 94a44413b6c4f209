"""What an HTTP status means for a letter: taken, later, or never in this form."""

from typing import Final

from botctl.adapters.notify.http import Answer
from botctl.ports.alerts import Delivery, Taken

MS: Final = 1_000
WAIT_S_MAX: Final = 3_600  # whatever a far side asks for: an alert is not held back for longer
RATE_LIMITED: Final = 429
REFUSED: Final = frozenset({400, 413, 414, 415, 422})  # it is the letter that they do not take


def verdict(answer: Answer, *, wait_s: int | None = None, said: str = "") -> Delivery:
    """`wait_s`: what the body asked for, where the header says nothing."""
    told = f"HTTP {answer.status}{f': {said}' if said else ''}"
    if 200 <= answer.status < 300:  # noqa: PLR2004  the class of success
        return Delivery(Taken.SENT, told)
    if answer.status in REFUSED:
        return Delivery(Taken.REFUSED, told)
    asked_s = _seconds(answer.retry_after) if wait_s is None else wait_s
    return Delivery(Taken.LATER, told, min(max(asked_s, 0), WAIT_S_MAX) * MS)


def _seconds(header: str) -> int:
    """A date is not read: our own pause is kept then."""
    return int(header) if header.isascii() and header.isdigit() else 0
