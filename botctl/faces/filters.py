"""Options of `ledger`, `replay` and `bundle export` -> one LedgerFilter."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from botctl.core.codes import Code
from botctl.core.errors import UsageError
from botctl.core.reasons import Kind, Reason
from botctl.ports.store import LedgerFilter

UNIT_MS: Final = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_AGO: Final = re.compile(r"(\d+)([smhd])")
_MS: Final = 1_000


def wanted(  # noqa: PLR0913  one a column
    market: str = "",
    kinds: Sequence[Kind] | None = None,
    reasons: Sequence[str] | None = None,
    *,
    cycle: str = "",
    since: str = "",
    until: str = "",
    now_ms: int,
    limit: int | None,
) -> LedgerFilter:
    """Raises ERR_USAGE for a time or a reason that does not exist."""
    return LedgerFilter(
        pair=market,
        kinds=tuple(kind.value for kind in kinds or ()),
        reasons=tuple(_reason(text) for text in reasons or ()),
        cycle_id=cycle,
        since_ms=time_ms(since, now_ms) if since else None,
        until_ms=time_ms(until, now_ms) if until else None,
        limit=limit,
    )


def time_ms(text: str, now_ms: int) -> int:
    """`2h` ago, or an ISO time; without a zone it is UTC."""
    if ago := _AGO.fullmatch(text.strip()):
        return now_ms - int(ago[1]) * UNIT_MS[ago[2]]
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        say = 'a time is written "30m", "2h", "3d" or 2026-01-31T12:00:00'
        raise UsageError(Code.ERR_USAGE, say, given=text) from None
    zoned = at if at.tzinfo else at.replace(tzinfo=UTC)
    return int(zoned.timestamp()) * _MS


def duration_ms(text: str) -> int:
    """`10m`. Raises ERR_USAGE for anything else, and for nothing."""
    found = _AGO.fullmatch(text.strip())
    if found is None or not int(found[1]):
        raise UsageError(Code.ERR_USAGE, 'a duration is written "30s", "10m", "2h"', given=text)
    return int(found[1]) * UNIT_MS[found[2]]


def _reason(text: str) -> str:
    found = text.strip().upper()
    if found not in Reason.__members__:
        known = [name for name in Reason.__members__ if found.split("_")[-1] in name]
        say = f"no such reason; similar ones: {', '.join(known) or 'see `botctl status`'}"
        raise UsageError(Code.ERR_USAGE, say, given=text)
    return found
