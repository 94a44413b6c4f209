"""Few messages, none lost: bounded however an alert flaps, and the last word is always true."""

from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from botctl.core.alerting.codes import AlertCode, Tier, guide, runbook
from botctl.core.alerting.rules import raise_and_resolve
from botctl.core.alerting.text import facts_of, lines_of
from botctl.core.alerting.values import Alert, AlertFinding, AlertPolicy, Notice, Saying
from botctl.core.codes import Code
from botctl.core.health import HealthCode

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
POLICY = AlertPolicy(
    tier_max=Tier.FYI,
    urgent_ms=5 * MINUTE_MS,
    urgent_ms_max=60 * MINUTE_MS,
    soon_ms=6 * HOUR_MS,
    window_ms=HOUR_MS,
    window_max=4,
    snapshot_ms=HOUR_MS,
)
RUNBOOKS = Path(__file__).parents[2] / "runbooks"
START_MS = 1_800_000_000_000


def finding(code: str = "ALERT_HALTED", tier: Tier = Tier.URGENT, **more: str) -> AlertFinding:
    return AlertFinding(code, tier, **more)


class Teller:
    """What `tell` does with the rules, and all that was ever said."""

    def __init__(self, policy: AlertPolicy = POLICY) -> None:
        self.policy = policy
        self.known: dict[str, Alert] = {}
        self.said: dict[str, list[Notice]] = defaultdict(list)
        self.snapshots: list[tuple[str, int]] = []
        self.now_ms = START_MS

    def look(self, *findings: AlertFinding, after_ms: int = MINUTE_MS) -> list[Saying]:
        self.now_ms += after_ms
        changes = raise_and_resolve(self.known.values(), findings, self.now_ms, self.policy)
        self.known |= {alert.key: alert for alert in changes.to_store}
        for notice in changes.to_send:
            self.said[notice.alert.key].append(notice)
        self.snapshots += [(alert.key, self.now_ms) for alert in changes.snapshots]
        return [notice.saying for notice in changes.to_send]


def test_a_trouble_is_told_once_then_reminded_at_growing_pauses_then_resolved() -> None:
    teller = Teller(replace(POLICY, window_max=100))
    told_at = [
        minute
        for minute in range(240)
        if teller.look(finding()) in ([Saying.RAISED], [Saying.REMINDER])
    ]
    assert told_at == [0, 5, 15, 35, 75, 135, 195]
    assert teller.look() == [Saying.RESOLVED]
    assert teller.look() == []


def test_tier_two_is_reminded_rarely_and_tier_three_never() -> None:
    for tier, reminders in ((Tier.SOON, 3), (Tier.FYI, 0)):
        teller = Teller()
        said = [teller.look(finding(tier=tier), after_ms=HOUR_MS) for _ in range(24)]
        assert said[0] == [Saying.RAISED]
        assert sum(said, [])[1:] == [Saying.REMINDER] * reminders  # noqa: RUF017


def test_what_becomes_more_urgent_is_told_again_at_once() -> None:
    teller = Teller()
    assert teller.look(finding(tier=Tier.SOON)) == [Saying.RAISED]
    assert teller.look(finding(tier=Tier.URGENT)) == [Saying.RAISED]
    assert teller.look(finding(tier=Tier.SOON)) == []


def test_tiers_beyond_the_settings_are_kept_but_not_told() -> None:
    teller = Teller(replace(POLICY, tier_max=Tier.URGENT))
    assert teller.look(finding(tier=Tier.SOON)) == []
    assert [alert.tier for alert in teller.known.values()] == [Tier.SOON]


def test_only_whoever_looked_can_say_that_it_is_over() -> None:
    teller = Teller()
    teller.look(finding(origin="command cycle"))
    assert teller.look() == []  # a look at health proves nothing about a command
    changes = raise_and_resolve(
        teller.known.values(), (), teller.now_ms, POLICY, judged=frozenset({"command cycle"})
    )
    assert [notice.saying for notice in changes.to_send] == [Saying.RESOLVED]


def test_an_urgent_alert_calls_for_one_snapshot_an_hour_however_it_flaps() -> None:
    teller = Teller()
    for minute in range(120):
        teller.look(*([finding()] if minute % 2 else []))
    assert len(teller.snapshots) == 2


def test_a_clock_set_back_does_not_silence_what_comes_after() -> None:
    teller = Teller()
    teller.look(finding(), after_ms=1_000 * HOUR_MS)
    teller.look(after_ms=-999 * HOUR_MS)
    for _ in range(5):
        teller.look(after_ms=HOUR_MS)
    assert teller.look(finding()) == [Saying.RAISED]


