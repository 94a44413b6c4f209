"""bundle validate, bundle export: proving bundles, and taking them out of the database."""

from collections.abc import Iterable
from dataclasses import dataclass

from botctl.core.errors import CheckError
from botctl.flows.replay import Stored, verified
from botctl.ports.codec import Codec
from botctl.ports.files import BundleFolder
from botctl.ports.progress import Tick, silent
from botctl.ports.store import LedgerFilter, LedgerStore


@dataclass(frozen=True, slots=True)
class Validity:
    name: str
    bundle_id: str
    code: str  # empty: hash and fields are in order
    say: str


@dataclass(frozen=True, slots=True)
class ExportReport:
    folder: str
    written: int


def validate(codec: Codec, stored: Iterable[Stored]) -> tuple[Validity, ...]:
    """Hash and completeness of each; a bundle of another rule version is still valid."""
    return tuple(_validity(codec, one) for one in stored)


def _validity(codec: Codec, stored: Stored) -> Validity:
    try:
        if stored.error is not None:
            raise stored.error
        verified(codec, stored)
    except CheckError as error:
        facts = " ".join(f"{key}={value}" for key, value in error.facts.items())
        return Validity(stored.name, stored.bundle_id, error.code, f"{error.say} {facts}")
    return Validity(stored.name, stored.bundle_id, "", "")


def export(
    store: LedgerStore, folder: BundleFolder, wanted: LedgerFilter, tick: Tick = silent
) -> ExportReport:
    written = 0
    for bundle_id, body in store.bundles(wanted):
        folder.write(bundle_id, body)
        written += 1
        tick(1)
    return ExportReport(folder.location(), written)
