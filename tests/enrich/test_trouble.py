"""Whatever a service does instead of answering is one word of ours, and our key stays at home."""

import json
import socket
from collections.abc import Callable

import pytest

from botctl.adapters.enrich.explorer import Explorer
from botctl.adapters.enrich.fetch import BODY_BYTES_MAX, Fetcher, SilentError
from botctl.adapters.enrich.goplus import GoPlus
from botctl.adapters.enrich.honeypot_is import HoneypotIs
from botctl.adapters.enrich.source import Source
from botctl.core.sellability.opinion import Silence
from tests.enrich.shapes import KEY, OTHER, TOKEN, goplus, goplus_row
from tests.enrich.standin import Asked, Raw, StandIn, http, says

PATIENT_MS = 20_000
HASTY_MS = 50
BODY = json.dumps(goplus(**{TOKEN: goplus_row()})).encode()
HUGE = 10 * 1024 * 1024
MADE: tuple[Callable[[str, int], Source], ...] = (
    lambda url, ms: GoPlus(url, KEY, timeout_ms=ms),
    lambda url, ms: HoneypotIs(url, KEY, timeout_ms=ms),
    lambda url, ms: Explorer(url + "/v2/api", KEY, timeout_ms=ms),
)
every = pytest.mark.parametrize("made", MADE, ids=("goplus", "honeypot_is", "explorer"))


def chunked(*parts: bytes) -> bytes:
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%s0\r\n\r\n" % chunks


