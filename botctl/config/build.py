"""Which build is running: the sha256 of the installed files, as the installer recorded them."""

from hashlib import sha256
from pathlib import Path

import botctl


def build_sha() -> str:
    """16 hex digits for an installed wheel; `dev-<version>` for a checkout, whose files move."""
    root = Path(botctl.__file__).parent
    record = root.parent / f"botctl-{botctl.__version__}.dist-info" / "RECORD"
    try:
        lines = record.read_text("utf-8").splitlines()
    except OSError:
        lines = []
    ours = sorted(line for line in lines if line.startswith("botctl/") and "sha256=" in line)
    return (
        sha256("\n".join(ours).encode()).hexdigest()[:16] if ours else f"dev-{botctl.__version__}"
    )
