"""What has become of a market since we entered it: each rule names one change that forces an exit."""

from collections.abc import Callable
from typing import Final

from botctl.core.books import Entry
from botctl.core.facts import Detection
from botctl.core.measures import Measures
from botctl.core.policy import Exits
from botctl.core.units import BPS_ONE, ZERO_ADDRESS, ratio_bps_floor

Found = tuple[str, str] | None  # what is so now, and what it may be


def code_changed(entry: Entry, seen: Detection, m: Measures, rules: Exits) -> Found:  # noqa: ARG001
    """The token's own code, or one behind its proxy; a code that cannot be read now says nothing."""
    now = seen.facts.token_code_hash
    if entry.token_code_hash and now and now != entry.token_code_hash:
        return f"token code {now}", entry.token_code_hash
    if entry.code_id and seen.tiers and seen.tiers.code_id != entry.code_id:
        return f"code behind the proxy {seen.tiers.code_id}", entry.code_id
    return None


def owner_changed(entry: Entry, seen: Detection, m: Measures, rules: Exits) -> Found:  # noqa: ARG001
    """Giving ownership up is no change for the worse."""
    now = seen.facts.owner
    if now is None or now == ZERO_ADDRESS or entry.owner is None or now == entry.owner:
        return None
    return f"owner {now}", f"owner {entry.owner}"


def minted(entry: Entry, seen: Detection, m: Measures, rules: Exits) -> Found:  # noqa: ARG001
    before, now = entry.token_supply, seen.facts.token_supply
    if not before or now is None or now <= before:
        return None
    grown = ratio_bps_floor(now - before, before)
    limit = rules.emergency_mint_bps
    return (f"supply grew {grown} bps", f"{limit} bps") if grown >= limit else None


def unlocked(entry: Entry, seen: Detection, m: Measures, rules: Exits) -> Found:  # noqa: ARG001
    if entry.lp_locked_bps is None or m.lp_locked_bps is None:
        return None
    less, limit = entry.lp_locked_bps - m.lp_locked_bps, rules.emergency_unlock_bps
    return (f"LP locked {less} bps less", f"{limit} bps") if less >= limit else None


def taxed(entry: Entry, seen: Detection, m: Measures, rules: Exits) -> Found:  # noqa: ARG001
    if entry.sell_tax_bps is None or m.sell_tax_bps is None:
        return None
    limit = min(BPS_ONE, entry.sell_tax_bps + rules.emergency_tax_rise_bps)
    now = m.sell_tax_bps
    return (f"sell tax {now} bps", f"{limit} bps") if now > limit else None


def refused(entry: Entry, seen: Detection, m: Measures, rules: Exits) -> Found:  # noqa: ARG001
    """A tier of the gate refuses now what it let in: leave while the sell still works."""
    found = seen.tiers.refusal if seen.tiers else None
    return (f"{found.code}: {found.words}", "every tier of the gate") if found else None


RULES: Final[tuple[Callable[[Entry, Detection, Measures, Exits], Found], ...]] = (
    code_changed,
    owner_changed,
    minted,
    unlocked,
    taxed,
    refused,
)


def worsened(entry: Entry, seen: Detection, m: Measures, rules: Exits) -> Found:
    """The first rule that holds; None when the market is at least as good as it was."""
    for rule in RULES:
        if found := rule(entry, seen, m, rules):
            return found
    return None