TROUBLE: tuple[tuple[str, Raw, Silence], ...] = (
    ("429", Raw(http(b"{}", "429 Too Many Requests")), Silence.RATE_LIMITED),
    ("401", Raw(http(KEY.encode(), "401 Unauthorized")), Silence.REFUSED),
    ("403", Raw(http(b"<html>", "403 Forbidden")), Silence.REFUSED),
    ("500", Raw(http(b"", "500 Internal Server Error")), Silence.UNREACHABLE),
    ("400", Raw(http(b"{}", "400 Bad Request")), Silence.FAULT),
    ("no JSON", Raw(http(b"<html>busy</html>")), Silence.GARBAGE),
    ("empty", Raw(http(b"")), Silence.GARBAGE),
    ("half", Raw(http(BODY[: len(BODY) // 2])), Silence.GARBAGE),
    ("no UTF-8", Raw(http(b'{"code": "\xff\xfe"}')), Silence.GARBAGE),
    ("deep", Raw(http(b"[" * 100_000)), Silence.GARBAGE),
    ("exponent", Raw(http(b'{"code": 1e99999999999999999999}')), Silence.GARBAGE),
    ("no HTTP", Raw(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"), Silence.GARBAGE),
    ("10 MB", Raw(http(b" " * HUGE)), Silence.TOO_LARGE),
    ("10 MB in one chunk", Raw(chunked(b" " * HUGE)), Silence.TOO_LARGE),
    ("10 MB in chunks", Raw(chunked(*[b" " * (HUGE // 10)] * 10)), Silence.TOO_LARGE),
    (
        "only said to be",
        Raw(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % HUGE),
        Silence.TOO_LARGE,
    ),
    ("stops", Raw(http(BODY)[:-9], hang=True), Silence.TIMEOUT),
    ("silent", Raw(b"", hang=True), Silence.TIMEOUT),
)


@every
@pytest.mark.parametrize(("name", "raw", "silence"), TROUBLE, ids=[name for name, *_ in TROUBLE])
def test_trouble_is_told_for_every_token_and_met_once(
    made: Callable[[str, int], Source], name: str, raw: Raw, silence: Silence
) -> None:
    with StandIn(lambda _: raw) as service:
        source = made(service.url, HASTY_MS if raw.hang else PATIENT_MS)
        found = dict(source.said((TOKEN, OTHER), 1, lambda: False))
        source.close()
    assert found == dict.fromkeys((TOKEN, OTHER), silence), name
    if silence not in {Silence.GARBAGE, Silence.FAULT}:
        assert len(service.asked) == 1, "the second token would only meet the same"


@every
@pytest.mark.parametrize("status", ["301 Moved Permanently", "302 Found", "307 Temporary Redirect"])
def test_a_redirect_is_not_followed(made: Callable[[str, int], Source], status: str) -> None:
    with StandIn(says({})) as elsewhere:

        def answer(_: Asked) -> Raw:
            return Raw(http(b"", status, f"Location: {elsewhere.url}/"))

        with StandIn(answer) as service:
            source = made(service.url, PATIENT_MS)
            found = dict(source.said((TOKEN,), 1, lambda: False))
            source.close()
    assert found == {TOKEN: Silence.REDIRECTED}
    assert elsewhere.connections == 0


@every
def test_nobody_at_the_other_end_is_unreachable(made: Callable[[str, int], Source]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    found = dict(made(f"http://127.0.0.1:{port}", PATIENT_MS).said((TOKEN,), 1, lambda: False))
    assert found == {TOKEN: Silence.UNREACHABLE}


@pytest.mark.parametrize("host", ["a..b", "x" * 70 + ".example"])
def test_a_host_that_no_name_server_can_be_asked_for_is_unreachable(host: str) -> None:
    fetcher = Fetcher(f"https://{host}", timeout_ms=HASTY_MS)
    with pytest.raises(SilentError) as caught:
        fetcher.get("/", {})
    assert caught.value.silence is Silence.UNREACHABLE


def test_a_connection_that_the_service_closed_in_between_is_opened_again() -> None:
    def answer(_: Asked) -> Raw:
        return Raw(http(BODY, "200 OK", "Connection: close"))

    with StandIn(answer) as service:
        source = GoPlus(service.url, "", timeout_ms=PATIENT_MS)
        for _ in range(2):
            ((_token, said),) = source.said((TOKEN,), 1, lambda: False)
            assert not isinstance(said, Silence)
        source.close()
    assert service.connections == 2


def test_an_answer_just_within_the_bound_is_read() -> None:
    body = BODY + b" " * (BODY_BYTES_MAX - len(BODY))
    with StandIn(lambda _: Raw(http(body))) as service:
        source = GoPlus(service.url, "", timeout_ms=PATIENT_MS)
        ((_token, said),) = source.said((TOKEN,), 1, lambda: False)
        source.close()
    assert not isinstance(said, Silence)


@every
def test_who_speaks_no_tls_where_https_is_set_gets_no_key(
    made: Callable[[str, int], Source],
) -> None:
    with StandIn(says({})) as service:
        source = made(service.url.replace("http:", "https:"), PATIENT_MS)
        found = dict(source.said((TOKEN,), 1, lambda: False))
        source.close()
    assert found == {TOKEN: Silence.UNREACHABLE}
    assert service.connections == 1
    assert service.asked == []


@every
def test_no_error_holds_the_key_or_the_url(made: Callable[[str, int], Source]) -> None:
    """Not even one that was raised on the way: causes are cut off."""
    with StandIn(lambda _: Raw(http(KEY.encode(), "401 Unauthorized"))) as service:
        source = made(service.url + "/secret-path", PATIENT_MS)
        fetcher = vars(source)["_fetcher"]
        assert isinstance(fetcher, Fetcher)
        with pytest.raises(SilentError) as caught:
            fetcher.get("", {"apikey": KEY})
        source.close()
    assert str(caught.value) == Silence.REFUSED
    assert caught.value.__cause__ is None
    assert KEY not in repr(source)


def test_nobody_is_asked_once_it_is_over() -> None:
    with StandIn(says({})) as service:
        source = HoneypotIs(service.url, "", timeout_ms=PATIENT_MS)
        assert dict(source.said((TOKEN, OTHER), 1, lambda: True)) == {}
    assert service.asked == []
