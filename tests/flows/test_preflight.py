"""Preflight on a real chain, with each fault that it is there to find; and what it opens for live."""

import json
import resource
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest

from botctl.adapters.devnet import control
from botctl.adapters.evm.rpc import JsonRpc
from botctl.adapters.evm.rpc_errors import RpcFault
from botctl.adapters.log_memory import LogMemory
from botctl.config.environment import environment
from botctl.config.load import load
from botctl.core.permission import Level, SourceKind
from botctl.core.preflight.values import Checked, Grade, PreCode
from botctl.core.reasons import Reason
from botctl.flows.decide import decide
from botctl.flows.permit import sources_now
from botctl.flows.preflight import Flags, PreflightReport
from botctl.flows.scan import scan
from botctl.wiring.preflight import flags_of, run_preflight
from botctl.wiring.setup import Setup
from botctl.wiring.stage import DevnetStage
from tests.notify.far_side import FarSide, Got, Say, far_side
from tests.support.quiet import QuietLog
from tests.support.staged import runtime_on

REMOTE = Flags(warn_only=False, remote=True)
P, G = PreCode, Grade
OFFSET = "BOTCTL_DEVNET__CLOCK_OFFSET_MS"
# Real money's mode on the demo's chain, whose time may run ahead of ours.
LIVE = {
    "BOT__MODE": "live",
    "BOT__LIVE_ALLOWED": "true",
    "FRESHNESS__AHEAD_MAX_MS": "36000000",
    "FRESHNESS__HEAD_AGE_MAX_MS": "36000000",
}


def setup_on(
    stage: DevnetStage, settings: Mapping[str, str] | None = None, *, late_ms: int = 0
) -> Setup:
    """`settings` as for `runtime_on`."""
    there = stage.environment()
    there[OFFSET] = str(int(there[OFFSET]) + late_ms)
    chosen = {f"BOTCTL_{key}": text for key, text in (settings or {}).items()}
    if "BOTCTL_BOT__MODE" in chosen:
        del there[OFFSET]
    env = {**environment(), **there, **chosen}
    return Setup(load(stage.config, env), env, QuietLog(), LogMemory())


def looked(
    stage: DevnetStage,
    settings: Mapping[str, str] | None = None,
    *,
    flags: Flags = REMOTE,
    late_ms: int = 0,
) -> PreflightReport:
    return run_preflight(setup_on(stage, settings, late_ms=late_ms), flags, live_switch=False)


def of(report: PreflightReport, code: PreCode) -> Checked:
    (found,) = [one for one in report.checks if one.code is code]
    return found


def failed(report: PreflightReport) -> set[PreCode]:
    return {one.code for one in report.checks if one.grade is G.FAIL}


@contextmanager
def lesser_node(
    stage: DevnetStage, *, overrides: bool = False, chain_id: int | None = None
) -> Iterator[FarSide]:
    """The stage's node behind a provider that does less: no simulation, and no override unless said."""
    rpc = JsonRpc(stage.url)

    def said(call: dict[str, object]) -> dict[str, object]:
        method, params = str(call["method"]), call["params"]
        assert isinstance(params, list)
        answer: object
        if method == "eth_simulateV1":
            answer = RpcFault(-32601, "the method does not exist")
        elif method == "eth_call" and len(params) > 2 and not overrides:
            answer = RpcFault(-32602, "too many arguments, want at most 2")
        elif method == "eth_chainId" and chain_id is not None:
            answer = hex(chain_id)
        else:
            (answer,) = rpc.batch([(method, params)])
        if isinstance(answer, RpcFault):
            return {"id": call["id"], "error": {"code": answer.code, "message": answer.message}}
        return {"id": call["id"], "result": answer}

    def answer(got: Got) -> Say:
        asked = json.loads(got.body)
        told = [said(call) for call in asked] if isinstance(asked, list) else said(asked)
        return Say(200, json.dumps(told).encode())

    with far_side(answer) as node:
        yield node
    rpc.close()


