"""How reports read: exact amounts, stable JSON types, aligned columns, safe text."""

import json
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botctl.cli import terminal
from botctl.cli.document import document
from botctl.cli.filters import time_ms
from botctl.cli.show import age, at, ether, short
from botctl.cli.tables import Cell, columns, pairs, table
from botctl.core.case import Check
from botctl.core.codes import Code
from botctl.core.errors import UsageError
from botctl.core.permission import Level
from botctl.core.reasons import Kind

NOW_MS = 1_800_000_000_000


@dataclass(frozen=True, slots=True)
class Report:
    small_wei: int
    count: int
    kind: Kind
    level: Level
    raw: bytes
    check: Check
    url: str
    pair: tuple[int, ...]


REPORT = Report(
    5, 5, Kind.BUY, Level.EXITS_ONLY, b"\x01", Check("A", None, "1", "2"), "http://u:k@h/p", (1, 2)
)


def test_a_document_has_stable_types_whatever_the_values() -> None:
    assert json.loads(document(REPORT)) == {
        "small_wei": "5",  # amounts are strings even when they are small
        "count": 5,
        "kind": "BUY",
        "level": "EXITS_ONLY",
        "raw": "0x01",
        "check": {"code": "A", "ok": None, "actual": "1", "limit": "2"},
        "url": "http://h",
        "pair": [1, 2],
    }


@given(number=st.integers())
def test_no_reader_of_the_document_loses_a_digit(number: int) -> None:
    read = json.loads(document({"x": number}), parse_int=float)["x"]
    assert int(read) == number


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (10**18, "1.000000"),
        (1_999_999_999_999, "0.000001"),
        (-1, "-0.000001"),
        (-(10**18) - 1, "-1.000001"),
        (0, "0.000000"),
        (None, "-"),
    ],
)
def test_ether_is_rounded_against_us(amount: int | None, text: str) -> None:
    assert ether(amount) == text


def test_signs_times_ages_and_names() -> None:
    assert ether(10**18, signed=True) == "+1.000000"
    assert at(0) == "1970-01-01 00:00:00"
    assert (age(59_000), age(60_000), age(7_200_000), age(172_800_000)) == (
        "59 s", "1 min", "2 h", "2 d",
    )  # fmt: skip
    assert short("0x" + "ab" * 20) == "0xababab…abab"


def test_columns_are_aligned_and_numbers_go_right() -> None:
    rows = [("a", "1", "x"), ("bbb", "22", "")]
    assert list(table(("name", "n", "rest"), rows, right=frozenset({1}))) == [
        "name   n  rest",
        "a      1  x",
        "bbb   22",
    ]


def test_wide_letters_count_twice() -> None:
    assert columns("ab") == 2
    assert columns("猫🦄") == 4
    assert columns("e\u0301") == 1


def test_symbols_of_strangers_are_made_harmless() -> None:
    (_, line) = table(("symbol",), [("\x1b[31mPEPE\u202e\n",)])
    assert line == "?[31mPEPE??"
    assert list(pairs([("token", "a\x07b")])) == ["token  a?b"]


def test_a_terminal_gets_colour_and_its_own_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal, "is_terminal", lambda: True)
    monkeypatch.setenv("COLUMNS", "24")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    _, line = table(("n", "text"), [("1", Cell("x" * 40, terminal.RED))])
    assert line == f"1  \x1b[31m{'x' * 20}…\x1b[0m"


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_who_wants_no_colour_gets_none(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setattr(terminal, "is_terminal", lambda: True)
    monkeypatch.setenv(name, value)
    assert terminal.bold("x") == "x"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30s", NOW_MS - 30_000),
        ("2h", NOW_MS - 7_200_000),
        ("3d", NOW_MS - 259_200_000),
        ("1970-01-01T00:00:01", 1_000),
        ("1970-01-01T01:00:01+01:00", 1_000),
        ("1970-01-02", 86_400_000),
    ],
)
def test_times_are_ago_or_iso_in_utc(text: str, expected: int) -> None:
    assert time_ms(text, NOW_MS) == expected


@pytest.mark.parametrize("text", ["soon", "2 weeks", "-1h", "99"])
def test_other_times_are_refused(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        time_ms(text, NOW_MS)
    assert caught.value.code is Code.ERR_USAGE
