"""alerts, snapshot and preflight as they are typed; and a loop command that tells of its own failure."""

import json
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from botctl.adapters.locks import CommandLocks
from tests.cli.conftest import Botctl
from tests.notify.far_side import FarSide, Got, Say, far_side

NO_NODE = "http://127.0.0.1:1"


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[FarSide]:
    with far_side() as side:
        monkeypatch.setenv("BOTCTL_ALERTS__WEBHOOK_URL", f"{side.url}/CANARY")
        monkeypatch.setenv("BOTCTL_CHAIN__URLS", NO_NODE)
        monkeypatch.setenv("BOTCTL_CHAIN__TRIES_MAX", "1")
        # A busy machine is worth an alert, and none of these tests is about it.
        monkeypatch.setenv("BOTCTL_HEALTH__WRITE_MAX_MS", "600000")
        monkeypatch.setenv("BOTCTL_HEALTH__MEMORY_MAX_BPS", "10000")
        yield side


def said(hook: FarSide) -> list[tuple[object, object]]:
    return [(got.json["code"], got.json["saying"]) for got in hook.got]


def test_nothing_wrong_is_a_sentence_and_a_document(ready: Botctl) -> None:
    assert "no alert is raised" in ready("alerts").out
    assert ready("alerts", "--json").document["alerts"] == []


def test_a_raised_alert_is_listed_with_its_letters_and_channel(
    ready: Botctl, hook: FarSide
) -> None:
    ready("kill", "hard", "--why", "drill", "--who", "ann")
    assert "raised HEALTH_KILLED" in ready("alerts", "send").out
    assert said(hook) == [("HEALTH_KILLED", "raised")]
    text = ready("alerts").out
    for word in ("HEALTH_KILLED", "drill (ann)", "webhook", "sent", "HTTP 200"):
        assert word in text
    assert "CANARY" not in text
    document = ready("alerts", "--json").document
    alerts = document["alerts"]
    assert isinstance(alerts, list)
    assert (alerts[0]["code"], alerts[0]["runbook"]) == ("HEALTH_KILLED", "health.md#HEALTH_KILLED")
    ready("kill", "off", "--yes", "--why", "over")
    ready("alerts", "send")
    assert said(hook)[-1] == ("HEALTH_KILLED", "resolved")
    assert "no alert is raised" in ready("alerts").out
    assert "over" in ready("alerts", "--all").out


def test_a_channel_is_tried_and_its_refusal_is_a_failed_check(ready: Botctl, hook: FarSide) -> None:
    assert ready("alerts", "test").status == 0
    hook.answer = lambda _: Say(404)
    ended = ready("alerts", "test", "--json")
    assert ended.status == 1
    assert ended.document["channels"] == [
        {"channel": "webhook", "taken": "later", "said": "HTTP 404"}
    ]
    assert said(hook) == [("ALERT_TEST", "raised")] * 2


def test_without_a_channel_alerts_stand_in_the_log(ready: Botctl) -> None:
    ready("kill", "hard", "--why", "drill")
    assert "HEALTH_KILLED" in ready("alerts", "send").err


def test_a_failing_command_of_the_loop_tells_and_fails_as_before(
    ready: Botctl, hook: FarSide
) -> None:
    assert ready("cycle").status == 75
    assert said(hook) == [("ERR_RPC_UNREACHABLE", "raised")]
    assert ready("cycle").status == 75
    assert said(hook).count(("ERR_RPC_UNREACHABLE", "raised")) == 1  # the same trouble, not twice
    assert ready("scan").status == 75
    assert said(hook).count(("ERR_RPC_UNREACHABLE", "raised")) == 2  # another command's
    # Three failures in a row: what health makes of them is told, each once.
    assert said(hook).count(("HEALTH_BREAKER_OPEN", "raised")) == 1


def test_a_broken_channel_changes_nothing_of_a_command(ready: Botctl, hook: FarSide) -> None:
    for say in (Say(500), Say(garbage=True), Say(400)):
        hook.answer = lambda _, say=say: say  # type: ignore[misc]
        ended = ready("cycle", "--json")
        assert (ended.status, ended.error["code"]) == (75, "ERR_RPC_UNREACHABLE")


