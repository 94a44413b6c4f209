"""`botctl chat` as its own process: from `/halt` to the latch on disk, and to a clean end."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from botctl.adapters.clock import SystemClock
from botctl.adapters.locks import CommandLocks
from botctl.core.permission import Level, SourceKind, worst
from botctl.wiring.chat import opened_chat_books
from botctl.wiring.setup import Setup
from tests.chat.conftest import ADA, VIC, chat_entries, until
from tests.chat.stand_in import TOKEN, BotApi

ROOT = Path(__file__).parents[2]
ALLOW = [
    {"id": ADA, "role": "operator", "name": "Ada"},
    {"id": VIC, "role": "viewer", "name": "Vic"},
]


class Start(Protocol):
    def __call__(self, *more: str, **env: str) -> "subprocess.Popen[str]": ...


def folder_of(setup: Setup) -> Path:
    return Path(setup.config.source).parent


def everything_written(setup: Setup) -> bytes:
    files = [path for path in folder_of(setup).rglob("*") if path.is_file()]
    return b"".join(path.read_bytes() for path in files)


@pytest.fixture
def start(setup: Setup, api: BotApi) -> Iterator[Start]:
    api.patience_s = 20.0
    api.date_s = lambda: SystemClock().now_ms() // 1_000
    started: list[subprocess.Popen[str]] = []

    def begin(*more: str, **env: str) -> "subprocess.Popen[str]":
        told = {
            "BOTCTL_CHAT__TOKEN": TOKEN,
            "BOTCTL_CHAT__ALLOW": json.dumps(ALLOW),
            "BOTCTL_ALERTS__TELEGRAM_API": api.url,
            **env,
        }
        with (folder_of(setup) / "stderr").open("a") as stderr:
            process = subprocess.Popen(
                [sys.executable, "-m", "botctl", "chat", "--config", setup.config.source, *more],
                cwd=ROOT,
                env={**os.environ, **told},  # noqa: TID251  a child's
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
            )
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def level(setup: Setup) -> Level:
    with opened_chat_books(setup) as books:
        return worst(books.store.sources(), SourceKind.KILL)


def test_an_operator_halts_from_afar_and_sigterm_ends_it_at_once(
    setup: Setup, api: BotApi, start: Start
) -> None:
    process = start("--json")
    api.says(ADA, "/halt a drill")
    until(lambda: bool(api.said(ADA)))
    api.presses(ADA, api.last(ADA), "Confirm halt")
    until(lambda: "by Ada (telegram 11)" in api.last(ADA).text)
    assert level(setup) is Level.HALT_ALL
    until(lambda: api.polling == 1)  # it waits for twenty seconds now
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=10)
    assert process.returncode == 0
    assert json.loads(out)["handled"] == 2
    assert TOKEN.encode() not in everything_written(setup)
    entries = chat_entries(setup.config.storage.url)
    assert entries[-1] == ("Ada (telegram 11)", "/halt", "done")


def test_killed_between_question_and_button_it_does_nothing_and_says_so(
    setup: Setup, api: BotApi, start: Start
) -> None:
    first = start()
    api.says(ADA, "/halt a drill")
    until(lambda: bool(api.said(ADA)))
    question = api.last(ADA)
    first.kill()
    first.wait()
    api.presses(ADA, question, "Confirm halt")
    start()
    until(lambda: "before a restart" in question.text)
    assert level(setup) is Level.ALLOW_ALL


def test_a_second_one_says_that_there_is_one_and_does_nothing(setup: Setup, start: Start) -> None:
    locks = CommandLocks(Path(setup.config.storage.state_dir))
    with locks.only_one("chat") as ours:
        assert ours
        out, _ = start().communicate(timeout=30)
    assert "another `botctl chat` is running" in out


def test_no_network_at_all_ends_nothing(setup: Setup, api: BotApi, start: Start) -> None:
    gone = "http://127.0.0.1:9"
    process = start(BOTCTL_ALERTS__TELEGRAM_API=gone)
    until(lambda: b"chat not heard" in everything_written(setup))
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=10)
    assert process.returncode == 0
    assert api.calls == []


@pytest.mark.parametrize(
    ("env", "status", "words"),
    [
        ({"BOTCTL_CHAT__TOKEN": ""}, 78, "no chat is configured"),
        ({"BOTCTL_CHAT__TOKEN": "1:CANARY-wrong"}, 78, "Telegram refuses the token"),
        ({"BOTCTL_CHAT__TOKEN_KEYRING": "botctl"}, 78, "botctl[keyring]"),
    ],
)
def test_what_a_person_must_mend_is_status_78_without_the_token(
    setup: Setup, start: Start, env: dict[str, str], status: int, words: str
) -> None:
    process = start("--json", **env)
    out, _ = process.communicate(timeout=30)
    assert process.returncode == status
    assert words in json.loads(out)["error"]["message"]
    assert "CANARY" not in out
    assert b"CANARY" not in everything_written(setup)


def test_an_old_order_is_not_obeyed_by_a_process_that_starts_late(
    api: BotApi, start: Start
) -> None:
    now_s = SystemClock().now_ms() // 1_000
    api.date_s = lambda: now_s - 120
    api.says(ADA, "/halt")
    start()
    until(lambda: bool(api.said(ADA)))
    assert "too old, nothing was done" in api.last(ADA).text


def test_the_client_library_loads_for_this_command_alone(setup: Setup) -> None:
    """300 modules that no cycle pays for; and without the extra only `chat` misses it."""
    probe = (
        "import sys, botctl.cli.running, botctl.wiring.runtime; print('telegram' in sys.modules)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ended.stdout == "False\n"
    hidden = (
        "import sys; sys.modules['telegram'] = None; from botctl.cli.app import run;"
        f" sys.exit(run(['chat', '--json', '--config', {setup.config.source!r}]))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", hidden],
        env={**os.environ, "BOTCTL_CHAT__TOKEN": TOKEN},  # noqa: TID251  a child's
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 78
    assert json.loads(ended.stdout)["error"]["code"] == "ERR_DEPENDENCY_MISSING"
