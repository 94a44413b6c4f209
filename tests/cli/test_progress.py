"""A bar is for who watches: on a terminal's stderr, never in a pipe, and never on stdout."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from botctl.ports.progress import silent, ticked
from tests.cli.conftest import Botctl
from tests.cli.test_completion import write_decisions

LONG = (
    (("db", "backup"), "rows written"),
    (("db", "check"), "checking every row"),
    (("ledger", "verify"), "walking the journal"),
    (("bundle", "export", "--to", "out"), "bundles written"),
    (("replay", "--since", "1h"), "bundles replayed"),
    (("report", "html", "r.html"), "looking back"),
)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    subprocess.run([sys.executable, "-m", "botctl", "init"], cwd=home, check=True)
    (home / "state").mkdir(mode=0o700)
    write_decisions(f"sqlite:///{home / 'state' / 'botctl.db'}")
    return home


def on_a_terminal(home: Path, words: tuple[str, ...]) -> tuple[int, str, str]:
    """Status, what a pipe on stdout got, and what a terminal on stderr showed."""
    ours, theirs = pty.openpty()
    env = {**os.environ, "HOME": str(home), "TERM": "xterm", "COLUMNS": "100"}  # noqa: TID251
    with subprocess.Popen(
        [sys.executable, "-m", "botctl", *words],
        cwd=home, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=theirs,
    ) as process:  # fmt: skip
        os.close(theirs)
        out, _ = process.communicate(timeout=60)
    shown = b""
    try:
        while some := os.read(ours, 65_536):
            shown += some
    except OSError:  # the other end is closed: how a terminal says that it is over
        pass
    finally:
        os.close(ours)
    return process.returncode, out.decode(), shown.decode()


@pytest.mark.parametrize(("words", "what"), LONG)
def test_long_work_shows_that_it_lives_on_a_terminal_alone(
    filled: Path, words: tuple[str, ...], what: str
) -> None:
    status, out, shown = on_a_terminal(filled, words)
    assert status == 0, shown
    assert what in shown
    assert "\x1b" not in out
    assert what not in out


def test_a_pipe_sees_nothing_of_it(ready: Botctl) -> None:
    assert ready("kill", "soft", "--why", "a drill").status == 0
    ended = ready("db", "backup")
    assert ended.status == 0
    assert "rows written" not in ended.err
    assert "\x1b" not in ended.err + ended.out


def test_every_item_is_counted_once_it_is_done() -> None:
    counts: list[int] = []
    for item in ticked("abc", counts.append):
        assert len(counts) == "abc".index(item)
    assert counts == [1, 1, 1]
    assert list(ticked("ab", silent)) == ["a", "b"]
