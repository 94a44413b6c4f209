"""Amounts as people write them, exactly: `"0.05 ether"`, `"30 gwei"`, `"123 wei"`, or whole wei."""

import re
from typing import Final

DECIMALS: Final = {"wei": 0, "gwei": 9, "ether": 18}
_WRITTEN: Final = re.compile(r"(?P<whole>\d[\d_]*)(?:\.(?P<part>\d+))?\s*(?P<unit>[a-z]*)")


def wei(value: object) -> int:
    """Raises ValueError with the fix; never rounds, so a fraction of a wei is refused."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError(  # noqa: TRY004  pydantic turns a ValueError into its report
            'write amounts as whole wei or as text with a unit, such as "0.05 ether" or "30 gwei":'
            " a bare decimal number is not exact"
        )
    return value if isinstance(value, int) else _parsed(value.strip().lower())


def _parsed(text: str) -> int:
    found = _WRITTEN.fullmatch(text)
    if found is None:
        raise ValueError('write it like "0.05 ether", "30 gwei" or "123 wei"')
    unit, part = found["unit"] or "wei", found["part"] or ""
    if unit not in DECIMALS:
        raise ValueError(f"the unit {unit!r} is not known: use ether, gwei or wei")
    if len(part) > DECIMALS[unit]:
        raise ValueError(f"{text!r} is finer than one wei: use fewer decimals or a smaller unit")
    return int(found["whole"] + part.ljust(DECIMALS[unit], "0"))


def written(amount_wei: int) -> str:
    """The shortest exact way to write it; `wei` reads it back."""
    unit = next(u for u in ("ether", "gwei", "wei") if _is_short(amount_wei, DECIMALS[u]))
    whole, part = divmod(amount_wei, 10 ** DECIMALS[unit])
    digits = str(part).rjust(DECIMALS[unit], "0").rstrip("0") if part else ""
    return f"{whole}{'.' if digits else ''}{digits} {unit}"


def _is_short(amount_wei: int, decimals: int) -> bool:
    """At most six decimals in this unit, so that small amounts move on to a smaller one."""
    return decimals == 0 or amount_wei % 10 ** (decimals - 6) == 0