def test_a_sound_bot_passes_and_every_line_says_what_was_seen(stage: DevnetStage) -> None:
    report = looked(stage)
    assert [one.code for one in report.checks] == list(PreCode)
    assert failed(report) == set()
    assert (report.passed, report.recorded, report.exit_status) == (True, True, 0)
    assert all(one.evidence for one in report.checks)
    assert all(one.fix for one in report.checks if one.grade is G.WARN)
    row = stage.store.preflight(report.config_hash, report.build_sha)
    assert row is not None
    assert row.passed
    assert len(json.loads(row.body)) == len(PreCode)


def test_another_chain_is_for_a_person(stage: DevnetStage) -> None:
    report = looked(stage, {"CHAIN__CHAIN_ID": "5"})
    assert P.PRE_CHAIN in failed(report)
    assert report.exit_status == 78
    assert "31337" in of(report, P.PRE_CHAIN).evidence


def test_a_second_node_on_another_chain_is_found_too(stage: DevnetStage) -> None:
    with lesser_node(stage, chain_id=5) as other:
        report = looked(stage, {"CHAIN__URLS": f"{stage.url},{other.url}"})
    assert failed(report) == {P.PRE_CHAIN}


def test_without_state_overrides_nothing_can_be_proven(stage: DevnetStage) -> None:
    with lesser_node(stage) as node:
        report = looked(stage, {"CHAIN__URLS": node.url})
    found = of(report, P.PRE_OVERRIDES)
    assert found.grade is G.FAIL
    assert "lends no code" in found.evidence
    assert report.exit_status == 1
    assert of(report, P.PRE_BALANCE).grade is G.OK  # what needs none is still looked at


def test_without_simulation_what_remains_is_used_if_the_settings_allow_it(
    stage: DevnetStage,
) -> None:
    with lesser_node(stage, overrides=True) as node:
        strict = looked(stage, {"CHAIN__URLS": node.url})
        allowed = looked(stage, {"CHAIN__URLS": node.url, "EXECUTION__GATE_UNPROVEN": "true"})
    assert failed(strict) == {P.PRE_OVERRIDES}
    assert "simulate" in of(strict, P.PRE_OVERRIDES).evidence
    assert of(allowed, P.PRE_OVERRIDES).grade is G.WARN
    assert allowed.passed


def test_a_node_that_is_down_may_only_need_time(stage: DevnetStage) -> None:
    with far_side() as gone:
        url = gone.url
    report = looked(stage, {"CHAIN__URLS": url, "CHAIN__TRIES_MAX": "1"})
    assert "ERR_RPC_UNREACHABLE" in of(report, P.PRE_NODES).evidence
    assert report.exit_status == 75
    second = looked(stage, {"CHAIN__URLS": f"{stage.url},{url}", "CHAIN__TRIES_MAX": "1"})
    assert of(second, P.PRE_NODES).grade is G.WARN
    assert second.passed


@pytest.mark.parametrize(("wei", "grade"), [(1, G.FAIL), (100 * 10**15, G.WARN)])
def test_a_wallet_that_cannot_pay_an_entry_is_found(
    stage: DevnetStage, wei: int, grade: Grade
) -> None:
    control.set_balance(stage.rpc, stage.wallet, wei)
    assert of(looked(stage), P.PRE_BALANCE).grade is grade


@pytest.mark.parametrize(
    ("late_ms", "status", "say"), [(3_600_000, 75, "old"), (-3_600_000, 1, "behind")]
)
def test_a_clock_that_is_off_is_found(
    stage: DevnetStage, late_ms: int, status: int, say: str
) -> None:
    report = looked(stage, late_ms=late_ms)
    assert failed(report) == {P.PRE_CLOCK}
    assert say in of(report, P.PRE_CLOCK).evidence
    assert report.exit_status == status


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"WALLET__KEYSTORE": "nowhere.json"}, "ERR_KEYSTORE_MISSING"),
        ({"PASSPHRASE": "wrong"}, "ERR_KEYSTORE_PASSPHRASE"),
        ({"WALLET__ADDRESS": "0x000000000000000000000000000000000000dEaD"}, "the key opens as"),
    ],
)
def test_a_key_that_does_not_open_or_fit_is_for_a_person(
    stage: DevnetStage, settings: Mapping[str, str], code: str
) -> None:
    report = looked(stage, settings)
    assert P.PRE_KEY in failed(report)
    assert code in of(report, P.PRE_KEY).evidence
    assert report.exit_status == 78


