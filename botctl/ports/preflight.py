"""What the store keeps about a preflight, and about the settings that were ever used."""

from dataclasses import dataclass
from typing import Protocol

from botctl.core.facts import Mode


@dataclass(frozen=True, slots=True)
class Release:
    """What a preflight clears: these settings on this build, in this mode."""

    mode: Mode
    config_hash: str
    build_sha: str


@dataclass(frozen=True, slots=True)
class PreflightRow:
    """One preflight whose remote checks ran. `body` is its report as canonical JSON."""

    at_ms: int
    config_hash: str
    build_sha: str
    passed: bool
    warned_only: bool  # it failed, and a person chose to go on
    why: str
    body: str


class PreflightStore(Protocol):
    def preflight(self, config_hash: str, build_sha: str) -> PreflightRow | None:
        """The newest one under these settings and this build."""

    def latest_preflight(self) -> PreflightRow | None: ...
    def record_preflight(self, row: PreflightRow) -> None: ...
    def settings_of(self, config_hash: str) -> str | None:
        """The settings that had this hash: canonical JSON, without secrets and places."""

    def remember_settings(self, config_hash: str, body: str, now_ms: int) -> None:
        """Once a hash."""
