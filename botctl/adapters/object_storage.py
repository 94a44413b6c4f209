"""Files in an S3-compatible storage: a name appears there once what lies behind it was read back.

With the minio library: it signs, splits large files and speaks to every store of that kind, at a tenth of
what boto3 brings along. Nothing it raises is quoted: the answers of a storage may name the key id.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from minio import Minio
from minio.commonconfig import CopySource
from minio.error import MinioException, S3Error
from urllib3 import PoolManager, Retry, Timeout
from urllib3.exceptions import HTTPError

from botctl.core.codes import Code
from botctl.core.errors import BotError, CheckError, TransientError

PART_BYTES: Final = 16 * 1024 * 1024
CHUNK_BYTES: Final = 1024 * 1024
TRIES_MAX: Final = 3
INCOMING: Final = "incoming-"  # before a name that nobody has read back yet
LATER: Final = frozenset({500, 502, 503, 504})
PERSON: Final = (
    "a person must mend it: see backup.s3_* in the settings and the storage's own rights"
)


@dataclass(frozen=True, slots=True)
class StoragePlan:
    """`endpoint`: https://host; `prefix` goes before every name."""

    endpoint: str
    bucket: str
    prefix: str
    region: str
    key_id: str = field(repr=False)
    secret: str = field(repr=False)
    timeout_s: int


@dataclass(frozen=True, slots=True)
class Stored:
    name: str  # without the prefix
    size: int


class ObjectStorage:
    """Every method raises ERR_BACKUP_UNSENT: transient when the storage may take it later."""

    def __init__(self, plan: StoragePlan) -> None:
        parts = urlsplit(plan.endpoint)
        self.place: Final = f"s3://{plan.bucket}/{plan.prefix}"
        self._plan = plan
        self._client = Minio(
            parts.netloc,
            access_key=plan.key_id,
            secret_key=plan.secret,
            region=plan.region,
            secure=parts.scheme == "https",
            http_client=_pool(plan.timeout_s),
        )

    def put(self, path: Path, name: str) -> None:
        """Uploaded under another name, read back whole, and only then given its own."""
        incoming, final = self._key(INCOMING + name), self._key(name)
        with path.open("rb") as file:
            wanted = file_digest(file, "sha256").hexdigest()
        with self._told("sent"):
            self._client.fput_object(
                self._plan.bucket, incoming, str(path), part_size=PART_BYTES, num_parallel_uploads=1
            )
            try:
                if self._digest(incoming) != wanted:
                    raise _bad("what the storage gives back is not what was sent", self.place)
                self._client.copy_object(
                    self._plan.bucket, final, CopySource(self._plan.bucket, incoming)
                )
                size = self._client.stat_object(self._plan.bucket, final).size
                if size != path.stat().st_size:
                    self._client.remove_object(self._plan.bucket, final)
                    raise _bad("the storage's copy has another size", self.place)
            finally:
                self._client.remove_object(self._plan.bucket, incoming)

    def get(self, name: str, into: Path) -> None:
        with self._told("fetched"), into.open("xb") as file:
            for chunk in self._chunks(self._key(name)):
                file.write(chunk)

    def names(self) -> list[Stored]:
        """Everything under the prefix, in the order of the names."""
        with self._told("listed"):
            found = self._client.list_objects(self._plan.bucket, prefix=self._plan.prefix)
            return [
                Stored(str(one.object_name).removeprefix(self._plan.prefix), one.size or 0)
                for one in found
                if not one.is_dir
            ]

    def remove(self, name: str) -> None:
        with self._told("deleted"):
            self._client.remove_object(self._plan.bucket, self._key(name))

    def forget_unfinished(self, newest: str) -> None:
        """What killed senders left: names begin with a time, so what lies before `newest` is theirs."""
        for one in self.names():
            if one.name.startswith(INCOMING) and one.name < INCOMING + newest:
                self.remove(one.name)

    def _key(self, name: str) -> str:
        return self._plan.prefix + name

    def _digest(self, key: str) -> str:
        digest = sha256()
        for chunk in self._chunks(key):
            digest.update(chunk)
        return digest.hexdigest()

    def _chunks(self, key: str) -> Iterator[bytes]:
        answer = self._client.get_object(self._plan.bucket, key)
        try:
            yield from answer.stream(CHUNK_BYTES)
        finally:
            answer.close()
            answer.release_conn()

    @contextmanager
    def _told(self, what: str) -> Iterator[None]:
        """The library's errors as ours, told apart by who must act."""
        try:
            yield
        except S3Error as error:
            status = error.response.status
            raise self._refused(
                what, f"{error.code}, HTTP {status}", later=status in LATER
            ) from None
        except (MinioException, HTTPError, OSError, ValueError) as error:
            raise self._refused(what, type(error).__name__, later=True) from None

    def _refused(self, what: str, why: str, *, later: bool) -> BotError:
        say = f"the backup is not {what} ({why})"
        if later:
            return TransientError(Code.ERR_BACKUP_UNSENT, say, storage=self.place)
        return CheckError(Code.ERR_BACKUP_UNSENT, f"{say}; {PERSON}", storage=self.place)


def _bad(why: str, place: str) -> BotError:
    return CheckError(Code.ERR_BACKUP_UNSENT, f"{why}; it was deleted there", storage=place)


def _pool(timeout_s: int) -> PoolManager:
    retries = Retry(
        total=TRIES_MAX, backoff_factor=0.2, status_forcelist=sorted(LATER), allowed_methods=None
    )
    return PoolManager(
        timeout=Timeout(connect=timeout_s, read=timeout_s), retries=retries, maxsize=1
    )
