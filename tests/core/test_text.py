"""What strangers wrote is shown without our secrets and without power over a terminal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botctl.core.text import printable, redacted


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("at https://rpc.example/v3/APIKEY now", "at https://rpc.example now"),
        ("postgresql://me:secret@db.example/bot", "postgresql://db.example"),
        ("http://127.0.0.1:8545/key?x=1#y", "http://127.0.0.1:8545"),
        ('{"url":"https://a.example/KEY"}', '{"url":"https://a.example"}'),
        ("wss://u:p@a.example/k and https://b.example/q", "wss://a.example and https://b.example"),
        ("sqlite:///state/botctl.db", "sqlite:///state/botctl.db"),
        ("no url at all", "no url at all"),
    ],
)
def test_a_url_keeps_its_scheme_and_host_and_loses_key_and_password(text: str, shown: str) -> None:
    assert redacted(text) == shown


@given(st.text())
def test_nothing_that_a_terminal_would_obey_is_left(text: str) -> None:
    found = printable(text)
    assert found.isprintable()
    assert len(found) == len(text)


@given(st.text())
def test_text_that_is_printable_is_left_alone(text: str) -> None:
    clean = printable(text)
    assert printable(clean) == clean
    assert [a for a, b in zip(text, clean, strict=True) if a.isprintable() and a != b] == []


def test_an_escape_sequence_in_a_tokens_name_is_disarmed() -> None:
    assert printable("\x1b[31mRED\n") == "?[31mRED?"
