"""Tokens by the command line: shown once, listed without their text, ended by name."""

import pytest

from jobs import serve
from tests.cli.conftest import Botctl, Ended


def rows(listed: Ended) -> list[dict[str, object]]:
    found = listed.document["tokens"]
    assert isinstance(found, list)
    return found


def test_a_token_is_shown_once_and_never_listed(ready: Botctl) -> None:
    made = ready("serve", "token", "new", "--name", "anna", "--role", "operator", "--json")
    assert made.status == 0
    token = made.document["token"]
    assert isinstance(token, str)
    assert len(token) > 40
    listed = ready("serve", "token", "list", "--json")
    assert token not in listed.out + listed.err + made.err
    (row,) = rows(listed)
    assert (row["name"], row["role"], row["ended_ms"]) == ("anna", "operator", None)
    assert ready("serve", "token", "end", "--name", "anna").status == 0
    (row,) = rows(ready("serve", "token", "list", "--json"))
    assert row["ended_ms"] is not None


@pytest.mark.parametrize("name", ["", "two words", "-x", "x" * 41, "é", "a\nb"])
def test_a_name_that_would_not_stand_in_a_record_is_refused(ready: Botctl, name: str) -> None:
    ended = ready("serve", "token", "new", "--name", name, "--json")
    assert (ended.status, ended.error["code"]) == (2, "ERR_USAGE")


def test_a_name_is_taken_until_its_token_ends(ready: Botctl) -> None:
    assert ready("serve", "token", "new").status == 0
    taken = ready("serve", "token", "new", "--json")
    assert (taken.status, taken.error["code"]) == (2, "ERR_USAGE")
    assert ready("serve", "token", "end").status == 0
    assert ready("serve", "token", "new").status == 0
    gone = ready("serve", "token", "end", "--name", "nobody", "--json")
    assert (gone.status, gone.error["code"]) == (2, "ERR_NOT_FOUND")


def test_without_its_libraries_serve_names_the_extra(
    ready: Botctl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serve, "NEEDS", ("fastapi", "no_such_library"))
    ended = ready("serve", "--json")
    assert (ended.status, ended.error["code"]) == (78, "ERR_DEPENDENCY_MISSING")
    assert "botctl[web]" in str(ended.error["message"])
    assert ended.error["facts"] == {"missing": "no_such_library"}