def test_a_mistake_of_ours_is_told_without_its_text(
    ready: Botctl, hook: FarSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> object:
        raise ZeroDivisionError("CANARY")

    monkeypatch.setattr("botctl.cli.commands.scan.scan", fail)
    assert ready("scan").status == 70
    assert said(hook) == [("ERR_PROMISE_BROKEN", "raised")]
    assert "ZeroDivisionError" in hook.texts[0]
    assert "CANARY" not in hook.texts[0]


def test_a_mistake_in_telling_does_not_end_the_command(
    ready: Botctl, hook: FarSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> object:
        raise ZeroDivisionError

    monkeypatch.setattr("botctl.flows.alerts.raise_and_resolve", fail)
    ended = ready("cycle", "--json")
    assert (ended.status, ended.error["code"]) == (75, "ERR_RPC_UNREACHABLE")
    assert "alerts not told" in ended.err
    assert hook.got == []


def test_a_run_that_finds_another_at_work_tells_nothing(
    ready: Botctl, hook: FarSide, home: Path
) -> None:
    with CommandLocks(home / "state").only_one("cycle"):
        assert ready("cycle").status == 0
    assert hook.got == []


def test_the_failure_is_on_record_and_the_lock_is_free_before_anything_is_sent(
    ready: Botctl, hook: FarSide, home: Path
) -> None:
    """A slow channel holds no other run back, and what it is told of is what `health` shows."""
    seen: list[tuple[bool, bool]] = []

    def look(_got: Got) -> Say:
        with CommandLocks(home / "state").only_one("cycle") as free:
            connection = sqlite3.connect(home / "state" / "botctl.db")
            rows = connection.execute("SELECT code FROM errors").fetchall()
            connection.close()
            seen.append((free, "ERR_RPC_UNREACHABLE" in str(rows)))
        return Say()

    hook.answer = look
    assert ready("cycle").status == 75
    assert seen
    assert set(seen) == {(True, True)}


def test_a_database_that_does_not_open_is_told_past_it_once_and_then_that_it_works(
    ready: Botctl, hook: FarSide, home: Path
) -> None:
    ready("status")
    file = home / "state" / "botctl.db"
    whole = file.read_bytes()
    file.write_bytes(b"not a database" * 100)
    for _ in range(2):
        assert ready("cycle").status == 70
    assert [str(got.json["code"]) for got in hook.got] == ["ERR_DB_CORRUPT"]
    assert "runbook: storage.md#ERR_DB_CORRUPT" in hook.texts[0]
    [taken] = (home / "state" / "diagnostics").glob("*.zip")
    health = ready("snapshot", "open", str(taken), "--part", "health.json").out
    assert json.loads(health)["unreadable"] == "ERR_DB_CORRUPT"
    assert ready("snapshot").status == 0  # by hand, too
    file.write_bytes(whole)
    ready("alerts", "send")  # the loop tells it, not a look
    assert len(hook.got) == 1
    assert ready("cycle").status == 75  # the node is still missing, the database is back
    assert ("ERR_DB", "resolved") in said(hook)
    told = len(hook.got)
    ready("cycle")
    assert len(hook.got) == told


def test_a_snapshot_is_taken_listed_opened_and_read(ready: Botctl) -> None:
    assert "no snapshot yet" in ready("snapshot", "list").out
    path = str(ready("snapshot", "--why", "a drill", "--json").document["path"])
    assert Path(path).parent.name == "diagnostics"
    assert "a drill" in ready("snapshot", "list").out
    told = ready("snapshot", "open", path)
    assert told.status == 0
    assert "every part is as it was written" in told.out
    document = ready("snapshot", "open", path, "--json").document
    assert {"manifest", "health", "queues", "versions"} <= set(document)
    settings = json.loads(ready("snapshot", "open", path, "--part", "settings.json").out)
    assert settings["settings"]["bot.name"] == "main"
    assert ready("snapshot", "open", path, "--part", "none").status == 2


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"{}"])
def test_what_is_no_snapshot_is_a_failed_check(ready: Botctl, home: Path, content: bytes) -> None:
    file = home / "x.zip"
    file.write_bytes(content)
    ended = ready("snapshot", "open", str(file), "--json")
    assert (ended.status, ended.error["code"]) == (1, "ERR_SNAPSHOT_INVALID")
    assert ready("snapshot", "open", str(home / "none.zip")).status == 1


def test_a_preflight_is_a_table_with_fixes_and_a_verdict(ready: Botctl, hook: FarSide) -> None:
    ended = ready("preflight")
    assert ended.status == 75  # nothing but the node is missing
    for word in ("PRE_NODES", "fail", "ERR_RPC_UNREACHABLE", "runbooks/node.md", "failed: in live"):
        assert word in ended.out
    assert said(hook) == [("ALERT_TEST", "raised")]
    skipped = ready("preflight", "--skip-remote")
    assert (skipped.status, len(hook.got)) == (0, 1)
    assert "does not clear live" in skipped.out
    warned = ready("preflight", "--warn-only", "--json")
    assert (warned.status, warned.document["passed"]) == (0, False)
    assert warned.document["warned_only"] is True


def test_live_is_not_waved_through_without_a_reason(
    ready: Botctl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOTCTL_BOT__MODE", "live")
    monkeypatch.setenv("BOTCTL_WALLET__ADDRESS", "0x000000000000000000000000000000000000dEaD")
    assert ready("preflight", "--warn-only", "--skip-remote").status == 2


def test_secrets_of_alerts_are_masked_in_config_show(
    ready: Botctl, hook: FarSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert hook.url
    monkeypatch.setenv("BOTCTL_ALERTS__TELEGRAM_TOKEN", "123:CANARY")
    monkeypatch.setenv("BOTCTL_ALERTS__TELEGRAM_CHAT", "-1")
    monkeypatch.setenv("BOTCTL_ALERTS__WEBHOOK_SECRET", "CANARY")
    for words in (("config", "show"), ("config", "show", "--json")):
        assert "CANARY" not in ready(*words).out


def test_health_tells_when_alerts_do_not_get_out(
    ready: Botctl, hook: FarSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook.answer = lambda _: Say(500)
    ready("kill", "hard", "--why", "drill")
    ready("alerts", "send")
    assert "HEALTH_ALERTS_UNSENT" not in ready("health").out
    monkeypatch.setattr("botctl.adapters.clock.SystemClock.now_ms", _later(3_600_000))
    assert "HEALTH_ALERTS_UNSENT" in ready("health").out


def _later(ms: int) -> object:
    return lambda self: time.time_ns() // 1_000_000 + self.offset_ms + ms
