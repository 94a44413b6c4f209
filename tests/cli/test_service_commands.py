"""jobs, days, report morning, keystore age: what an operator sees of a bot that is left alone."""

import json
import os
from pathlib import Path

import pytest

from botctl.adapters.clock import SystemClock
from botctl.adapters.ids import TimeOrderedIds
from botctl.adapters.store import open_store
from botctl.config.environment import environment
from botctl.config.load import load
from botctl.ports.store import JobRun, Store
from jobs.timetable import TIMETABLE
from tests.cli.conftest import Botctl
from tests.notify.far_side import far_side

DAY_MS = 86_400_000
TOKEN = "canary-webhook-words"  # noqa: S105  a made-up one


@pytest.fixture
def store(ready: Botctl, home: Path) -> Store:
    ready("jobs")  # the first command makes the database
    config = load(home / "botctl.toml", environment())
    return open_store(
        config.storage.url,
        chain_id=config.chain.chain_id,
        factory=config.policy.venue.factory,
        bot=config.bot.name,
        busy_ms=1_000,
        ids=TimeOrderedIds(),
    )


def rows(document: dict[str, object], name: str) -> list[dict[str, object]]:
    found = document[name]
    assert isinstance(found, list)
    return found


def test_jobs_lists_every_job_before_any_has_run(ready: Botctl) -> None:
    lines = rows(ready("jobs", "--json").document, "jobs")
    assert [line["job"] for line in lines] == [job.name for job in TIMETABLE]
    assert {line["last_outcome"] for line in lines} == {""}
    shown = ready("jobs").out
    assert "never" in shown
    assert "report morning" in shown


def test_a_job_by_its_name_runs_once_a_time_and_is_on_the_board(ready: Botctl, home: Path) -> None:
    first = ready("jobs", "run", "db", "backup", "--json")
    assert first.status == 0
    assert first.document["outcome"] in {"ran", "late"}
    assert len(list((home / "state" / "backups").glob("*.zip"))) == 1
    again = ready("jobs", "run", "db", "backup", "--json")
    assert (again.status, again.document["outcome"]) == (0, "")
    assert len(list((home / "state" / "backups").glob("*.zip"))) == 1
    lines = {line["job"]: line for line in rows(ready("jobs", "--json").document, "jobs")}
    assert lines["db backup"]["last_outcome"] in {"ran", "late"}


def test_a_job_that_does_not_exist_is_named_with_those_that_do(ready: Botctl) -> None:
    ended = ready("jobs", "run", "nonsense")
    assert ended.status == 2
    assert "db backup" in ended.err


@pytest.mark.parametrize("name", ["days close", "alerts send", "report morning", "db check"])
def test_every_job_that_needs_no_node_runs_without_one(ready: Botctl, name: str) -> None:
    ended = ready("jobs", "run", *name.split(), "--json")
    assert ended.status == 0
    assert ended.document["outcome"] in {"ran", "late"}


def test_yesterday_is_closed_once_and_listed(ready: Botctl) -> None:
    assert ready("days").out.startswith("no day is closed yet")
    (day,) = rows(ready("days", "close", "--json").document, "days")
    now_ms = SystemClock().now_ms()
    assert day["day_ms"] == now_ms - now_ms % DAY_MS - DAY_MS
    assert "closed already" in ready("days", "close").out
    assert rows(ready("days", "--json").document, "days") == [day]


def test_the_report_tells_of_missed_jobs_and_of_no_backup(ready: Botctl, store: Store) -> None:
    now_ms = SystemClock().now_ms()
    store.record_job(JobRun("cycle", now_ms - 60_000, None, None, "missed"))
    store.record_job(JobRun("cycle", now_ms - 120_000, now_ms - 120_000, now_ms, "ran"))
    store.close()
    told = ready("report", "morning").out.splitlines()
    assert told[0].endswith("main (paper)")
    assert told[1].startswith("Uptime (24 h): ")
    assert "Jobs: 1 times missed, 0 failed" in told
    assert "Backups: none" in told
    ready("db", "backup")
    told = ready("report", "morning").out.splitlines()
    assert "Backups: newest 0 min old, 1 kept" in told


def test_the_report_goes_to_each_channel_once_a_day(
    ready: Botctl, monkeypatch: pytest.MonkeyPatch
) -> None:
    with far_side() as outside:
        monkeypatch.setenv("BOTCTL_ALERTS__WEBHOOK_URL", f"{outside.url}/hook")
        for _ in range(2):
            assert ready("report", "morning", "--send").status == 0
    (got,) = outside.got
    assert got.json["code"] == "MORNING_REPORT"
    assert str(got.json["text"]).startswith("botctl report ")
    assert json.loads(json.dumps(got.json["report"]))["bot"] == "main"


def test_an_old_key_file_is_due_and_told_as_information_alone(
    ready: Botctl, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOTCTL_PASSPHRASE", "a long enough passphrase")
    monkeypatch.setenv("BOTCTL_ALERTS__WEBHOOK_SECRET", TOKEN)
    assert ready("keystore", "new").status == 0
    young = ready("keystore", "age", "--json")
    assert young.status == 0
    assert {key["name"] for key in rows(young.document, "keys")} == {
        "wallet.keystore",
        "alerts.webhook_secret",
    }
    long_ago_s = (SystemClock().now_ms() - 200 * DAY_MS) / 1_000
    os.utime(home / "keystore.json", (long_ago_s, long_ago_s))
    assert ready("keystore", "age").status == 1
    failed = ready("jobs", "run", "keystore", "age")
    assert failed.status == 1
    assert "ERR_KEY_OLD" in failed.err
    assert "wallet.keystore (200 days)" in failed.err
    (alert,) = [a for a in rows(ready("alerts", "--json").document, "alerts") if "KEY" in str(a)]
    assert (alert["code"], alert["tier"]) == ("ERR_KEY_OLD", "FYI")


def test_a_secrets_age_is_kept_and_begins_anew_with_a_new_secret(
    ready: Botctl, store: Store, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setenv("BOTCTL_ALERTS__WEBHOOK_SECRET", TOKEN)
    ready("keystore", "age")
    (first,) = store.key_ages()
    ready("keystore", "age")
    assert store.key_ages() == (first,)
    monkeypatch.setenv("BOTCTL_ALERTS__WEBHOOK_SECRET", TOKEN + "2")
    ready("keystore", "age")
    (second,) = store.key_ages()
    store.close()
    assert second.mark != first.mark
    assert second.since_ms > first.since_ms
    assert all(
        TOKEN.encode() not in file.read_bytes()
        for file in (home / "state").rglob("*")
        if file.is_file()
    )


def test_a_database_that_does_not_open_is_told_by_what_cron_starts(
    ready: Botctl, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready("status")
    for file in (home / "state").glob("botctl.db*"):
        file.unlink()
    (home / "state" / "botctl.db").write_bytes(b"no database at all" * 1_000)
    with far_side() as outside:
        monkeypatch.setenv("BOTCTL_ALERTS__WEBHOOK_URL", f"{outside.url}/hook")
        assert ready("jobs", "run", "alerts", "send").status == 70
    assert [got.json["code"] for got in outside.got] == ["ERR_DB_CORRUPT"]
