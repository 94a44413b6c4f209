"""Around every answer: the names we listen to, and the headers that keep browsers on our side."""

from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]")
STATIC: Final = "/static/"
MISDIRECTED, TOO_LARGE = 421, 413
BODY_BYTES_MAX: Final = 65_536  # the largest form is a reason and a token
# No inline script or style, nothing from elsewhere, never inside another page.
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # our own forms are told apart by where they come from
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
YEAR_S: Final = 31_536_000


class Guard:
    """An ASGI layer. Another name than ours is refused: a stranger's name may resolve to us."""

    def __init__(self, app: ASGIApp, names: tuple[str, ...], *, tls_ahead: bool) -> None:
        self._app = app
        self._names = frozenset((*LOOPBACK, *(name.lower() for name in names)))
        self._tls_ahead = tls_ahead

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add(scope["path"], MutableHeaders(scope=message))
            await send(message)

        refused = self._refused(Headers(scope=scope))
        if refused is not None:
            await refused(scope, receive, guarded)
            return
        await self._app(scope, receive, guarded)

    def _refused(self, headers: Headers) -> PlainTextResponse | None:
        """Before anything is read: who sends a body says first how long it is."""
        if host_of(headers.get("host", "")) not in self._names:
            return PlainTextResponse("not a name of this server (web.names)\n", MISDIRECTED)
        length = headers.get("content-length", "0")
        told = length.isdecimal() and int(length) <= BODY_BYTES_MAX
        if not told or "transfer-encoding" in headers:
            return PlainTextResponse("too large, or of a length that is not told\n", TOO_LARGE)
        return None

    def _add(self, path: str, headers: MutableHeaders) -> None:
        for name, text in HEADERS.items():
            headers[name] = text
        if self._tls_ahead:
            headers["Strict-Transport-Security"] = f"max-age={YEAR_S}"
        if not path.startswith(STATIC):
            headers["Cache-Control"] = "no-store"


def host_of(text: str) -> str:
    """Without its port."""
    if text.startswith("["):
        return text.partition("]")[0].lower() + "]"
    return text.partition(":")[0].lower()
