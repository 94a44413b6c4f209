"""One keep-alive HTTP/1.1 connection on a bare socket.

`http.client` costs three times the processor time of a call and 10 ms of start-up, and a cold
`botctl cycle` is only a few calls long.
"""

import socket
from time import monotonic
from typing import TYPE_CHECKING, Final

from botctl.adapters.evm.endpoint import Endpoint
from botctl.adapters.evm.inbox import BODY_BYTES_MAX, Inbox, read_reply
from botctl.adapters.evm.transport import Reply

if TYPE_CHECKING:
    import ssl

MS_PER_S: Final = 1_000


class HttpTransport:
    """A Transport for one endpoint. Not for use by two threads at once."""

    def __init__(
        self, to: Endpoint, *, timeout_ms: int, body_bytes_max: int = BODY_BYTES_MAX
    ) -> None:
        self._to = to
        self._body_bytes_max = body_bytes_max
        self._timeout_s = timeout_ms / MS_PER_S
        self._socket: socket.socket | None = None
        self._tls: ssl.SSLContext | None = None

    def post(self, body: bytes) -> Reply:
        return self.exchange(b"%s%d\r\n\r\n%s" % (self._to.head, len(body), body))

    def exchange(self, request: bytes) -> Reply:
        """Any whole request that may be sent twice. Raises as `Transport.post` does."""
        deadline_s = monotonic() + self._timeout_s
        kept = self._socket
        if kept is not None and (reply := self._over_kept(kept, request, deadline_s)):
            return reply
        return self._over_new(request, deadline_s)

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _over_kept(self, kept: socket.socket, request: bytes, deadline_s: float) -> Reply | None:
        """None: the server had closed the idle connection, so nothing was answered.

        The request may still have been read. Sending it again is safe, because all we ever
        send is reads and same-bytes transactions.
        """
        inbox = Inbox(kept, deadline_s, self._body_bytes_max)
        try:
            kept.settimeout(max(deadline_s - monotonic(), 0.001))
            kept.sendall(request)
            inbox.fill()
        except TimeoutError:
            self.close()
            raise
        except OSError:
            self.close()
            return None
        if not inbox.started:
            self.close()
            return None
        return self._finish(inbox)

    def _over_new(self, request: bytes, deadline_s: float) -> Reply:
        try:
            self._socket = opened = self._connect()
            opened.settimeout(max(deadline_s - monotonic(), 0.001))
            opened.sendall(request)
        except BaseException:
            self.close()
            raise
        return self._finish(Inbox(opened, deadline_s, self._body_bytes_max))

    def _finish(self, inbox: Inbox) -> Reply:
        keep = False
        try:
            reply, keep = read_reply(inbox)
        finally:
            if not keep:  # also after an interrupt: half an answer must not meet the next call
                self.close()
        return reply

    def _connect(self) -> socket.socket:
        plain = socket.create_connection((self._to.host, self._to.port), self._timeout_s)
        try:
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return self._secured(plain) if self._to.tls else plain
        except BaseException:
            plain.close()
            raise

    def _secured(self, plain: socket.socket) -> socket.socket:
        import ssl  # noqa: PLC0415  half of a start-up here, and a local node needs none

        if self._tls is None:
            self._tls = ssl.create_default_context()
        return self._tls.wrap_socket(plain, server_hostname=self._to.host)