class Flapping(RuleBasedStateMachine):
    """Any findings at any times; the reader's side of it is checked."""

    @initialize(window_max=st.integers(1, 6), tier_max=st.sampled_from(Tier))
    def begin(self, window_max: int, tier_max: Tier) -> None:
        self.teller = Teller(replace(POLICY, window_max=window_max, tier_max=tier_max))
        self.begun: dict[str, int] = {}  # the newest episode of each key, that was ever told
        self.active: set[str] = set()
        self.now: tuple[AlertFinding, ...] = ()

    @rule(
        found=st.lists(
            st.builds(
                AlertFinding,
                code=st.sampled_from(("ALERT_HALTED", "ERR_RPC_TIMEOUT")),
                tier=st.sampled_from(Tier),
                subject=st.sampled_from(("", "node")),
            ),
            max_size=3,
        ),
        after_ms=st.sampled_from((1, MINUTE_MS, 10 * MINUTE_MS, HOUR_MS)),
    )
    def look(self, found: list[AlertFinding], after_ms: int) -> None:
        self.now = tuple(found)
        self.teller.look(*found, after_ms=after_ms)
        keys = {one.key for one in found}
        for key in keys - self.active:
            self.begun[key] = self.teller.now_ms
        self.active = keys

    @rule()
    def settle(self) -> None:
        """Once things stand still for a window, the reader knows how they are, and of every episode."""
        for _ in range(2):
            self.teller.look(*self.now, after_ms=HOUR_MS)
        for key, alert in self.teller.known.items():
            if alert.tier > self.teller.policy.tier_max and not self.teller.said[key]:
                continue
            if alert.tier > self.teller.policy.tier_max:
                assert alert.heard is None or alert.active
                continue
            assert alert.unheard == 0
            assert alert.active == (key in self.active) == (alert.heard is not None)
            assert not alert.active or (alert.heard or 0) <= alert.tier
            assert self.teller.said[key][-1].at_ms >= self.begun[key]

    @invariant()
    def never_more_than_the_window_allows(self) -> None:
        for said in self.teller.said.values():
            times = [notice.at_ms for notice in said]
            for at_ms in times:
                within = [t for t in times if at_ms - HOUR_MS < t <= at_ms]
                assert len(within) <= self.teller.policy.window_max

    @invariant()
    def resolved_follows_raised(self) -> None:
        for said in self.teller.said.values():
            is_raised = False
            for notice in said:
                assert is_raised == (notice.saying in {Saying.REMINDER, Saying.RESOLVED}) or (
                    is_raised and notice.saying is Saying.RAISED  # it became more urgent
                )
                is_raised = notice.saying in {Saying.RAISED, Saying.REMINDER}


TestFlapping = Flapping.TestCase
TestFlapping.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


@given(st.text(), st.text())
def test_a_message_shows_no_address_of_a_url_and_no_control_character(
    evidence: str, host: str
) -> None:
    secret = "SECRETKEY"  # noqa: S105
    told = f"{evidence} https://node.example/v3/{secret} {host}"
    alert = Teller()
    alert.look(finding(evidence=told[-400:]))
    (notice,) = alert.said.popitem()[1]
    text = "\n".join(lines_of(notice, "main"))
    assert secret not in text
    assert secret not in str(facts_of(notice, "main"))
    assert all(line.isprintable() for line in text.split("\n"))


def test_a_message_says_what_is_wrong_what_to_do_and_where_it_is_written() -> None:
    teller = Teller()
    teller.look(
        finding("ERR_RPC_TIMEOUT", Tier.SOON, subject="scan node", cycle_id="c1", evidence="x")
    )
    (notice,) = teller.said.popitem()[1]
    lines = lines_of(notice, "main", "https://logs.example/q?id={cycle_id}")
    assert lines[0] == "[soon] ERR_RPC_TIMEOUT scan node (main)"
    assert lines[-1] == "runbook: node.md#ERR_RPC_TIMEOUT"
    assert {"cycle: c1", "evidence: x", "look at: https://logs.example/q?id=c1"} <= set(lines)


@pytest.mark.parametrize("code", [*AlertCode, *HealthCode, *Code])
def test_every_code_has_its_guide_and_a_runbook_with_its_heading(code: str) -> None:
    said = guide(code)
    assert min(len(said.means), len(said.do)) > 5
    page, _, heading = runbook(code).partition("#")
    assert heading == code
    assert f"## {code}\n" in (RUNBOOKS / page).read_text(encoding="utf-8")


def test_a_word_that_is_no_code_of_ours_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="SOMETHING_NEW"):
        guide("SOMETHING_NEW")
