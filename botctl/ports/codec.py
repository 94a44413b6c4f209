"""Canonical documents: to bytes, from bytes, and their hash."""

from typing import Protocol

from botctl.core.bundle import Bundle
from botctl.core.facts import Detection, Past, Tiers, World
from botctl.core.units import BundleId


class Codec(Protocol):
    def canonical(self, document: object) -> bytes:
        """RFC 8785 JSON of a value made of dataclasses, tuples, dicts and `embed`ded bytes."""

    def embed(self, canonical: bytes) -> object:
        """Bytes that are already canonical, to be put into a larger document as they are."""

    def bundle_id(self, canonical: bytes) -> BundleId: ...
    def read_bundle(self, body: bytes) -> Bundle:
        """Raises CheckError ERR_BUNDLE_INCOMPLETE naming the field that is missing or wrong."""

    def read_detection(self, body: bytes) -> Detection: ...
    def read_before(self, body: bytes | None, flicker_bps: int) -> tuple[Past | None, Tiers | None]:
        """What a stored detection leaves to the next: its reserves, when they last jumped by more
        than `flicker_bps`, and what its tiers found.

        Nothing of one that cannot be read any more: it only means to look again.
        """

    def read_world(self, body: bytes) -> World: ...
    def to_plain(self, body: bytes) -> object:
        """Dicts, lists, strings, numbers: for showing and comparing."""
