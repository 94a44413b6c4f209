"""The one place that reads the process's environment; everything else is handed what it needs."""

import os
from collections.abc import Mapping
from typing import Final

PREFIX: Final = "BOTCTL_"
FAULT: Final = "FAULT_"
# The first words of the toggles in core/faults.py, which a start need not load; a test compares.
FAMILIES: Final = frozenset({"HTTPS", "RPC", "DELAY", "ETHERSCAN", "TELEGRAM", "SEED"})
FILE_VARIABLE: Final = "BOTCTL_CONFIG"
PASSPHRASE_VARIABLE: Final = "BOTCTL_PASSPHRASE"  # noqa: S105  a name
NOT_SETTINGS: Final = frozenset({FILE_VARIABLE, PASSPHRASE_VARIABLE})


def environment() -> Mapping[str, str]:
    return os.environ  # noqa: TID251  this is the home the rule asks for


def settings_in(env: Mapping[str, str]) -> dict[str, str]:
    """What overrides the file, sorted; never a passphrase. FAULT_X is another name of faults.x."""
    faults = {f"{PREFIX}FAULTS__{name.removeprefix(FAULT)}": env[name] for name in _faults_in(env)}
    return faults | {
        name: env[name]
        for name in sorted(env)
        if name.startswith(PREFIX) and name not in NOT_SETTINGS
    }


def _faults_in(env: Mapping[str, str]) -> list[str]:
    """Other programs may have variables of that prefix: ours begin like a toggle of ours."""
    return [
        name
        for name in sorted(env)
        if name.startswith(FAULT) and name.removeprefix(FAULT).partition("_")[0] in FAMILIES
    ]


def without_settings(env: Mapping[str, str]) -> dict[str, str]:
    """For a process of ours that has a settings file of its own."""
    return {name: value for name, value in env.items() if not name.startswith((PREFIX, FAULT))}
