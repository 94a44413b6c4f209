"""The settings file itself: written by `init`, shown by `config show`."""

from dataclasses import dataclass
from pathlib import Path

from botctl.config.environment import environment
from botctl.config.find import settings_path
from botctl.config.show import ShownConfig, shown_config
from botctl.config.template import write_template
from botctl.core.facts import Mode

__all__ = ["ShownConfig", "Written", "init", "shown"]


@dataclass(frozen=True, slots=True)
class Written:
    path: str
    mode: Mode


def init(given: Path | None, mode: Mode) -> Written:
    """Raises ERR_CONFIG_EXISTS: a file that is there is never overwritten."""
    path = settings_path(given, environment())
    write_template(path, mode)
    return Written(str(path), mode)


def shown(given: Path | None) -> ShownConfig:
    return shown_config(given, environment())
