"""tell on the demo's stage: trouble reaches a person once, whatever crashes, hangs or is down meanwhile."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from botctl.adapters.ids import TimeOrderedIds
from botctl.adapters.log_memory import LogMemory
from botctl.adapters.store import open_store
from botctl.config.environment import environment
from botctl.config.load import load
from botctl.core.codes import Code
from botctl.core.errors import TransientError
from botctl.core.health import HealthCode
from botctl.core.permission import Level, PermissionSource, SourceKind
from botctl.core.units import ZERO_ADDRESS
from botctl.flows.alerts import Ended, TellReport, tell
from botctl.flows.letters import RETRY_MS_MAX
from botctl.flows.permit import Watch, look
from botctl.ports.desk import AlertDesk
from botctl.ports.watching import NoMachine
from botctl.wiring.alerts import alert_desk
from botctl.wiring.books import watch_of_books
from botctl.wiring.setup import Setup
from tests.notify.far_side import CHAT, TOKEN, FarSide, Got, Say, api_error, bot_api, far_side
from tests.store.making import opened
from tests.support.quiet import QuietLog

NOW_MS = 1_800_000_000_000
MINUTE_MS = 60_000
KILL = PermissionSource(SourceKind.KILL, Level.HALT_ALL, "drill", "ann", NOW_MS)
DOWN = TransientError(Code.ERR_RPC_TIMEOUT, provider="node")


class Clock:
    def __init__(self) -> None:
        self.ms = NOW_MS

    def now_ms(self) -> int:
        return self.ms


class Scene:
    """A desk over a real store and real servers, with a clock that a test moves."""

    def __init__(
        self, desk: AlertDesk, watch: Watch, clock: Clock, hook: FarSide, api: FarSide
    ) -> None:
        self.desk, self.watch, self.clock, self.hook, self.api = desk, watch, clock, hook, api
        self.store = desk.store

    def tell(self, ended: Ended | None = None) -> TellReport:
        return tell(self.desk, self.watch, ended)

    def minutes(self, count: int, ended: Ended | None = None) -> None:
        for _ in range(count):
            self.clock.ms += MINUTE_MS
            self.tell(ended)


@contextmanager
def scene_at(folder: Path, url: str, settings: Mapping[str, str] | None = None) -> Iterator[Scene]:
    with far_side() as hook, far_side(bot_api) as api, opened(url) as store:
        clock = Clock()
        env = {
            "HOME": str(folder),
            "BOTCTL_ALERTS__WEBHOOK_URL": f"{hook.url}/hook",
            "BOTCTL_ALERTS__TELEGRAM_TOKEN": TOKEN,
            "BOTCTL_ALERTS__TELEGRAM_CHAT": CHAT,
            "BOTCTL_ALERTS__TELEGRAM_API": api.url,
            "BOTCTL_ALERTS__DEADMAN_URL": f"{hook.url}/alive",
            **(settings or {}),
        }
        file = folder / "botctl.toml"
        file.touch()
        setup = Setup(load(file, env), env, QuietLog(), LogMemory())
        watch = replace(watch_of_books(setup.books(store)), clock=clock, machine=NoMachine())
        yield Scene(alert_desk(setup, store, clock), watch, clock, hook, api)


@pytest.fixture
def scene(tmp_path: Path, database_url: str) -> Iterator[Scene]:
    with scene_at(tmp_path, database_url) as ready:
        yield ready


def test_an_urgent_alert_reaches_every_channel_at_once_and_its_end_too(scene: Scene) -> None:
    scene.store.set_source(KILL)
    report = scene.tell()
    assert report.said == ("raised HEALTH_KILLED",)
    [sent], [message] = scene.hook.got, scene.api.got
    assert sent.json["text"] == message.json["text"]
    assert "drill" in str(sent.json["text"])
    assert (sent.json["code"], sent.json["tier"]) == ("HEALTH_KILLED", 1)
    assert [Path(path).exists() for path in report.snapshots] == [True]
    scene.store.set_source(PermissionSource(SourceKind.KILL, Level.ALLOW_ALL, "over"))
    scene.minutes(2)
    assert [got.json["saying"] for got in scene.hook.got] == ["raised", "resolved"]


def test_what_a_channel_missed_in_an_hour_arrives_once_and_in_order(scene: Scene) -> None:
    scene.hook.answer = lambda _: Say(503)
    scene.store.set_source(KILL)
    scene.minutes(30)
    scene.store.set_source(PermissionSource(SourceKind.KILL, Level.ALLOW_ALL, "over"))
    scene.minutes(30)
    assert {state.channel: state.waiting > 0 for state in scene.store.channels()} == {
        "webhook": True,
        "telegram": False,
    }
    assert str(HealthCode.HEALTH_ALERTS_UNSENT) in " ".join(
        scene.api.texts
    )  # the other channel tells
    tried = len(scene.hook.got)
    assert tried < 20  # not every minute
    scene.hook.answer = lambda _: Say()
    scene.minutes(RETRY_MS_MAX // MINUTE_MS + 1)
    arrived = [(g.json["id"], g.json["saying"]) for g in scene.hook.got[tried:]]
    assert len(arrived) == len({letter_id for letter_id, _ in arrived})
    halted = [saying for letter_id, saying in arrived if "HEALTH_KILLED" in str(letter_id)]
    assert halted[0] == "raised"
    assert halted[-1] == "resolved"
    assert scene.store.letters("webhook", 99) == ()


def test_what_waits_for_a_channel_that_is_no_longer_configured_is_no_finding(scene: Scene) -> None:
    """It waits for ever, and nobody expects it."""
    scene.hook.answer = lambda _: Say(503)
    scene.store.set_source(KILL)
    scene.minutes(30)
    found = [one.code for one in look(scene.watch).health.findings]
    assert HealthCode.HEALTH_ALERTS_UNSENT in found
    only_chat = replace(scene.watch.plan, channels=("telegram",))
    found = [one.code for one in look(replace(scene.watch, plan=only_chat)).health.findings]
    assert HealthCode.HEALTH_ALERTS_UNSENT not in found


def test_a_channel_that_asks_to_wait_is_waited_for(scene: Scene) -> None:
    scene.api.answer = lambda _: api_error(429, "Too Many Requests", retry_after=600)
    scene.store.set_source(KILL)
    scene.minutes(10)
    assert len(scene.api.got) == 1
    scene.api.answer = bot_api
    scene.minutes(2)
    assert [got.json["chat_id"] for got in scene.api.got][1:]
    assert scene.store.letters("telegram", 9) == ()


def test_a_clock_set_back_holds_no_letter(scene: Scene) -> None:
    scene.hook.answer = lambda _: Say(500)
    scene.store.set_source(KILL)
    scene.minutes(5)
    scene.clock.ms -= 1_440 * MINUTE_MS
    scene.hook.answer = lambda _: Say()
    scene.minutes(1)
    assert scene.store.letters("webhook", 9) == ()


def test_a_letter_that_is_refused_for_itself_does_not_hold_back_the_others(scene: Scene) -> None:
    scene.hook.answer = lambda got: Say(400 if "HEALTH_KILLED" in str(got.json["code"]) else 200)
    scene.store.set_source(KILL)
    scene.tell(Ended("scan", DOWN))
    scene.minutes(60)
    given_up = [one for one in scene.store.recent_letters(99) if one.gave_up_ms is not None]
    assert given_up
    assert {one.channel for one in given_up} == {"webhook"}
    assert any(got.json["code"] == "ERR_RPC_TIMEOUT" for got in scene.hook.got)


def test_a_channel_that_hangs_leaves_the_others_their_share_of_the_time(
    tmp_path: Path, database_url: str
) -> None:
    quick = {"BOTCTL_ALERTS__DEADLINE_MS": "600"}
    with scene_at(tmp_path, database_url, quick) as scene:
        scene.hook.answer = lambda _: Say(hang=True)
        scene.store.set_source(KILL)
        report = scene.tell()
        assert [(one.channel, one.taken) for one in report.posted] == [
            ("webhook", "later"),
            ("telegram", "sent"),
        ]


def test_a_failed_command_is_told_by_its_code_and_only_its_success_ends_it(scene: Scene) -> None:
    scene.tell(Ended("cycle", DOWN))
    [got] = scene.hook.got
    assert (got.json["code"], got.json["subject"]) == ("ERR_RPC_TIMEOUT", "cycle node")
    assert got.json["runbook"] == "node.md#ERR_RPC_TIMEOUT"
    scene.minutes(1)
    scene.minutes(1, Ended("scan"))
    assert len(scene.hook.got) == 1
    scene.minutes(1, Ended("cycle", alive=True))
    assert [g.json["saying"] for g in scene.hook.got if g.method == "POST"] == [
        "raised",
        "resolved",
    ]


def test_the_pulse_follows_good_cycles_and_stops_when_alerts_do_not_get_out(scene: Scene) -> None:
    good = Ended("cycle", alive=True)

    def pulses() -> list[Got]:
        return [got for got in scene.hook.got if got.method == "GET"]

    scene.minutes(3, good)
    assert len(pulses()) == 3
    scene.tell(good)  # in the same minute
    scene.minutes(2)  # the job alone is no sign of life
    scene.minutes(2, Ended("cycle", DOWN))
    assert len(pulses()) == 3
    scene.hook.answer = lambda got: Say(200 if got.method == "GET" else 500)
    scene.store.set_source(KILL)
    scene.minutes(40, good)
    stopped = len(pulses())
    scene.minutes(5, good)
    assert 3 < len(pulses()) == stopped


def test_a_second_teller_at_the_same_time_says_nothing_twice(
    scene: Scene, database_url: str, tmp_path: Path
) -> None:
    scene.store.set_source(KILL)
    with scene_at(tmp_path, database_url) as other:

        def tell_meanwhile(_got: Got) -> Say:
            scene.hook.answer = lambda _: Say()
            other.tell()  # while this letter is under way
            return Say()

        scene.hook.answer = tell_meanwhile
        scene.tell()
        assert (len(scene.hook.got), len(other.hook.got)) == (1, 0)
        assert len(scene.api.got) + len(other.api.got) == 1


def test_settings_are_kept_so_that_drift_can_be_told(scene: Scene) -> None:
    scene.tell()
    kept = scene.store.settings_of(scene.desk.release.config_hash)
    assert kept is not None
    assert json.loads(kept)["risk.positions_max"]
    assert TOKEN not in kept


DIES = """
import os, signal, sys
from botctl.adapters.notify.webhook import Webhook
sent = Webhook.send
def die(self, letter, *, timeout_ms):
    if sys.argv[1] == "after":
        sent(self, letter, timeout_ms=timeout_ms)
    os.kill(os.getpid(), signal.SIGKILL)
