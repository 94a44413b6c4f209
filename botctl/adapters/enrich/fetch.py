"""One GET to a service, and every way in which it can fail to answer as one Silence.

Redirects are not followed: our key goes to the host that the operator named, and to no other.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from botctl.adapters.evm.endpoint import endpoint
from botctl.adapters.evm.http import HttpTransport
from botctl.adapters.evm.rpc_errors import (
    FIRST_SERVER_STATUS,
    NOT_ACCEPTED,
    REQUEST_TIMEOUT,
    TOO_MANY_REQUESTS,
)
from botctl.adapters.evm.transport import GarbageError, Reply, TooLargeError
from botctl.core.sellability.opinion import Silence

BODY_BYTES_MAX: Final = 4 * 1024 * 1024  # a large verified source is one megabyte
OK: Final = 200
NOT_FOUND: Final = 404
REDIRECTS: Final = range(300, 400)
# A number with a point is never a float here: what it becomes is counted in bps.
_DECODER: Final = msgspec.json.Decoder(float_hook=Decimal)


class SilentError(Exception):
    """The service has not answered the question. Holds nothing of the URL, the key or the answer."""

    def __init__(self, silence: Silence) -> None:
        self.silence = silence
        super().__init__(silence)


class Fetcher:
    """GETs below one base URL over one kept connection. Not for use by two threads at once."""

    def __init__(
        self, url: str, *, timeout_ms: int, headers: Mapping[str, str] | None = None
    ) -> None:
        to = endpoint(url)
        self._path = url.partition("://")[2].partition("/")[2].rstrip("/")
        self._transport = HttpTransport(to, timeout_ms=timeout_ms, body_bytes_max=BODY_BYTES_MAX)
        self._fields = {
            "Host": urlsplit(url).netloc,
            "User-Agent": "botctl",
            "Accept": "application/json",
            **(headers or {}),
        }

    def get(self, path: str, words: Mapping[str, object]) -> object:
        """The JSON of a 200. Raises SilentError. `path` follows the base URL's own."""
        base = f"/{self._path}" if self._path else ""
        query = urlencode(
            {key: str(word) for key, word in words.items()}, safe=",", quote_via=quote
        )
        lines = [f"GET {base}{path or ('' if base else '/')}?{query} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in self._fields.items()]
        reply = self._exchanged("\r\n".join([*lines, "", ""]).encode("ascii"))
        if reply.status != OK:
            raise SilentError(_of_status(reply.status))
        return _decoded(reply)

    def close(self) -> None:
        self._transport.close()

    def _exchanged(self, request: bytes) -> Reply:
        try:
            return self._transport.exchange(request)
        except TimeoutError:
            raise SilentError(Silence.TIMEOUT) from None
        except TooLargeError:
            raise SilentError(Silence.TOO_LARGE) from None
        except GarbageError:
            raise SilentError(Silence.GARBAGE) from None
        except (OSError, UnicodeError):  # the second: a host that no name server could be asked for
            raise SilentError(Silence.UNREACHABLE) from None


def _of_status(status: int) -> Silence:
    if status == TOO_MANY_REQUESTS:
        return Silence.RATE_LIMITED
    if status in NOT_ACCEPTED:
        return Silence.REFUSED
    if status in REDIRECTS:
        return Silence.REDIRECTED
    if status == NOT_FOUND:
        return Silence.UNKNOWN
    is_down = status >= FIRST_SERVER_STATUS or status == REQUEST_TIMEOUT
    return Silence.UNREACHABLE if is_down else Silence.FAULT


def _decoded(reply: Reply) -> object:
    """ArithmeticError: an exponent that even Decimal does not hold."""
    try:
        answer: object = _DECODER.decode(reply.body)
    except (ValueError, RecursionError, ArithmeticError):
        raise SilentError(Silence.GARBAGE) from None
    return answer