def test_a_key_that_others_may_read_is_found(stage: DevnetStage) -> None:
    (stage.config.parent / "keystore.json").chmod(0o644)
    assert of(looked(stage), P.PRE_KEY).evidence == "ERR_KEYSTORE_MODE"


def test_an_unknown_schema_is_found_and_the_rest_is_told_all_the_same(stage: DevnetStage) -> None:
    engine = stage.store._db.engine  # type: ignore[attr-defined]
    with engine.begin() as db:
        db.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    report = looked(stage)
    assert of(report, P.PRE_SCHEMA).evidence == "ERR_SCHEMA_NEWER"
    assert (report.exit_status, report.recorded) == (78, False)
    assert of(report, P.PRE_KEY).grade is G.OK
    assert of(report, P.PRE_NODES).grade is G.SKIPPED


def test_an_unknown_contract_is_found(stage: DevnetStage) -> None:
    dead = "0x000000000000000000000000000000000000dEaD"
    report = looked(stage, {"VENUE__ROUTER": dead})
    assert "no code at the router" in of(report, P.PRE_VENUE).evidence
    assert report.exit_status == 78
    pinned = looked(stage, {"VENUE__FACTORY_CODE_HASH": "0x" + "1" * 64})
    assert "the factory's code is" in of(pinned, P.PRE_VENUE).evidence


def test_a_disk_that_takes_no_file_is_found_by_writing_one(stage: DevnetStage) -> None:
    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (900_000, 900_000))

    done = subprocess.run(
        [sys.executable, "-m", "botctl", "preflight", "--config", str(stage.config), "--json"],
        env={**environment(), **stage.environment()},
        capture_output=True,
        preexec_fn=small_files,
        check=False,
    )
    report = json.loads(done.stdout)
    (found,) = [one for one in report["checks"] if one["code"] == "PRE_DISK"]
    assert (found["grade"], done.returncode) == ("fail", 1)
    assert "File too large" in found["evidence"]
    assert list(stage.config.parent.glob(".preflight-*")) == []


def test_little_room_warns(stage: DevnetStage) -> None:
    report = looked(stage, {"PREFLIGHT__DISK_FREE_MIN_MB": str(10**9)})
    assert of(report, P.PRE_DISK).grade is G.WARN


def test_channels_are_asked_by_a_message(stage: DevnetStage) -> None:
    with far_side() as hook:
        url = {"ALERTS__WEBHOOK_URL": hook.url}
        assert of(looked(stage, url), P.PRE_ALERTS).grade is G.OK
        assert [got.json["code"] for got in hook.got] == ["ALERT_TEST"]
        hook.answer = lambda _: Say(401)
        refused = looked(stage, url)
    assert of(refused, P.PRE_ALERTS).evidence == "webhook: HTTP 401"
    assert refused.exit_status == 75


def test_drift_names_what_changed_since_the_last_decision(stage: DevnetStage) -> None:
    stage.step()
    assert stage.run("cycle") in {0, 3}
    assert of(looked(stage), P.PRE_DRIFT).grade is G.OK
    found = of(looked(stage, {"RISK__POSITIONS_MAX": "2", "EXITS__HOLD_MAX_S": "60"}), P.PRE_DRIFT)
    assert found.grade is G.WARN
    assert "changed exits.hold_max_s, risk.positions_max" in found.evidence


def test_after_trades_their_allowances_are_looked_at(stage: DevnetStage) -> None:
    for _ in range(4):
        stage.step()
        stage.run("cycle")
    held = stage.store.positions("demo", only_open=False)
    assert held
    found = of(looked(stage), P.PRE_ALLOWANCES)
    assert (found.grade, found.evidence) == (
        G.OK,
        f"{len({one.position.token for one in held})} tokens looked at, nothing left over",
    )


