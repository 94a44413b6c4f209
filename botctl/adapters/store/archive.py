"""A backup file: a zip with one member a table, a JSON array a row, and a manifest that covers all.

The same for both databases, so that what one wrote the other can read. 256-bit numbers are text,
bytes are base64.
"""

import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, Final

import msgspec

from botctl.core.codes import Code
from botctl.core.errors import CheckError

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
COMPRESSION_LEVEL: Final = 1  # bundles are repetitive text: more effort gains little
LINE_BYTES_MAX: Final = 64 * 1024 * 1024

_INVALID: Final = "the backup cannot be used: {why}; take another one"


class Member(msgspec.Struct, frozen=True):
    """One table; `sha256` is of the member's uncompressed bytes."""

    table: str
    columns: tuple[str, ...]
    rows: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    format: int
    schema_revision: str
    made_ms: int
    source: str
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Dumped:
    """A table on its way into the archive; a row holds what a driver answers."""

    table: str
    columns: tuple[str, ...]
    rows: Iterable[Sequence[object]]


def write(path: Path, tables: Iterable[Dumped], *, revision: str, made_ms: int, source: str) -> None:
    with zipfile.ZipFile(
        path, "x", zipfile.ZIP_DEFLATED, compresslevel=COMPRESSION_LEVEL
    ) as archive:
        members = tuple(_write_member(archive, table) for table in tables)
        manifest = Manifest(FORMAT, revision, made_ms, source, members)
        archive.writestr(MANIFEST, msgspec.json.encode(manifest))


def _write_member(archive: zipfile.ZipFile, dumped: Dumped) -> Member:
    digest, count, encode = sha256(), 0, msgspec.json.Encoder().encode
    with archive.open(f"{dumped.table}.jsonl", "w", force_zip64=True) as out:
        for row in dumped.rows:
            line = encode(tuple(row)) + b"\n"
            digest.update(line)
            out.write(line)
            count += 1
    return Member(dumped.table, dumped.columns, count, digest.hexdigest())


def verified(path: Path) -> Manifest:
    """The manifest, after reading every byte it vouches for. Raises CheckError ERR_BACKUP_INVALID."""
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = msgspec.json.decode(archive.read(MANIFEST), type=Manifest)
            for member in manifest.members:
                _verify_member(archive, member, path)
    except (OSError, KeyError, EOFError, zipfile.BadZipFile, msgspec.DecodeError) as error:
        raise _invalid(path, f"it is damaged or no backup ({type(error).__name__})") from error
    if manifest.format != FORMAT:
        raise _invalid(path, f"its format {manifest.format} is not ours")
    return manifest


def _verify_member(archive: zipfile.ZipFile, member: Member, path: Path) -> None:
    digest, count = sha256(), 0
    with archive.open(f"{member.table}.jsonl") as lines:
        for line in _lines(lines):
            digest.update(line)
            count += 1
    if (digest.hexdigest(), count) != (member.sha256, member.rows):
        raise _invalid(path, f"table {member.table} differs from its manifest")


def rows(path: Path, member: Member) -> Iterator[list[str | int | None]]:
    """Of a verified archive; bytes are still base64."""
    decoder = msgspec.json.Decoder(list[str | int | None])
    with zipfile.ZipFile(path) as archive, archive.open(f"{member.table}.jsonl") as lines:
        for line in _lines(lines):
            yield decoder.decode(line)


def _lines(stream: IO[bytes]) -> Iterator[bytes]:
    while line := stream.readline(LINE_BYTES_MAX):
        yield line


def _invalid(path: Path, why: str) -> CheckError:
    return CheckError(Code.ERR_BACKUP_INVALID, _INVALID.format(why=why), backup=str(path))


def counts(manifest: Manifest) -> Mapping[str, int]:
    return {member.table: member.rows for member in manifest.members}
