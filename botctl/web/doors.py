"""Who asks: a browser with a session, or a program with a bearer token; and what their role allows."""

import secrets
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from fastapi import Request

from botctl.core.codes import Code
from botctl.core.errors import UsageError
from botctl.core.roles import Role, allows
from botctl.flows.access import access_by
from botctl.ports.web import Access
from botctl.web.guard import host_of
from botctl.web.sessions import STALE, Seals, fresh_nonce
from botctl.web.tries import Tries
from botctl.wiring.web import WebHost

SESSION, VISIT = "botctl_session", "botctl_visit"  # cookies
HOST_ONLY: Final = "__Host-"  # browsers take such a cookie over TLS only, for this very host
BEARER: Final = "bearer "
OURS: Final = ("same-origin", "none")  # Sec-Fetch-Site


@dataclass(frozen=True, slots=True)
class Visitor:
    """A logged-in browser; `form` goes into every form of its pages."""

    access: Access
    nonce: str
    form: str

    @property
    def operates(self) -> bool:
        return allows(self.access.role, Role.OPERATOR)


class Doors:
    def __init__(self, host: WebHost, seals: Seals) -> None:
        self.host, self.seals = host, seals
        self.tries = Tries(host.plan.tries_per_min, host.plan.tries_all_per_min)
        self._prefix = HOST_ONLY if host.plan.tls_ahead else ""

    def cookie(self, name: str) -> str:
        return self._prefix + name

    def visitor(self, request: Request) -> Visitor | None:
        """None without a session, or when its token has ended."""
        session = self.seals.opened(request.cookies.get(self.cookie(SESSION), ""))
        access = self.host.store.access(session.access_id) if session else None
        if session is None or access is None:
            return None
        return Visitor(access, session.nonce, self.seals.form(session.nonce))

    def require(self, request: Request, role: Role) -> Visitor:
        """Raises ERR_LOGIN_NEEDED or ERR_ROLE_TOO_LOW."""
        visitor = self.visitor(request)
        if visitor is None:
            raise UsageError(Code.ERR_LOGIN_NEEDED, "log in first")
        _require_role(visitor.access, role)
        return visitor

    def bearer(self, request: Request, role: Role) -> Access:
        """Raises ERR_LOGIN_NEEDED, ERR_ROLE_TOO_LOW or ERR_TOO_MANY_TRIES."""
        text = request.headers.get("authorization", "")
        if not text.lower().startswith(BEARER):
            say = "send `Authorization: Bearer TOKEN`; `botctl serve token new` makes one"
            raise UsageError(Code.ERR_LOGIN_NEEDED, say)
        access = self.access_by(request, text[len(BEARER) :])
        _require_role(access, role)
        return access

    def access_by(self, request: Request, token: str) -> Access:
        """Raises ERR_LOGIN_NEEDED, and ERR_TOO_MANY_TRIES before it looks."""
        address = request.client.host if request.client else ""
        self.tries.check(address)
        access = access_by(self.host.store, token)
        if access is None:
            self.tries.failed(address)
            self.host.log.warning("token refused", address=address)
            raise UsageError(Code.ERR_LOGIN_NEEDED, "that is no good token")
        return access

    def metrics(self, request: Request) -> None:
        """Its own token when one is set; else a loopback name is enough."""
        wanted = self.host.plan.metrics_token
        text = request.headers.get("authorization", "")
        given = text[len(BEARER) :] if text.lower().startswith(BEARER) else ""
        if wanted and not secrets.compare_digest(given.encode(), wanted.encode()):
            raise UsageError(Code.ERR_LOGIN_NEEDED, "/metrics wants the token of web.metrics_token")
        if not wanted and self.host.plan.tls_ahead:
            say = "set web.metrics_token: without one /metrics answers on loopback alone"
            raise UsageError(Code.ERR_LOGIN_NEEDED, say)

    def check_form(self, request: Request, form: str, nonce: str) -> None:
        """Ours, for this browser, and sent by a page of ours. Raises ERR_FORM_STALE."""
        origin = request.headers.get("origin")
        told = host_of(urlsplit(origin).netloc) if origin else None
        elsewhere = told is not None and told != host_of(request.headers.get("host", ""))
        if elsewhere or request.headers.get("sec-fetch-site", "none") not in OURS:
            raise UsageError(Code.ERR_FORM_STALE, STALE)
        self.seals.check_form(form, nonce)

    def visit(self, request: Request) -> str:
        """What ties the login's form to this browser, before there is a session."""
        return request.cookies.get(self.cookie(VISIT), "") or fresh_nonce()


def _require_role(access: Access, role: Role) -> None:
    if not allows(access.role, role):
        say = f"this needs the role {role}; {access.name} is a {access.role}"
        raise UsageError(Code.ERR_ROLE_TOO_LOW, say)
