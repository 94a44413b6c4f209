"""The backups that lie in a folder: which of them this botctl can read."""

from pathlib import Path
from zipfile import ZipFile

from botctl.adapters.store.restore import DAMAGE, manifest_of
from botctl.core.errors import BotError


def newest_for_us(folder: Path) -> str | None:
    """By the time its manifest names; whole it is proven only when it is restored."""
    found = [(made, str(path)) for path in folder.glob("*.zip") if (made := _made_ms(path))]
    return max(found)[1] if found else None


def _made_ms(path: Path) -> int | None:
    try:
        with ZipFile(path) as archive:
            return manifest_of(archive, str(path)).made_ms
    except (BotError, *DAMAGE):
        return None
