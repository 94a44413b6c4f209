"""Each way out against a server of its kind: what was taken, what goes again, and that no secret shows."""

import hmac
import re
from hashlib import sha256

import pytest

from botctl.adapters.notify.pulse import HttpPulse
from botctl.adapters.notify.telegram import Telegram
from botctl.adapters.notify.upload import put
from botctl.adapters.notify.verdict import WAIT_S_MAX
from botctl.adapters.notify.webhook import SIGNATURE, Webhook
from botctl.ports.alerts import Delivery, Letter, Taken
from tests.notify.far_side import CHAT, TOKEN, Got, Say, api_error, bot_api, far_side, fine

SECRET = "CANARY-webhook-secret"  # noqa: S105
NOW_MS = 1_800_000_000_000
LETTER = Letter(
    id=7,
    channel="x",
    key="health|ALERT_HALTED|kill",
    saying="raised",
    text="[URGENT] é\nline two",
    facts='{"code": "ALERT_HALTED", "tier": 1}',
    made_ms=NOW_MS,
)
SOON_MS = 10_000
SHORT_MS = 300


def webhook(url: str, secret: str = "") -> Webhook:
    return Webhook(f"{url}/hooks/CANARY", secret, lambda: NOW_MS)


def test_a_webhook_gets_text_facts_and_an_id_that_stays_the_same() -> None:
    with far_side() as side:
        for _ in range(2):
            answer = webhook(side.url).send(LETTER, timeout_ms=SOON_MS)
            assert answer == Delivery(Taken.SENT, "HTTP 200")
    first, second = side.got
    assert first.json == second.json
    assert first.json == {
        "id": "health|ALERT_HALTED|kill#7",
        "text": LETTER.text,
        "code": "ALERT_HALTED",
        "tier": 1,
    }
    assert (first.method, first.path) == ("POST", "/hooks/CANARY")
    assert SIGNATURE not in first.headers


def test_a_secret_signs_time_and_body() -> None:
    with far_side() as side:
        webhook(side.url, SECRET).send(LETTER, timeout_ms=SOON_MS)
    [got] = side.got
    found = re.fullmatch(r"t=(\d+),v1=([0-9a-f]{64})", got.headers[SIGNATURE])
    assert found is not None
    signed = hmac.new(SECRET.encode(), f"{found[1]}.".encode() + got.body, sha256).hexdigest()
    assert signed == found[2]


@pytest.mark.parametrize(
    ("say", "taken", "wait_ms"),
    [
        (Say(204, b""), Taken.SENT, 0),
        (Say(429, headers={"Retry-After": "30"}), Taken.LATER, 30_000),
        (Say(429, headers={"Retry-After": "999999"}), Taken.LATER, WAIT_S_MAX * 1_000),
        (Say(429, headers={"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}), Taken.LATER, 0),
        (Say(400), Taken.REFUSED, 0),
        (Say(401), Taken.LATER, 0),
        (Say(404), Taken.LATER, 0),
        (Say(500), Taken.LATER, 0),
        (Say(302, headers={"Location": "http://127.0.0.1/elsewhere"}), Taken.LATER, 0),
        (Say(garbage=True), Taken.LATER, 0),
    ],
)
def test_an_answer_says_whether_the_same_letter_goes_again(
    say: Say, taken: Taken, wait_ms: int
) -> None:
    with far_side(lambda _: say) as side:
        answer = webhook(side.url).send(LETTER, timeout_ms=SOON_MS)
    assert (answer.taken, answer.wait_ms) == (taken, wait_ms)
    assert len(side.got) == 1  # a redirect is not followed: the secret would go along


def test_silence_ends_when_the_time_is_up() -> None:
    with far_side(lambda _: Say(hang=True)) as side:
        answer = webhook(side.url).send(LETTER, timeout_ms=SHORT_MS)
    assert answer == Delivery(Taken.LATER, "no answer in time")


def test_nobody_there_is_told_without_the_address() -> None:
    with far_side() as side:
        url = side.url
    answer = webhook(url).send(LETTER, timeout_ms=SOON_MS)
    assert answer == Delivery(Taken.LATER, "Connection refused")


def telegram(url: str, token: str = TOKEN, chat: str = CHAT) -> Telegram:
    return Telegram(url, token, chat)


def test_telegram_gets_a_message_for_its_chat() -> None:
    with far_side(bot_api) as side:
        assert telegram(side.url).send(LETTER, timeout_ms=SOON_MS).taken is Taken.SENT
    [got] = side.got
    assert (got.json["chat_id"], got.json["text"]) == (CHAT, LETTER.text)


def test_a_long_text_is_cut_to_what_telegram_takes() -> None:
    long = Letter(1, "telegram", "k", "raised", "x" * 5_000, "{}", NOW_MS)
    with far_side(bot_api) as side:
        assert telegram(side.url).send(long, timeout_ms=SOON_MS).taken is Taken.SENT
    assert len(side.texts[0]) == 4_096


@pytest.mark.parametrize(
    ("say", "said", "wait_ms"),
    [
        (
            api_error(429, "Too Many Requests: retry after 17", retry_after=17),
            "retry after",
            17_000,
        ),
        (api_error(409, "Conflict: terminated by other getUpdates request"), "Conflict", 0),
        (api_error(403, "Forbidden: bot was blocked by the user"), "blocked", 0),
        (api_error(400, "Bad Request: chat not found"), "chat not found", 0),
        (api_error(502, f"proxy quotes bot{TOKEN}"), "proxy quotes bot***", 0),
        (Say(200, b"<html>login</html>"), "not an answer of the Bot API", 0),
        (Say(200, b'["ok"]'), "not an answer of the Bot API", 0),
        (Say(garbage=True), "no HTTP answer", 0),
    ],
)
def test_whatever_telegram_says_instead_the_message_goes_again(
    say: Say, said: str, wait_ms: int
) -> None:
    with far_side(lambda _: say) as side:
        answer = telegram(side.url).send(LETTER, timeout_ms=SOON_MS)
    assert (answer.taken, answer.wait_ms) == (Taken.LATER, wait_ms)
    assert said in answer.said
    assert TOKEN not in answer.said


def test_no_repr_shows_a_secret() -> None:
    shown = repr((webhook("http://h", SECRET), telegram("http://h"), HttpPulse("http://h/CANARY")))
    assert "CANARY" not in shown


def test_a_pulse_is_a_get() -> None:
    with far_side() as side:
        assert HttpPulse(f"{side.url}/ping/uuid").beat(timeout_ms=SOON_MS).taken is Taken.SENT
        side.answer = lambda _: Say(503)
        assert HttpPulse(f"{side.url}/ping/uuid").beat(timeout_ms=SOON_MS).taken is Taken.LATER
    assert {(got.method, got.path) for got in side.got} == {("GET", "/ping/uuid")}


def test_an_upload_is_a_put_of_the_bytes_as_they_are() -> None:
    def bucket(got: Got) -> Say:
        return fine(got) if "X-Amz-Signature=" in got.path else Say(403)

    with far_side(bucket) as side:
        assert put(f"{side.url}/b/s.zip?X-Amz-Signature=1", b"\0zip").taken
        assert put(f"{side.url}/b/s.zip", b"\0zip").said == "HTTP 403"
    assert [(got.method, got.body) for got in side.got] == [("PUT", b"\0zip")] * 2
