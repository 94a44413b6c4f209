"""Writes the units. `python -m deploy.systemd.render` from the root of the repository."""

import sys
from pathlib import Path
from typing import Final

from deploy.systemd.units import units
from jobs.timetable import TIMETABLE

FOLDER: Final = Path(__file__).parent
SUFFIXES: Final = (".service", ".timer", ".target")


def main() -> int:
    """A job that left the timetable takes its unit with it."""
    for path in FOLDER.iterdir():
        if path.suffix in SUFFIXES:
            path.unlink()
    for name, text in units(TIMETABLE):
        (FOLDER / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
