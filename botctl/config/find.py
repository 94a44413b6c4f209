"""Which settings file is meant: `--config`, then BOTCTL_CONFIG, then ./botctl.toml."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from botctl.config.environment import FILE_VARIABLE
from botctl.core.codes import Code
from botctl.core.errors import OperatorError

FILE_NAME: Final = "botctl.toml"
SIZE_MAX: Final = 1_000_000  # a settings file is a few kB: anything larger is another file


def settings_path(given: Path | None, env: Mapping[str, str]) -> Path:
    """Absolute; it need not exist."""
    return (given or Path(env.get(FILE_VARIABLE) or FILE_NAME)).expanduser().absolute()


def read_settings(path: Path) -> bytes:
    """Raises ERR_CONFIG_MISSING or, for what is no readable file, ERR_CONFIG_INVALID."""
    try:
        with path.open("rb") as file:
            text = file.read(SIZE_MAX + 1)
    except FileNotFoundError:
        say = f"there is no settings file {path}: `botctl init` writes one, --config names another"
        raise OperatorError(Code.ERR_CONFIG_MISSING, say, path=str(path)) from None
    except OSError as error:
        say = f"{path} cannot be read: {error.strerror}"
        raise OperatorError(Code.ERR_CONFIG_INVALID, say, path=str(path)) from None
    if len(text) > SIZE_MAX:
        say = f"{path} is larger than {SIZE_MAX} bytes: that is no settings file"
        raise OperatorError(Code.ERR_CONFIG_INVALID, say, path=str(path))
    return text
