"""What services write as "1", 1, true, "0.05" or "": read without believing any type of theirs."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_CEILING, Decimal, InvalidOperation
from typing import Final

from botctl.adapters.enrich.fetch import SilentError
from botctl.core.sellability.codes import SellCode
from botctl.core.sellability.opinion import Claim, Silence
from botctl.core.units import BPS_ONE, DEAD_ADDRESS, ZERO_ADDRESS

NUMBER_CHARS_MAX: Final = 40
HOLDERS_MAX: Final = 100
ONE: Final = Decimal(1)
PERCENT: Final = Decimal(100)
BURNED: Final = frozenset((ZERO_ADDRESS, DEAD_ADDRESS))
_YES: Final = ("1", 1)  # True is 1
_NO: Final = ("0", 0, "", None)  # unknown speaks against nobody


class UnreadableError(ValueError):
    """A field of another form than the published one."""


def table(value: object) -> Mapping[str, object]:
    """Raises SilentError GARBAGE: without this object there is no answer."""
    if not isinstance(value, dict):
        raise SilentError(Silence.GARBAGE)
    return value


def flag(value: object) -> bool:
    """Raises UnreadableError."""
    if isinstance(value, str | int | None):
        if value in _YES:
            return True
        if value in _NO:
            return False
    raise UnreadableError


def share_bps(value: object, whole: Decimal = ONE) -> int | None:
    """In bps of `whole`, rounded up and at most BPS_ONE; None for unknown. Raises UnreadableError."""
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise UnreadableError
    number = _number(value) if isinstance(value, str) else Decimal(value)
    if number.is_nan() or number < 0:
        raise UnreadableError
    if number >= whole:  # also keeps 1e999999 from becoming an int of a million digits
        return BPS_ONE
    return int((number / whole * BPS_ONE).to_integral_value(ROUND_CEILING))


def _number(text: str) -> Decimal:
    if len(text) > NUMBER_CHARS_MAX or not text.isascii() or "_" in text:
        raise UnreadableError
    try:
        return Decimal(text)
    except InvalidOperation:
        raise UnreadableError from None


def flagged(row: Mapping[str, object], codes: Mapping[str, SellCode]) -> Iterator[Claim]:
    """A claim for each field that is said to be so; SERVICE_UNREADABLE for one that says neither."""
    for name, code in codes.items():
        try:
            if flag(row.get(name)):
                yield Claim(code)
        except UnreadableError:
            yield Claim(SellCode.SERVICE_UNREADABLE)


def shared(
    row: Mapping[str, object], codes: Mapping[str, SellCode], whole: Decimal = ONE
) -> Iterator[Claim]:
    """A claim for each share that is told, however small: the caps are not known here."""
    for name, code in codes.items():
        try:
            bps = share_bps(row.get(name), whole)
        except UnreadableError:
            yield Claim(SellCode.SERVICE_UNREADABLE)
            continue
        if bps is not None:
            yield Claim(code, bps)


def largest(rows: object, code: SellCode) -> Iterator[Claim]:
    """The largest share of an account that is no contract, not locked and not burned."""
    if rows is None or rows == "":
        return
    try:
        shares = [_own_share(each) for each in _rows(rows)]
    except UnreadableError:
        yield Claim(SellCode.SERVICE_UNREADABLE)
        return
    if shares:
        yield Claim(code, max(shares))


def _rows(rows: object) -> Sequence[object]:
    if not isinstance(rows, list):
        raise UnreadableError
    return rows[:HOLDERS_MAX]


def _own_share(row: object) -> int:
    if not isinstance(row, dict):
        raise UnreadableError
    locked = flag(row.get("is_locked", row.get("locked")))
    if locked or flag(row.get("is_contract")) or str(row.get("address")).lower() in BURNED:
        return 0
    return share_bps(row.get("percent")) or 0


def unique(claims: Iterator[Claim]) -> tuple[Claim, ...]:
    """Each code once, with its largest share, in the order met."""
    found: dict[SellCode, Claim] = {}
    for claim in claims:
        before = found.get(claim.code)
        if before is None or (claim.bps or 0) > (before.bps or 0):
            found[claim.code] = claim
    return tuple(found.values())
