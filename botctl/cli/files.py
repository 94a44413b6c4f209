"""Files named on the command line; a folder stands for the bundles in it."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from botctl.core.codes import Code
from botctl.core.errors import UsageError


def bundle_files(named: Iterable[Path]) -> Iterator[str]:
    """In a stable order; raises ERR_NOT_FOUND for a name that is nothing."""
    for path in named:
        if path.is_dir():
            yield from map(str, sorted(path.glob("*.json")))
        elif path.exists():
            yield str(path)
        else:
            raise UsageError(Code.ERR_NOT_FOUND, "there is no such file", path=str(path))
