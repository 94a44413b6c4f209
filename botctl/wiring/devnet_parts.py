"""The embedded chain's parts: fetched once, found by the demo."""

from dataclasses import dataclass

from botctl.adapters.devnet import install as parts
from botctl.core.codes import Code
from botctl.core.errors import TransientError


@dataclass(frozen=True, slots=True)
class Installed:
    home: str
    fresh: bool  # False: it was there already


def install(*, dev: bool) -> Installed:
    """Raises ERR_DEVNET_MISSING when the registry cannot be reached; what was there stays."""
    try:
        fresh = parts.install(dev=dev)
    except parts.DevnetInstallError as error:
        raise TransientError(Code.ERR_DEVNET_MISSING, str(error)) from error
    return Installed(str(parts.home()), fresh)
