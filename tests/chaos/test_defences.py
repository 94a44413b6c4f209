"""Each scenario notices when its defence is gone; otherwise it would prove nothing."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

import botctl.wiring.chaos_stage as stage_module
import botctl.wiring.runtime as runtime_module
from botctl.adapters.evm import retry
from botctl.adapters.evm.rpc import JsonRpc
from botctl.adapters.faults import scenario_files
from botctl.adapters.store import database
from botctl.config.values import Config
from botctl.core import exits, health
from botctl.core.codes import Code
from botctl.core.invariants import INVARIANTS
from botctl.core.reasons import Reason
from botctl.core.replacement import Act, Move
from botctl.core.sellability.rules import GateRules
from botctl.flows import execute, letters, nonces, reconcile, tend
from botctl.ports.desk import AlertDesk
from botctl.ports.runtime import Log, Runtime
from botctl.wiring import open_runtime, outside
from botctl.wiring.chaos import ChaosPlan
from tests.chaos.playing import broken, report_of
from tests.crash.broken import FLAWS, SENDS_ANEW

Patch = pytest.MonkeyPatch
Removal = Callable[[Patch], None]


def without_rules(*codes: Reason) -> Removal:
    def remove(patch: Patch) -> None:
        for rule in INVARIANTS:
            if rule.code in codes:
                patch.setattr(rule, "answer", lambda _case: (True, "not looked at", "anything"))

    return remove


def without_watchdogs(*names: str) -> Removal:
    def remove(patch: Patch) -> None:
        left = tuple(watch for watch in health.WATCHDOGS if watch.__name__ not in names)
        assert len(left) == len(health.WATCHDOGS) - len(names)
        patch.setattr(health, "WATCHDOGS", left)

    return remove


def with_no_second_try(patch: Patch) -> None:
    """A letter that a channel did not take is tried no more."""

    def is_new(desk: AlertDesk, channel: str) -> bool:
        return any(letter.tries == 0 for letter in desk.store.letters(channel, 1))

    patch.setattr(letters, "_is_due", is_new)


def with_no_need_of_an_answer(patch: Patch) -> None:
    """A silent service is ignored, whatever the settings say."""

    def lenient(config: Config) -> GateRules:
        rules = outside.gate_rules(config)
        return replace(rules, caps=replace(rules.caps, silent_refuses=False))

    patch.setattr(runtime_module, "gate_rules", lenient)


def without_retries(*codes: Code) -> Removal:
    return lambda patch: patch.setattr(
        retry, "WORTH_ANOTHER_TRY", retry.WORTH_ANOTHER_TRY - {*codes}
    )


def with_raw_answers(patch: Patch) -> None:
    patch.setattr(JsonRpc, "_decoded", lambda _self, decoder, body: decoder.decode(body))


def with_raw_database_errors(patch: Patch) -> None:
    patch.setattr(database, "translated", lambda _error, _location: None)


def with_no_eye_on_what_is_final(patch: Patch) -> None:
    patch.setattr(reconcile, "halt_on_deep_reorg", lambda _rt, _head: None)
    patch.setattr(reconcile, "mismatches", lambda _rt, _head: ())


def with_no_patience_for_depth(patch: Patch) -> None:
    """A trade is final as soon as it is in a block; for commands of their own process too."""
    patch.setitem(stage_module.SETTINGS, "CHAIN__CONFIRMATIONS", "1")


def with_no_raise_and_no_cancel(patch: Patch) -> None:
    patch.setattr(tend, "next_move", lambda _line, _plan: Move(Act.WAIT, "for ever"))


def with_no_eye_on_the_key(patch: Patch) -> None:
    patch.setattr(nonces, "stop_entries", lambda _rt, _found: None)
    patch.setattr(reconcile, "latch_foreign", lambda _rt, _reason: None)


def with_no_gate(patch: Patch) -> None:
    without_rules(Reason.INV_SELLABLE)(patch)
    patch.setattr(execute, "_gate", lambda _rt, _order, _fresh: None)


def without_emergencies(patch: Patch) -> None:
    patch.setattr(exits, "_emergency", lambda *_: None)


def without_stops(patch: Patch) -> None:
    patch.setattr(exits, "_loss", lambda *_: None)


def with_a_new_nonce_for_what_is_unsure(patch: Patch) -> None:
    @contextmanager
    def flawed(config: Config, env: Mapping[str, str], log: Log) -> Iterator[Runtime]:
        with open_runtime(config, env, log) as rt:
            yield FLAWS[SENDS_ANEW](rt)

    patch.setattr(stage_module, "open_runtime", flawed)


# What says that no provider answers; each of them alone would be enough.
OF_THE_NODE: Final = ("no_fallback_is_used", "no_breaker_is_open")
# The defence that is taken away, and how the line begins that is then not kept.
REMOVED: Final[Mapping[str, tuple[Removal, str]]] = {
    "https_blocked": (without_watchdogs(*OF_THE_NODE), "at least EXITS_ONLY"),
    "node_gone": (without_watchdogs(*OF_THE_NODE), "at least EXITS_ONLY"),
    "rpc_stale_blocks": (without_rules(Reason.INV_BLOCK_FRESH), "no entry"),
    "rpc_frozen": (without_watchdogs("loop_turns"), "at least DEGRADED"),
    "rpc_garbage": (with_raw_answers, "commands end well"),
    "rpc_flapping": (without_retries(Code.ERR_RPC_TIMEOUT), "at least 4 cycles"),
    "rate_limited": (without_retries(Code.ERR_RPC_RATE_LIMITED), "at least 4 cycles"),
    "rpc_disagreement": (without_rules(Reason.INV_SOURCES_AGREE), "no entry"),
    "quote_inconsistency": (without_rules(Reason.INV_SLIPPAGE_CAP_OK), "no entry"),
    "reorg_shallow": (with_no_patience_for_depth, "never worse than HEALTHY"),
    "reorg_deep": (with_no_eye_on_what_is_final, "HALTED within"),
    "stuck_transactions": (with_no_raise_and_no_cancel, "exits go on"),
    "fee_spike": (without_rules(Reason.INV_GAS_BOUNDS_OK), "no entry"),
    "nonce_stolen": (with_no_eye_on_the_key, "ERR_NONCE_FOREIGN is told"),
    "database_locked": (with_raw_database_errors, "commands end well"),
    "disk_full": (with_raw_database_errors, "commands end well"),
    "postgres_restart": (with_raw_database_errors, "commands end well"),
    "clock_back": (without_watchdogs("clock_is_sane"), "EXITS_ONLY within"),
    "clock_ahead": (without_rules(Reason.INV_BLOCK_FRESH), "no entry"),
    "crash_loop": (with_a_new_nonce_for_what_is_unsure, "no effect twice"),
    "telegram_down": (without_watchdogs("alerts_get_out"), "HEALTH_ALERTS_UNSENT of tier 2"),
    "telegram_slow": (with_no_second_try, "HEALTHY again"),
    "etherscan_timeouts": (with_no_need_of_an_answer, "no entry"),
    "lp_pull_wave": (without_emergencies, "EXIT_EMERGENCY is decided"),
    "honeypot_wave": (with_no_gate, "no trap is entered"),
    "price_crash": (without_stops, "EXIT_STOP_LOSS is decided"),
    "kill_switch_during_fill": (
        without_rules(Reason.INV_KILL_OK, Reason.INV_PERMISSION_OK),
        "no entry",
    ),
}


def test_every_scenario_has_a_defence_that_can_be_taken_away() -> None:
    assert set(REMOVED) == set(scenario_files.names())


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", REMOVED)
def test_without_its_defence_it_is_not_survived(
    name: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: Patch
) -> None:
    scenario = scenario_files.shipped(name)
    plan = ChaosPlan(tmp_path)
    if scenario.needs == "postgresql":
        plan = replace(plan, database_url=str(request.getfixturevalue("postgres_url")))
    remove, line = REMOVED[name]
    remove(monkeypatch)
    assert [one for one in broken(report_of(scenario, plan)) if one.startswith(line)]
