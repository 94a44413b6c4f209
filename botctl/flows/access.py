"""Tokens for the page and the REST interface: made, listed, ended, and told from what somebody sends."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from botctl.core.codes import Code
from botctl.core.errors import UsageError
from botctl.core.roles import Role
from botctl.ports.clock import Ids
from botctl.ports.web import Access, WebStore

PREFIX: Final = "botctl_"  # so that scanners for leaked secrets can tell what it is
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
# A token holds 256 random bits: nothing slower than one hash makes guessing it any harder.
TEXT_CHARS_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class NewAccess:
    """`token` is shown now and never again."""

    access: Access
    token: str


def new_access(
    store: WebStore, ids: Ids, name: str, role: Role, *, now_ms: int, draw: Callable[[], str]
) -> NewAccess:
    """`draw` gives 256 fresh random bits as URL-safe text. Raises ERR_USAGE for a name that is taken."""
    if not _NAME.fullmatch(name):
        say = "a name has up to 40 letters, digits, dots and dashes: it stands in every record"
        raise UsageError(Code.ERR_USAGE, say, name=name)
    token = PREFIX + draw()
    access = Access(ids.time_ordered(now_ms), name, role, now_ms)
    if not store.add_access(access, hashed(token)):
        say = f"a token named {name} is still good: end it first (`botctl serve token end`)"
        raise UsageError(Code.ERR_USAGE, say, name=name)
    return NewAccess(access, token)


def end_access(store: WebStore, name: str, now_ms: int) -> Access:
    """Its sessions end with it. Raises ERR_NOT_FOUND."""
    ended = store.end_access(name, now_ms)
    if ended is None:
        raise UsageError(Code.ERR_NOT_FOUND, f"no good token is named {name}", name=name)
    return ended


def access_by(store: WebStore, token: str) -> Access | None:
    """Whose token this is; None for any other text."""
    token = token.strip()
    if not token.startswith(PREFIX) or len(token) > TEXT_CHARS_MAX:
        return None
    return store.access_of(hashed(token))


def hashed(token: str) -> str:
    return sha256(token.encode("utf-8", "replace")).hexdigest()
