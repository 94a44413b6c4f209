"""keystore age: since when each key and secret is the same, and which are due to be changed.

A secret's text says nothing of its age, so its mark is kept from the day it was first seen here: its age
is at least that. A key's file may be older than our first look at it, and then it counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from botctl.core.codes import Code
from botctl.core.errors import CheckError
from botctl.core.key_ages import Aged, aged
from botctl.ports.service import KeyAge, ServiceStore


@dataclass(frozen=True, slots=True)
class Key:
    """`since_ms`: what is known of its beginning apart from our own record, if anything."""

    mark: str
    since_ms: int | None = None


@dataclass(frozen=True, slots=True)
class KeyAgesReport:
    days_max: int
    keys: tuple[Aged, ...]


def key_ages(
    store: ServiceStore, keys: Mapping[str, Key], now_ms: int, days_max: int
) -> KeyAgesReport:
    """A key that is not configured any more is left out, and known again when it comes back."""
    known = {age.name: age for age in store.key_ages()}
    found = {name: _noted(store, name, key, known.get(name), now_ms) for name, key in keys.items()}
    return KeyAgesReport(days_max, aged(found.items(), now_ms, days_max))


def require_young(report: KeyAgesReport) -> None:
    """Raises ERR_KEY_OLD, which names them all."""
    old = [f"{key.name} ({key.age_days} days)" for key in report.keys if key.old]
    if old:
        say = f"older than keys.age_max_days ({report.days_max}): {', '.join(old)}"
        raise CheckError(Code.ERR_KEY_OLD, say)


def _noted(store: ServiceStore, name: str, key: Key, known: KeyAge | None, now_ms: int) -> int:
    since_ms = known.since_ms if known is not None and known.mark == key.mark else now_ms
    since_ms = min(since_ms, now_ms if key.since_ms is None else key.since_ms)
    if known != (age := KeyAge(name, key.mark, since_ms)):
        store.note_key(age)
    return since_ms
