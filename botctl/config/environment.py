"""The one place that reads the process's environment; everything else is handed what it needs."""

import os
from collections.abc import Mapping
from typing import Final

PREFIX: Final = "BOTCTL_"
FILE_VARIABLE: Final = "BOTCTL_CONFIG"
PASSPHRASE_VARIABLE: Final = "BOTCTL_PASSPHRASE"  # noqa: S105  a name
NOT_SETTINGS: Final = frozenset({FILE_VARIABLE, PASSPHRASE_VARIABLE})


def environment() -> Mapping[str, str]:
    return os.environ  # noqa: TID251  this is the home the rule asks for


def settings_in(env: Mapping[str, str]) -> dict[str, str]:
    """What overrides the file, sorted; never a passphrase."""
    return {
        name: env[name]
        for name in sorted(env)
        if name.startswith(PREFIX) and name not in NOT_SETTINGS
    }


def without_settings(env: Mapping[str, str]) -> dict[str, str]:
    """For a process of ours that has a settings file of its own."""
    return {name: value for name, value in env.items() if not name.startswith(PREFIX)}
