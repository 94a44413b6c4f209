"""Every way to fail: a sentence on stderr or one document on stdout, and the status of §12."""

import subprocess
import sys

import pytest
import typer

from botctl.cli.commands import orders
from botctl.core.codes import Code
from botctl.core.errors import (
    BotError,
    CheckError,
    CorruptError,
    OperatorError,
    TransientError,
    UsageError,
)
from tests.cli.conftest import Botctl

FAMILIES = [(CheckError, 1), (UsageError, 2), (TransientError, 75), (OperatorError, 78)]
FAMILIES += [(CorruptError, 70)]


def fails_with(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def command(ctx: typer.Context, json: bool = False) -> None:  # noqa: ARG001
        """Fail."""
        raise error

    monkeypatch.setattr(orders, "command", command)


@pytest.mark.parametrize(("family", "status"), FAMILIES)
def test_each_family_has_its_exit_status(
    botctl: Botctl, monkeypatch: pytest.MonkeyPatch, family: type[BotError], status: int
) -> None:
    fails_with(monkeypatch, family(Code.ERR_DB_LOCKED, "wait a little", by="another run"))
    ended = botctl("orders")
    assert (ended.status, ended.out) == (status, "")
    assert ended.err == "botctl: wait a little (ERR_DB_LOCKED, by=another run)\n"


def test_with_json_the_error_is_the_document(
    botctl: Botctl, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails_with(monkeypatch, TransientError(Code.ERR_DB_LOCKED, "wait a little", by="another run"))
    ended = botctl("orders", "--json")
    assert (ended.status, ended.err) == (75, "")
    assert ended.document == {
        "error": {
            "code": "ERR_DB_LOCKED",
            "message": "wait a little",
            "exit_code": 75,
            "facts": {"by": "another run"},
        }
    }


@pytest.mark.parametrize("words", [("orders",), ("orders", "--json")])
def test_a_mistake_of_ours_shows_where_but_no_values(
    botctl: Botctl, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    fails_with(monkeypatch, ValueError("passphrase HUSH is wrong"))
    ended = botctl(*words)
    assert ended.status == 70
    told = ended.out + ended.err
    assert "ValueError" in told
    assert "running.py" in told
    assert "HUSH" not in told
    assert "Traceback" not in told


def test_urls_in_errors_lose_their_keys(botctl: Botctl, monkeypatch: pytest.MonkeyPatch) -> None:
    url = "https://eth.example/v3/HUSH"
    fails_with(monkeypatch, TransientError(Code.ERR_RPC_TIMEOUT, f"{url} is slow", url=url))
    ended = botctl("orders")
    assert "https://eth.example is slow" in ended.err
    assert "HUSH" not in ended.err


def test_what_strangers_wrote_cannot_steer_the_terminal(
    botctl: Botctl, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails_with(
        monkeypatch, TransientError(Code.ERR_RPC_FAULT, "no", node_says="\x1b]0;owned\x07\n")
    )
    assert botctl("orders").err == "botctl: no (ERR_RPC_FAULT, node_says=?]0;owned??)\n"


def test_an_interrupt_is_130(botctl: Botctl, monkeypatch: pytest.MonkeyPatch) -> None:
    fails_with(monkeypatch, KeyboardInterrupt())
    assert botctl("orders").status == 130


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("stauts",), "'status'"),
        (("db", "chek"), "'check'"),
        (("orders", "--lmit", "3"), "--limit"),
        (("orders", "--limit", "0"), "--limit"),
        (("orders", "--limit", "many"), "many"),
        (("order", "show"), "ORDER"),
        (("kill", "soft"), "--why"),
        (("ledger", "--kind", "MAYBE"), "MAYBE"),
        (("ledger", "extra"), "extra"),
    ],
)
def test_wrong_usage_is_2_and_names_what_was_meant(
    botctl: Botctl, words: tuple[str, ...], says: str
) -> None:
    ended = botctl(*words)
    assert (ended.status, ended.out) == (2, "")
    assert "ERR_USAGE" in ended.err
    assert says in ended.err
    assert len(ended.err.splitlines()) == 1


def test_wrong_usage_with_json_is_a_document_too(botctl: Botctl) -> None:
    ended = botctl("orders", "--limit", "0", "--json")
    assert (ended.status, ended.error["code"]) == (2, "ERR_USAGE")


READER_LEFT = """
import os, sys
read, write = os.pipe()
os.close(read)
os.dup2(write, 1)
from botctl.cli.app import main
main()
"""


@pytest.mark.parametrize(
    "words",
    [("config", "show"), ("config", "show", "--json"), ("--help",), ("orders", "-x", "--json")],
)
def test_a_reader_that_left_gets_no_traceback(ready: Botctl, words: tuple[str, ...]) -> None:
    """As in `botctl ... | head -1`, at its worst: nobody reads from the start."""
    assert ready("--version").status == 0
    done = subprocess.run(
        [sys.executable, "-c", READER_LEFT, *words], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (141, "")
