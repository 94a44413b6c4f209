"""The settings file itself: written by `init`, shown by `config show`, brought up to date."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from botctl.adapters.clock import SystemClock
from botctl.config.environment import environment
from botctl.config.find import settings_path
from botctl.config.migrations import Migration
from botctl.config.show import ShownConfig, shown_config
from botctl.config.sources import Origin
from botctl.config.template import write_template
from botctl.core.facts import Mode
from botctl.core.features import FEATURES, Feature, Part

__all__ = ["Migration", "ShownConfig", "SwitchesReport", "Written", "init", "shown"]


@dataclass(frozen=True, slots=True)
class Written:
    path: str
    mode: Mode


@dataclass(frozen=True, slots=True)
class Switch:
    feature: Feature
    on: bool
    default: bool
    source: Origin
    part: Part
    meaning: str


@dataclass(frozen=True, slots=True)
class SwitchesReport:
    path: str
    features: tuple[Switch, ...]


def init(given: Path | None, mode: Mode) -> Written:
    """Raises ERR_CONFIG_EXISTS: a file that is there is never overwritten."""
    path = settings_path(given, environment())
    write_template(path, mode)
    return Written(str(path), mode)


def shown(given: Path | None) -> ShownConfig:
    return shown_config(given, environment())


def migrate(given: Path | None, *, write: bool) -> Migration:
    """Raises ERR_CONFIG_*: a file that cannot be read as it is, is not rewritten."""
    from botctl.config.rewrite import migrate_file  # noqa: PLC0415  tomlkit, for this command alone

    moment = datetime.fromtimestamp(SystemClock().now_ms() / 1_000, UTC)
    return migrate_file(given, environment(), write=write, stamp=f"{moment:%Y%m%dT%H%M%S.%f}Z")


def switches(given: Path | None) -> SwitchesReport:
    """What file and environment say now: what the next cycle goes by."""
    shown = shown_config(given, environment())
    found = {one.name.removeprefix("features."): one for one in shown.settings}
    return SwitchesReport(
        shown.path,
        tuple(
            Switch(
                feature,
                found[feature.value].value is True,
                about.default,
                found[feature.value].source,
                about.part,
                about.meaning,
            )
            for feature, about in FEATURES.items()
        ),
    )