Webhook.send = die
from botctl.cli.app import run
run(["alerts", "send"])
"""


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_between_writing_and_marking_the_letter_goes_out_under_the_same_id(
    tmp_path: Path, when: str
) -> None:
    with far_side() as hook:
        env = {
            **environment(),
            "HOME": str(tmp_path),
            "BOTCTL_ALERTS__WEBHOOK_URL": hook.url,
            "BOTCTL_CONFIG": str(tmp_path / "botctl.toml"),
        }
        _botctl(env, "init", "--config", env["BOTCTL_CONFIG"])
        _botctl(env, "kill", "hard", "--why", "drill")
        died = subprocess.run([sys.executable, "-c", DIES, when], env=env, check=False)
        assert died.returncode == -signal.SIGKILL
        store = open_store(
            f"sqlite:///{tmp_path / 'state' / 'botctl.db'}",
            chain_id=1,
            factory=ZERO_ADDRESS,
            bot="main",
            ids=TimeOrderedIds(),
        )
        [waiting] = store.letters("webhook", 9)
        assert waiting.tries == 1
        store.mark_letter(replace(waiting, next_ms=0))  # time has passed
        store.close()
        _botctl(env, "alerts", "send")
        assert len({got.json["id"] for got in hook.got}) == 1
        assert len(hook.got) == (2 if when == "after" else 1)


def _botctl(env: Mapping[str, str], *words: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "botctl", *words], env=env, check=True, capture_output=True
    )
