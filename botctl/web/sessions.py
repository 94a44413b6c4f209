"""Signed cookies and forms: who is logged in, and that a form came from our own page."""

import secrets
from dataclasses import dataclass
from typing import Final

from itsdangerous import BadSignature, URLSafeTimedSerializer

from botctl.core.codes import Code
from botctl.core.errors import UsageError

NONCE_BYTES: Final = 16
STALE: Final = "the form is too old or not from this page: load it again"


@dataclass(frozen=True, slots=True)
class Session:
    """`nonce` ties forms to this login."""

    access_id: str
    nonce: str


class Seals:
    """Everything we sign, each kind under a salt of its own."""

    def __init__(self, key: bytes, session_s: int, confirm_s: int) -> None:
        self._session_s, self._confirm_s = session_s, confirm_s
        self._sessions = URLSafeTimedSerializer(key, salt="botctl session")
        self._forms = URLSafeTimedSerializer(key, salt="botctl form")
        self._orders = URLSafeTimedSerializer(key, salt="botctl order")

    def session(self, access_id: str) -> str:
        return self._sessions.dumps([access_id, fresh_nonce()])

    def opened(self, cookie: str) -> Session | None:
        """None for what we did not sign, or signed too long ago."""
        try:
            access_id, nonce = self._sessions.loads(cookie, max_age=self._session_s)
        except (BadSignature, ValueError):
            return None
        return Session(str(access_id), str(nonce))

    def form(self, nonce: str) -> str:
        return self._forms.dumps(nonce)

    def check_form(self, text: str, nonce: str) -> None:
        """Raises ERR_FORM_STALE."""
        try:
            ours = self._forms.loads(text, max_age=self._session_s)
        except BadSignature:
            ours = ""
        if not nonce or not secrets.compare_digest(str(ours), nonce):
            raise UsageError(Code.ERR_FORM_STALE, STALE)

    def order(self, nonce: str, fields: dict[str, str]) -> str:
        """What is to be confirmed, for this login alone."""
        return self._orders.dumps([nonce, fields])

    def ordered(self, text: str, nonce: str) -> dict[str, str]:
        """Raises ERR_FORM_STALE."""
        try:
            whose, fields = self._orders.loads(text, max_age=self._confirm_s)
        except (BadSignature, ValueError):
            whose, fields = "", {}
        if not nonce or not secrets.compare_digest(str(whose), nonce):
            raise UsageError(Code.ERR_FORM_STALE, "confirmed too late: begin again")
        return {str(name): str(text) for name, text in fields.items()}


def fresh_nonce() -> str:
    return secrets.token_urlsafe(NONCE_BYTES)
