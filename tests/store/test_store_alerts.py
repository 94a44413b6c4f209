"""Alerts and their outbox: one row a key, changed by one teller at a time, and nothing lost."""

import json
from dataclasses import replace

import sqlalchemy as sa

from botctl.adapters.store import SqlStore, journal, schema
from botctl.adapters.store.alerts import KEPT_MS
from botctl.core.alerting.codes import Tier
from botctl.core.alerting.values import Alert
from botctl.ports.alerts import Letter
from botctl.ports.preflight import PreflightRow
from tests.store.making import opened

NOW_MS = 1_800_000_000_000
ALERT = Alert(
    key="health|ALERT_HALTED|kill",
    code="ALERT_HALTED",
    tier=Tier.URGENT,
    origin="health",
    subject="kill",
    evidence="é\0 from a stranger",
    cycle_id="c1",
    what="means",
    action="do",
    runbook="alerts.md#ALERT_HALTED",
    first_ms=NOW_MS,
    last_ms=NOW_MS,
    heard=Tier.URGENT,
    told_ms=(NOW_MS - 1, NOW_MS),
)


def letter(number: int, channel: str = "webhook", made_ms: int = NOW_MS) -> Letter:
    return Letter(
        id=0,
        channel=channel,
        key=ALERT.key,
        saying="raised",
        text=f"letter {number}",
        facts="{}",
        made_ms=made_ms,
    )


def test_an_alert_comes_back_as_it_was_with_its_letters(store: SqlStore) -> None:
    assert store.record_alerts([ALERT], [letter(1), letter(2), letter(3, "telegram")])
    assert store.alerts() == (replace(ALERT, version=1, evidence="é\ufffd from a stranger"),)
    assert [one.text for one in store.letters("webhook", 10)] == ["letter 1", "letter 2"]
    assert [one.text for one in store.letters("telegram", 10)] == ["letter 3"]
    assert [one.text for one in store.recent_letters(2)] == ["letter 3", "letter 2"]


def test_of_two_tellers_the_second_writes_nothing(store: SqlStore) -> None:
    assert store.record_alerts([ALERT], [letter(1)])
    assert not store.record_alerts([ALERT], [letter(2)])  # it, too, thought the key was new
    [first] = store.alerts()
    other = replace(ALERT, key="health|ALERT_CLOCK|")
    assert store.record_alerts([replace(first, times=2)], [])
    assert not store.record_alerts([other, replace(first, times=9)], [letter(3)])
    assert [(one.times, one.version) for one in store.alerts()] == [(2, 2)]
    assert [one.text for one in store.letters("webhook", 10)] == ["letter 1"]


def test_a_try_is_claimed_by_one_and_leaves_the_outbox_only_when_it_is_over(
    store: SqlStore,
) -> None:
    store.record_alerts([ALERT], [letter(1), letter(2)])
    [first, second] = store.letters("webhook", 10)
    claimed = store.claim_letter(first, NOW_MS + 5)
    assert claimed == replace(first, tries=1, next_ms=NOW_MS + 5)
    assert store.claim_letter(first, NOW_MS + 5) is None
    assert store.letters("webhook", 10) == (claimed, second)  # a crash now: it is still there
    assert claimed is not None
    store.mark_letter(replace(claimed, sent_ms=NOW_MS, said="200"))
    store.mark_letter(replace(second, gave_up_ms=NOW_MS, said="400"))
    assert store.letters("webhook", 10) == ()
    assert store.claim_letter(claimed, NOW_MS) is None


def test_channels_tell_when_they_last_took_something_and_what_waits(store: SqlStore) -> None:
    store.record_alerts([ALERT], [letter(1, made_ms=NOW_MS + 3), letter(2)])
    store.note_channel("telegram", now_ms=NOW_MS, ok=True, said="200")
    store.note_channel("telegram", now_ms=NOW_MS + 1, ok=False, said="401")
    telegram, webhook = store.channels()
    assert (telegram.ok_ms, telegram.tried_ms, telegram.said) == (NOW_MS, NOW_MS + 1, "401")
    assert (webhook.ok_ms, webhook.waiting, webhook.since_ms) == (None, 2, NOW_MS)


def test_what_is_over_is_forgotten_after_a_quarter_and_nothing_else(store: SqlStore) -> None:
    over = replace(ALERT, key="old", heard=None, resolved_ms=NOW_MS)
    owed = replace(ALERT, key="owed", resolved_ms=NOW_MS)
    store.record_alerts([over, owed], [letter(1), letter(2)])
    first, _ = store.letters("webhook", 10)
    store.mark_letter(replace(first, sent_ms=NOW_MS))
    late = NOW_MS + KEPT_MS + 1
    store.record_alerts([replace(ALERT, key="new", last_ms=late)], [])
    assert {alert.key for alert in store.alerts()} == {"owed", "new"}
    assert [one.text for one in store.recent_letters(9)] == ["letter 2"]


def test_bots_of_one_database_do_not_hear_each_other(database_url: str) -> None:
    with opened(database_url) as one, opened(database_url, bot="other") as two:
        one.record_alerts([ALERT], [letter(1)])
        one.note_channel("webhook", now_ms=NOW_MS, ok=True, said="")
        assert two.record_alerts([ALERT], [])
        assert two.letters("webhook", 9) == two.recent_letters(9) == ()
        assert two.channels() == ()


ROW = PreflightRow(NOW_MS, "hash", "build", passed=True, warned_only=False, why="", body="{}")


def test_the_newest_preflight_of_these_settings_and_this_build_counts(store: SqlStore) -> None:
    store.record_preflight(ROW)
    failed = replace(ROW, passed=False, warned_only=True, why="é\0")
    store.record_preflight(replace(failed, config_hash="other"))
    assert store.preflight("hash", "build") == ROW
    assert store.preflight("hash", "another build") is None
    latest = store.latest_preflight()
    assert latest is not None
    assert (latest.config_hash, latest.passed, latest.warned_only) == ("other", False, True)


def test_a_preflight_is_in_the_journal(store: SqlStore) -> None:
    store.record_preflight(ROW)
    with store._db.reading() as db:
        journal.verify(db)
        query = sa.select(schema.journal.c.body).where(schema.journal.c.event == "preflight")
        facts = json.loads(db.execute(query).scalar_one())
    assert (facts["config_hash"], facts["passed"]) == ("hash", True)


def test_settings_are_remembered_once(store: SqlStore) -> None:
    assert store.settings_of("hash") is None
    store.remember_settings("hash", "first", NOW_MS)
    store.remember_settings("hash", "second", NOW_MS)
    assert store.settings_of("hash") == "first"
