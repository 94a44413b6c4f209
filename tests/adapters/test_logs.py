"""What is logged: fixed keys, no secrets, nothing on stdout, and nothing loaded before it is due."""

import json
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from botctl.adapters.logs import LogPlan, StructuredLog, structured_log

KEYS = ["ts", "level", "event", "code", "cycle_id", "pair_id", "trace_id", "build_sha", "bot"]
BEAT = {
    "markets": 24, "ms": 310, "block": 7, "orders": 2, "sent": 1, "permission": "ALLOW_ALL",
}  # fmt: skip


def log(*, level: str = "INFO", heartbeats: bool = False, file: str = "") -> StructuredLog:
    facts = {"bot": "main", "build_sha": "dev"}
    return structured_log(LogPlan(level, heartbeats, file, rotate_mb=1, keep_files=2, facts=facts))


def one_line(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    captured = capsys.readouterr()
    assert captured.out == ""
    (line,) = captured.err.splitlines()
    read = json.loads(line)
    assert isinstance(read, dict)
    return read


def test_a_line_has_the_fixed_keys_first_then_the_facts(capsys: pytest.CaptureFixture[str]) -> None:
    log().bound(cycle_id="c", trace_id="t").info("scan done", block=7)
    line = one_line(capsys)
    assert list(line) == [*KEYS, "block"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", str(line["ts"]))
    assert {"level": "INFO", "cycle_id": "c", "pair_id": "", "bot": "main"}.items() <= line.items()


def test_a_fact_cannot_take_the_place_of_a_fixed_key(capsys: pytest.CaptureFixture[str]) -> None:
    log().info("scan done", level="ERROR", ts="never")
    line = one_line(capsys)
    assert line["level"] == "INFO"
    assert line["ts"] != "never"


def test_braces_and_markup_of_strangers_are_text(capsys: pytest.CaptureFixture[str]) -> None:
    log().info("pair {0} <red>", symbol="{extra[line]}<b>\n\x1b[31m")
    line = one_line(capsys)
    assert line["event"] == "pair {0} <red>"
    assert line["symbol"] == "{extra[line]}<b>\n\x1b[31m"


@pytest.mark.parametrize(
    ("url", "left"),
    [
        ("https://eth.example/v3/KEY", "https://eth.example"),
        ("https://u:KEY@eth.example:8545/x?k=KEY", "https://eth.example:8545"),
        ("postgresql+psycopg://u:KEY@db/name", "postgresql+psycopg://db"),
    ],
)
def test_urls_lose_everything_that_may_be_a_key(
    url: str, left: str, capsys: pytest.CaptureFixture[str]
) -> None:
    log().error("node failed", nested={"why": f"<{url}> refused"}, urls=[url])
    line = one_line(capsys)
    assert "KEY" not in json.dumps(line)
    assert line["urls"] == [left]


def test_amounts_beyond_2_to_the_53_are_exact(capsys: pytest.CaptureFixture[str]) -> None:
    log().info("filled", wei=2**256 - 1)
    assert one_line(capsys)["wei"] == str(2**256 - 1)


def test_lines_below_the_level_are_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    log(level="ERROR").warning("slow")
    assert capsys.readouterr().err == ""


def test_a_terminal_gets_a_short_beat_and_what_went_wrong(
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = log(heartbeats=True)
    told.info("scan done", block=7)
    told.info("cycle done", **BEAT)
    told.error("clock \x1b[31mbehind", code="ERR_CLOCK_BEHIND", ahead_ms=5)
    beat, error = capsys.readouterr().err.splitlines()
    assert beat[10:] == (
        "cycle OK, scanned 24 markets in 310 ms at block 7, 2 orders, 1 sent, ALLOW_ALL"
    )
    assert error[10:] == "ERROR: clock ?[31mbehind ERR_CLOCK_BEHIND ahead_ms=5"


def test_a_file_gets_json_and_is_ours_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "logs" / "botctl.jsonl"
    log(heartbeats=True, file=str(file)).info("scan done", block=7)
    assert json.loads(file.read_text())["event"] == "scan done"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert capsys.readouterr().err == ""


def test_loguru_loads_with_the_first_line_that_is_due() -> None:
    code = """
import sys
from botctl.adapters.logs import LogPlan, structured_log
log = structured_log(LogPlan("INFO", False, "", 1, 1))
assert "loguru" not in sys.modules
log.info("now")
assert "loguru" in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True, stderr=subprocess.DEVNULL)