def test_warn_only_lets_it_pass_and_says_what_failed(stage: DevnetStage) -> None:
    control.set_balance(stage.rpc, stage.wallet, 1)
    report = looked(stage, flags=Flags(warn_only=True, remote=True, why="incident 7"))
    found = of(report, P.PRE_BALANCE)
    assert (found.grade, report.exit_status) == (G.WARN, 0)
    assert found.evidence.startswith("FAILED: ")
    assert (report.passed, report.warned_only) == (False, True)
    row = stage.store.latest_preflight()
    assert row is not None
    assert (row.passed, row.warned_only, row.why) == (False, True, "incident 7")


def test_without_the_remote_checks_nothing_is_asked_and_nothing_cleared(stage: DevnetStage) -> None:
    with far_side() as node:
        report = looked(
            stage,
            {"CHAIN__URLS": node.url, "ALERTS__WEBHOOK_URL": node.url},
            flags=Flags(warn_only=False, remote=False),
        )
    assert node.got == []
    assert (report.exit_status, report.passed, report.recorded) == (0, False, False)
    assert stage.store.latest_preflight() is None


@pytest.mark.parametrize(
    ("settings", "skip", "force", "remote"),
    [
        ({}, False, False, True),
        ({}, True, False, False),
        ({"PREFLIGHT__SKIP_REMOTE": "true"}, False, False, False),
        ({"PREFLIGHT__SKIP_REMOTE": "true"}, False, True, True),
        ({"PREFLIGHT__FORCE_REMOTE": "true"}, True, False, True),
    ],
)
def test_flags_are_settings_too_and_forcing_outranks_skipping(
    stage: DevnetStage, settings: Mapping[str, str], skip: bool, force: bool, remote: bool
) -> None:
    setup = setup_on(stage, settings)
    found = flags_of(setup, warn_only=False, skip=skip, force=force, why="")
    assert found.remote is remote
    warned = setup_on(stage, {**settings, "PREFLIGHT__WARN_ONLY": "true"})
    assert flags_of(warned, warn_only=False, skip=skip, force=force, why="").warn_only


def test_live_enters_nothing_before_a_preflight_has_passed_under_its_settings(
    stage: DevnetStage,
) -> None:
    for _ in range(2):
        stage.step()
    with runtime_on(stage, LIVE) as rt:
        [closed] = [one for one in sources_now(rt) if one.kind is SourceKind.DEPLOY]
        assert closed.level is Level.EXITS_ONLY  # what is held can still be sold
        scan(rt)
        refused = decide(rt)
        assert refused.orders == 0
        assert Reason.INV_PERMISSION_OK in {reason for _, reason, _ in refused.reasons}
    report = looked(stage, LIVE)
    assert report.passed, [one for one in report.checks if one.grade is G.FAIL]
    stage.step()
    with runtime_on(stage, LIVE) as rt:
        assert SourceKind.DEPLOY not in {one.kind for one in sources_now(rt)}
        scan(rt)
        assert decide(rt).orders > 0
    with runtime_on(
        stage, {**LIVE, "RISK__POSITIONS_MAX": "3"}
    ) as rt:  # other settings, not cleared
        assert SourceKind.DEPLOY in {one.kind for one in sources_now(rt)}


def test_a_preflight_that_fails_closes_live_again(stage: DevnetStage) -> None:
    assert looked(stage, LIVE).passed
    control.set_balance(stage.rpc, stage.wallet, 1)
    assert not looked(stage, LIVE).passed
    with runtime_on(stage, LIVE) as rt:
        [closed] = [one for one in sources_now(rt) if one.kind is SourceKind.DEPLOY]
    assert "failed" in closed.reason


def test_paper_is_looked_at_without_a_key(stage: DevnetStage) -> None:
    (stage.config.parent / "keystore.json").unlink()
    report = looked(stage, {**LIVE, "BOT__MODE": "paper", "BOT__LIVE_ALLOWED": "false"})
    assert failed(report) == set()
    assert of(report, P.PRE_BALANCE).evidence == "1.000000 ether"  # the paper wallet's


def test_paper_and_devnet_need_none(stage: DevnetStage) -> None:
    for mode in ("paper", "devnet"):
        with runtime_on(stage, {"BOT__MODE": mode}) as rt:
            assert SourceKind.DEPLOY not in {one.kind for one in sources_now(rt)}
