"""The slow path: pydantic reads every value; `load` remembers what came out."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from botctl.config.plain import plain_config
from botctl.config.refusals import refusal
from botctl.config.settings import Settings
from botctl.config.sources import Sources, sources
from botctl.config.values import Config


def validated(path: Path, text: bytes, env: Mapping[str, str]) -> Config:
    """Raises OperatorError ERR_CONFIG_INVALID or ERR_CONFIG_UNKNOWN_KEY."""
    found = sources(path, text, env)
    return plain_config(settings_of(found), path, tuple(change.say for change in found.changes))


def settings_of(found: Sources) -> Settings:
    try:
        return Settings.model_validate(found.merged())
    except ValidationError as error:
        raise refusal(error, found) from None  # the cause would repeat secret values
