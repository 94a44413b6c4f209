"""Features switched while the bot runs: the next cycle goes by them, and its bundles say so."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from botctl.config.environment import environment
from botctl.core.bundle import Bundle
from botctl.core.features import Feature
from botctl.flows.decide import decide
from botctl.flows.replay import from_store, replay
from botctl.flows.scan import scan
from botctl.ports.runtime import Runtime
from botctl.ports.store import LedgerFilter
from botctl.wiring import open_runtime
from botctl.wiring.setup import Setup, codec, set_up
from botctl.wiring.stage import DevnetStage, StagePlan
from botctl.wiring.switches import Switching
from jobs.timetable import CYCLE
from jobs.work import works


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DevnetStage]:
    folder = tmp_path_factory.mktemp("switches") / "stage"
    with DevnetStage(StagePlan(folder, seed=7), environment()) as ready:
        yield ready


@pytest.fixture
def plain(stage: DevnetStage) -> Iterator[str]:
    """The settings as they were, put back afterwards."""
    text = stage.config.read_text()
    yield text
    stage.config.write_text(text)


@pytest.fixture
def running(
    stage: DevnetStage, plain: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Setup, Runtime]]:
    assert plain
    for name, value in stage.environment().items():
        monkeypatch.setenv(name, value)
    setup = set_up(stage.config)
    with open_runtime(setup.config, setup.env, setup.log) as rt:
        yield setup, rt


def test_a_switch_holds_from_the_next_cycle_on_and_back_again(
    stage: DevnetStage, plain: str, running: tuple[Setup, Runtime]
) -> None:
    setup, rt = running
    now = Switching(setup, rt)
    assert now() is rt
    stage.config.write_text(plain + "\n[features]\ngate_tiers = false\nregimes = false\n")
    switched = now()
    assert {Feature.GATE_TIERS, Feature.REGIMES} <= set(switched.policy.off)
    assert (switched.policy.tiers, switched.send_plan.gate) == (False, False)
    assert (switched.scan_plan.tiers_max, switched.policy.regimes) == (0, ())
    assert switched.identity.config_hash == set_up(stage.config).config.config_hash
    assert now() is switched
    stage.config.write_text(plain)
    assert now().policy == rt.policy
    assert now().identity == rt.identity


def test_nothing_else_is_taken_from_a_file_that_was_edited(
    stage: DevnetStage, plain: str, running: tuple[Setup, Runtime]
) -> None:
    setup, rt = running
    now = Switching(setup, rt)
    edited = plain.replace("positions_max = 4", "positions_max = 3")
    assert edited != plain
    stage.config.write_text(f"{edited}\n[features]\ntime_exit = false\n")
    switched = now()
    assert Feature.TIME_EXIT in switched.policy.off
    assert switched.policy.risk == rt.policy.risk
    hashes = {rt.identity.config_hash, set_up(stage.config).config.config_hash}
    assert switched.identity.config_hash not in hashes


@pytest.mark.parametrize(
    "broken", ["[features]\ncalm = maybe\n", "[features]\ncalmm = true\n", "["]
)
def test_a_file_that_cannot_be_read_switches_nothing(
    stage: DevnetStage, plain: str, running: tuple[Setup, Runtime], broken: str
) -> None:
    setup, rt = running
    now = Switching(setup, rt)
    stage.config.write_text(f"{plain}\n[features]\nflatten = false\n")
    switched = now()
    stage.config.write_text(f"{plain}\n{broken}")
    assert now() is switched
    stage.config.write_text(plain)
    assert now().policy == rt.policy


def test_the_timetable_goes_by_them_in_its_next_cycle(
    stage: DevnetStage, plain: str, running: tuple[Setup, Runtime]
) -> None:
    setup, rt = running
    cycle = next(work for job, work in works(setup, rt) if job.name == CYCLE.name)
    stage.step()
    assert cycle()
    assert newest(stage).policy.off == rt.policy.off
    stage.config.write_text(plain + "\n[features]\ntime_exit = false\n")
    stage.step()
    assert cycle()
    assert Feature.TIME_EXIT in newest(stage).policy.off


def newest(stage: DevnetStage) -> Bundle:
    row = next(iter(stage.store.rows(LedgerFilter(limit=1))))
    body = stage.store.bundle(row.bundle_id)
    assert body is not None
    return codec().read_bundle(body)


def test_bundles_name_what_was_off_and_replay_alike(
    stage: DevnetStage, plain: str, running: tuple[Setup, Runtime]
) -> None:
    setup, rt = running
    now = Switching(setup, rt)
    stage.config.write_text(plain + "\n[features]\nregimes = false\ncalm = false\n")
    switched = now()
    stage.step()
    scan(switched)
    decided = decide(switched)
    asked = LedgerFilter(cycle_id=str(decided.cycle_id), limit=None)
    bundles = list(switched.store.bundles(asked))
    assert bundles
    for _, body in bundles:
        bundle = codec().read_bundle(body)
        assert bundle.policy == switched.policy
        assert {Feature.CALM, Feature.REGIMES} <= set(bundle.policy.off)
    assert replay(codec(), from_store(iter(bundles))).others == ()
    assert Path(setup.config.source) == stage.config
