"""The last validated settings, kept beside the user's other caches: pydantic costs 130 ms a start.

A cached file may hold what the settings hold (URLs with API keys, never a passphrase), so it is
written 0600 into a 0700 directory of our own, and read only while that still holds. Any doubt means
validating again: a cache can be slow, never wrong.
"""

import os
import stat
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec

import botctl
from botctl.config.values import Config
from botctl.core.bundle import plain

OTHERS: Final = 0o077
FILES_MAX: Final = 16
_READ_BY: Final = (
    "config",
    "core/features.py",
    "core/operators.py",
    "core/policy.py",
    "core/plans.py",
    "core/terms.py",
    "core/faults.py",
    "ports/runtime.py",
)  # whose change makes a cache stale


@dataclass(frozen=True, slots=True)
class Cache:
    directory: Path

    def read(self, key: str) -> Config | None:
        try:
            digest, _, body = _private(self.directory, key).partition(b"\n")
            if sha256(body).hexdigest().encode() != digest:
                return None
            return msgspec.json.decode(body, type=Config, strict=False)
        except (OSError, ValueError):  # msgspec's errors are ValueErrors
            return None

    def write(self, key: str, config: Config) -> None:
        """Whole or not at all; a directory that cannot be written only makes starts slower."""
        body = msgspec.json.encode(plain(config))
        with suppress(OSError):
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not _is_private(self.directory.lstat(), stat.S_ISDIR):
                return
            _replace(self.directory / key, sha256(body).hexdigest().encode() + b"\n" + body)
            self._prune()

    def _prune(self) -> None:
        files = [(file.lstat().st_mtime_ns, file) for file in self.directory.glob("settings-*")]
        for _, file in sorted(files)[:-FILES_MAX]:
            file.unlink(missing_ok=True)


def cache_for(env: Mapping[str, str]) -> Cache | None:
    root = env.get("XDG_CACHE_HOME") or (f"{env['HOME']}/.cache" if env.get("HOME") else "")
    return Cache(Path(root) / "botctl") if os.path.isabs(root) else None  # noqa: PTH117  before Path


def cache_key(path: Path, text: bytes, overrides: Mapping[str, str], home: str) -> str:
    """Everything that validation depends on; each part ends where no part can contain it."""
    digest = sha256()
    for part in (botctl.__version__, _code(), str(path), home, *_flat(overrides)):
        digest.update(part.encode(errors="surrogateescape") + b"\0")
    digest.update(text)
    return f"settings-{digest.hexdigest()}.json"


def _flat(overrides: Mapping[str, str]) -> list[str]:
    return [f"{name}={value}" for name, value in overrides.items()]


def _code() -> str:
    """Size and time of the files that define settings: an edited checkout never meets its past."""
    root = Path(botctl.__file__).parent
    found: list[str] = []
    for name in _READ_BY:
        for file in _files(root / name):
            about = file.stat()
            found.append(f"{file.name}:{about.st_size}:{about.st_mtime_ns}")
    return ",".join(found)


def _files(where: Path) -> list[Path]:
    return sorted(where.rglob("*.py")) if where.is_dir() else [where]


def _private(directory: Path, name: str) -> bytes:
    """Raises OSError unless directory and file are ours alone."""
    if not _is_private(directory.lstat(), stat.S_ISDIR):
        raise PermissionError
    descriptor = os.open(directory / name, os.O_RDONLY | os.O_NOFOLLOW)
    with os.fdopen(descriptor, "rb") as file:
        if not _is_private(os.fstat(descriptor), stat.S_ISREG):
            raise PermissionError
        return file.read()


def _is_private(about: os.stat_result, is_kind: Callable[[int], bool]) -> bool:
    return is_kind(about.st_mode) and about.st_uid == os.getuid() and not about.st_mode & OTHERS


def _replace(target: Path, content: bytes) -> None:
    """A name of our own first: two starts at once must not write into one file."""
    draft = target.with_suffix(f".{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    draft.replace(target)
