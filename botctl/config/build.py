"""Which build is running: the name that was baked into it when it was packed."""

import json
from functools import cache
from pathlib import Path
from typing import Final

import botctl

STAMP: Final = "build_stamp.json"  # `stamp` writes it into wheels; a checkout has none


@cache
def build_sha() -> str:
    """A commit's 12 hex digits; `<commit>-dirty-<files>` when the files were not that commit's;
    `files-<hash>` when they were packed outside git; `dev-<version>` for a checkout, which moves.
    """
    try:
        told = json.loads((Path(botctl.__file__).parent / STAMP).read_text("utf-8"))
        return str(told["sha"])
    except (OSError, ValueError, KeyError, TypeError):
        return f"dev-{botctl.__version__}"
