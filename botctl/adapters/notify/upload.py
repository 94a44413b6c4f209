"""A snapshot to object storage: one PUT to a URL that may write there.

No storage client: a pre-signed URL works with every S3-compatible store, needs no key on this machine,
and can do nothing but write; a client library would bring a hundred modules and a long-lived key.
"""

from dataclasses import dataclass
from typing import Final

from botctl.adapters.notify.http import Request, UnsentError, exchange
from botctl.adapters.notify.verdict import verdict
from botctl.ports.alerts import Taken

TIMEOUT_MS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Uploaded:
    taken: bool
    said: str


def put(url: str, body: bytes) -> Uploaded:
    """Never raises for what the far side does."""
    headers = {"Content-Type": "application/zip"}
    try:
        answer = exchange(Request("PUT", url, body, headers), timeout_ms=TIMEOUT_MS)
    except UnsentError as error:
        return Uploaded(taken=False, said=str(error))
    found = verdict(answer)
    return Uploaded(found.taken is Taken.SENT, found.said)
