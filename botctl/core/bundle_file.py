"""A bundle as a file: its canonical body and its id, so that it proves itself unharmed."""

from botctl.core.codes import Code
from botctl.core.errors import CheckError
from botctl.core.units import BundleId

HEAD, MIDDLE, TAIL = b'{"body":', b',"bundle_id":"', b'"}'
ID_LENGTH = 64


def wrapped(bundle_id: BundleId, body: bytes) -> bytes:
    """The file's content; itself canonical, since `body` sorts before `bundle_id`."""
    return HEAD + body + MIDDLE + bundle_id.encode() + TAIL


def unwrapped(content: bytes, name: str) -> tuple[BundleId, bytes]:
    """The id a file claims and its body; raises ERR_BUNDLE_UNREADABLE for anything else."""
    content = content.strip()
    end = len(content) - len(TAIL) - ID_LENGTH
    middle = end - len(MIDDLE)
    whole = (
        content.startswith(HEAD)
        and content.endswith(TAIL)
        and middle > len(HEAD)
        and content[middle:end] == MIDDLE
    )
    if not whole:
        raise CheckError(
            Code.ERR_BUNDLE_UNREADABLE,
            "the file is not a whole bundle (half-written, or something else): export it again"
            " from the database with `botctl bundle export`",
            file=name,
            bytes=len(content),
        )
    return BundleId(content[end : end + ID_LENGTH].decode("ascii", "replace")), content[
        len(HEAD) : middle
    ]
