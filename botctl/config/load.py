"""Settings on the hot path: found, read, and taken from the cache when nothing has changed."""

from collections.abc import Mapping
from pathlib import Path

from botctl.config.cache import cache_for, cache_key
from botctl.config.environment import settings_in
from botctl.config.find import read_settings, settings_path
from botctl.config.values import Config


def load(given: Path | None, env: Mapping[str, str]) -> Config:
    """Raises OperatorError ERR_CONFIG_MISSING, ERR_CONFIG_INVALID or ERR_CONFIG_UNKNOWN_KEY."""
    path = settings_path(given, env)
    text = read_settings(path)
    cache = cache_for(env)
    if cache is None:
        return _validated(path, text, env)
    key = cache_key(path, text, settings_in(env), env.get("HOME", ""))
    if cached := cache.read(key):
        return cached
    config = _validated(path, text, env)
    cache.write(key, config)
    return config


def _validated(path: Path, text: bytes, env: Mapping[str, str]) -> Config:
    from botctl.config.validate import validated  # noqa: PLC0415  pydantic is what the cache saves

    return validated(path, text, env)
