"""Bundle files from anywhere, not only from the configured folder."""

from pathlib import Path

from botctl.adapters.files import DiskBundleFolder
from botctl.ports.files import BundleFolder


def any_folder(folder: Path | None = None) -> BundleFolder:
    return DiskBundleFolder(folder or Path())
