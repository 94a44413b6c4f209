"""Whether live may enter: a preflight has passed under these very settings and this build."""

from botctl.core.facts import Mode
from botctl.core.permission import Level, PermissionSource, SourceKind
from botctl.ports.preflight import PreflightStore, Release

NEVER = "preflight has not passed for these settings and this build"
FAILED = "the last preflight for these settings and this build failed"


def clearance(store: PreflightStore, release: Release, now_ms: int) -> tuple[PermissionSource, ...]:
    """One source that leaves exits, or none. A failed one that a person waved through clears too."""
    if release.mode is not Mode.LIVE:
        return ()
    row = store.preflight(release.config_hash, release.build_sha)
    if row is not None and (row.passed or row.warned_only):
        return ()
    say, since_ms = (NEVER, now_ms) if row is None else (FAILED, row.at_ms)
    return (PermissionSource(SourceKind.DEPLOY, Level.EXITS_ONLY, say, "preflight", since_ms),)
