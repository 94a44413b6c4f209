"""What strangers named cannot leave its place in a message, and no message is too long for Telegram."""

from dataclasses import replace

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from botctl.adapters.store.database import open_database
from botctl.chat.markup import CHARS_MAX, fitted, name, sentence
from botctl.chat.render import why_lines
from botctl.flows.explain import explain
from botctl.wiring.setup import codec
from tests.chat.conftest import ADA, VIC, Room
from tests.chat.stand_in import TEXT_MAX, words

HOSTILE = (
    '</b><a href="https://evil.example">refund</a>',
    "</code><b>free</b>",
    "&lt;b&gt;",
    "@somebody https://evil.example t.me/evil",
    "A\nB\r\n/halt",
    "\u202eevil\u202c",
    "\x00\x1b[31m",
    "<" * 5_000,
    "🦄" * 5_000,
)


@pytest.mark.parametrize("symbol", HOSTILE)
def test_a_name_stays_one_piece_of_code_whatever_it_says(symbol: str) -> None:
    """In code Telegram makes no links and mentions nobody."""
    found = words(name(symbol))
    assert found.links == []
    assert "\n" not in found.text
    assert found.text.isprintable()
    assert len(found.text) <= 64


@settings(max_examples=50)
@given(st.text(max_size=300))
def test_any_text_is_taken_by_telegram_as_it_was_meant(text: str) -> None:
    for html in (name(text), sentence(text)):
        assert words(html).links == []


@settings(max_examples=50)
@given(st.lists(st.text(max_size=500), max_size=60), st.text(max_size=80))
def test_every_message_fits_and_is_whole(texts: list[str], foot: str) -> None:
    html = fitted([f"<b>{sentence(one)}</b>" for one in texts], sentence(foot))
    assert len(html.encode("utf-16-le")) // 2 <= CHARS_MAX == TEXT_MAX
    assert html.endswith(sentence(foot))
    words(html)


def test_what_is_left_out_is_told() -> None:
    html = fitted(["x" * 1_000] * 9, "foot")
    assert html.splitlines()[-2:] == ["… and 5 more lines: see the command line", "foot"]


def test_a_token_that_is_held_under_a_hostile_name_is_shown_and_harmless(room: Room) -> None:
    for symbol in HOSTILE:
        database = open_database(room.setup.config.storage.url)
        with database.writing() as db:
            db.execute(sa.text("UPDATE markets SET symbol = :s"), {"s": symbol.replace("\0", "")})
        database.close()
        found = words(room.asks(VIC, "/positions"))
        assert "cost 0." in found.text
        assert found.links == []
    assert not room.log.has("chat message refused")


def test_an_explanation_of_a_hostile_name_is_harmless(room: Room) -> None:
    with room.books() as books:
        pair = books.store.positions("demo", only_open=True)[0].position.pair
        found = explain(books.store, codec(), pair)
    bundle, inputs = found.bundle, found.bundle.inputs
    seen = inputs.detection
    for symbol in HOSTILE:
        market = replace(seen.market, symbol=symbol)
        renamed = replace(inputs, detection=replace(seen, market=market))
        html = fitted(why_lines(replace(found, bundle=replace(bundle, inputs=renamed))))
        assert words(html).links == []


@pytest.mark.parametrize("command", ["/halt ", "/why ", "/"])
def test_what_a_person_types_comes_back_as_words_alone(room: Room, command: str) -> None:
    for said in HOSTILE:
        room.api.says(ADA, f"{command}{said}")
        room.steps(1)
    room.steps(3)
    assert len(room.api.said(ADA)) == len(HOSTILE)
    assert [words(message.text).links for message in room.api.said(ADA)] == [[]] * len(HOSTILE)
    assert not room.log.has("chat message refused")
