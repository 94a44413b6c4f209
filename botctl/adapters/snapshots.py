"""Snapshots in a folder: zip files of our own alone, each part vouched for by the manifest."""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile
from zlib import error as ZlibError  # noqa: N812  a class, whatever its name looks like

import msgspec

from botctl.core.codes import Code
from botctl.core.errors import CheckError, OperatorError, UsageError
from botctl.core.snapshot import FORM, MANIFEST, Manifest, Part, PartSeal, surplus

SUFFIX: Final = ".zip"
PREFIX: Final = "snapshot-"
PART_BYTES_MAX: Final = 64 * 1024 * 1024  # what is read back: a bomb is refused by the manifest
MS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Kept:
    path: str
    made_ms: int
    size: int
    why: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A snapshot whose every part is as the manifest says."""

    path: str
    manifest: Manifest
    parts: tuple[Part, ...]

    def text_of(self, name: str) -> str:
        """Raises ERR_NOT_FOUND."""
        for part in self.parts:
            if part.name == name:
                return part.body.decode(errors="replace")
        raise UsageError(Code.ERR_NOT_FOUND, f"the snapshot has no part {name}", file=self.path)

    def summary(self) -> dict[str, object]:
        """The manifest, and of the JSON parts those that tell how the bot was."""
        told = ("health.json", "providers.json", "queues.json", "versions.json")
        return {
            "path": self.path,
            "manifest": self.manifest,
            **{
                part.name.removesuffix(".json"): msgspec.json.decode(part.body)
                for part in self.parts
                if part.name in told
            },
        }


@dataclass(frozen=True, slots=True)
class SnapshotFolder:
    """`scrub` is passed over every byte of every part."""

    folder: Path
    keep: int
    bytes_max: int
    scrub: Callable[[bytes], bytes]

    def write(self, header: Manifest, found: Iterable[Part]) -> Path:
        """Whole or not at all; older ones go. Raises ERR_DB_UNWRITABLE."""
        parts = [Part(part.name, self.scrub(part.body)) for part in found]
        moment = datetime.fromtimestamp(header.made_ms / MS, UTC)
        name = f"{PREFIX}{moment:%Y%m%dT%H%M%S}.{header.made_ms % MS:03d}Z{SUFFIX}"
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = _free(self.folder / name)
            _write_whole(path, _archive(_sealed(header, parts), parts, self.scrub))
            self._prune()
        except OSError as error:
            say = f"the snapshot cannot be written: {error.strerror}"
            raise OperatorError(Code.ERR_DB_UNWRITABLE, say, path=str(self.folder)) from None
        return path

    def kept(self) -> Iterator[Kept]:
        """The newest first; one that cannot be read is listed with why."""
        for path in self._files():
            try:
                manifest = _manifest(path)
            except CheckError as error:
                yield Kept(str(path), 0, path.stat().st_size, error.say)
            else:
                yield Kept(str(path), manifest.made_ms, path.stat().st_size, manifest.why)

    def _files(self) -> list[Path]:
        return sorted(self.folder.glob(f"{PREFIX}*{SUFFIX}"), reverse=True)

    def _prune(self) -> None:
        files = self._files()
        sizes = [path.stat().st_size for path in files]
        gone = surplus(sizes, keep=self.keep, bytes_max=self.bytes_max)
        for path in files[len(files) - gone :]:
            path.unlink(missing_ok=True)


def opened(path: Path) -> Opened:
    """Raises ERR_SNAPSHOT_INVALID when it is none, or a part is missing, altered or surplus."""
    manifest = _manifest(path)
    with _zip(path) as archive:
        names = [name for name in archive.namelist() if name != MANIFEST]
        if names != [seal.name for seal in manifest.parts]:
            raise _invalid(path, "its parts are not those of its manifest")
        parts = tuple(_part(archive, seal, path) for seal in manifest.parts)
    return Opened(str(path), manifest, parts)


def _part(archive: ZipFile, seal: PartSeal, path: Path) -> Part:
    if archive.getinfo(seal.name).file_size != seal.size or seal.size > PART_BYTES_MAX:
        raise _invalid(path, f"{seal.name} has another size")
    body = _bytes(archive, seal.name, path)
    if sha256(body).hexdigest() != seal.sha256:
        raise _invalid(path, f"{seal.name} is not what was written")
    return Part(seal.name, body)


def _manifest(path: Path) -> Manifest:
    with _zip(path) as archive:
        if archive.namelist()[:1] != [MANIFEST]:
            raise _invalid(path, "it does not begin with a manifest")
        if archive.getinfo(MANIFEST).file_size > PART_BYTES_MAX:
            raise _invalid(path, "its manifest has no end")
        body = _bytes(archive, MANIFEST, path)
    try:
        manifest = msgspec.json.decode(body, type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise _invalid(path, "its manifest cannot be read") from None
    if manifest.form != FORM:
        raise _invalid(path, f"its form is {manifest.form[:40]}, and this botctl's is {FORM}")
    return manifest


def _zip(path: Path) -> ZipFile:
    try:
        return ZipFile(path)
    except OSError as error:
        raise _invalid(path, error.strerror or "it cannot be read") from None
    except (BadZipFile, ValueError, NotImplementedError):  # the last: a flipped version
        raise _invalid(path, "it is no whole zip file") from None


def _bytes(archive: ZipFile, name: str, path: Path) -> bytes:
    try:
        return archive.read(name)
    except (BadZipFile, ZlibError, OSError, EOFError, NotImplementedError, RuntimeError):
        raise _invalid(path, f"{name} is damaged") from None


def _invalid(path: Path, why: str) -> CheckError:
    return CheckError(Code.ERR_SNAPSHOT_INVALID, f"no whole snapshot: {why}", file=str(path))


def _sealed(header: Manifest, parts: Iterable[Part]) -> Manifest:
    seals = tuple(
        PartSeal(part.name, len(part.body), sha256(part.body).hexdigest()) for part in parts
    )
    return replace(header, parts=seals)


def _archive(manifest: Manifest, parts: Iterable[Part], scrub: Callable[[bytes], bytes]) -> bytes:
    """The manifest first: it is read without the rest."""
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        archive.writestr(MANIFEST, scrub(msgspec.json.format(msgspec.json.encode(manifest))))
        for part in parts:
            archive.writestr(part.name, part.body)
    return file.getvalue()


def _free(path: Path) -> Path:
    """Of two in one millisecond both stay."""
    for number in range(1, 1_000):
        if not path.exists():
            return path
        path = path.with_name(f"{path.name.removesuffix(SUFFIX)}-{number}{SUFFIX}")
    raise FileExistsError


def _write_whole(path: Path, content: bytes) -> None:
    """Mode 0600 from the first byte, as NamedTemporaryFile makes it."""
    with NamedTemporaryFile(dir=path.parent, prefix=".snapshot-", delete=False) as file:
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(path)
        finally:
            Path(file.name).unlink(missing_ok=True)
