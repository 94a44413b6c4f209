"""The folder where bundles lie as files."""

from typing import Protocol

from botctl.core.units import BundleId


class BundleFolder(Protocol):
    def write(self, bundle_id: BundleId, body: bytes) -> str:
        """Write the bundle whole or not at all; an equal one is left alone. Returns its path."""

    def read(self, path: str) -> bytes:
        """A file's content; raises ERR_BUNDLE_UNREADABLE when it cannot be read."""

    def location(self) -> str: ...
