"""The commands that need no chain, against a real database."""

import json
import stat
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from botctl.cli.commands.cycle import exit_code
from botctl.cli.verdicts import refused_by_permission
from botctl.core.permission import Level, Permission
from botctl.core.reasons import Reason
from botctl.core.units import Address, CycleId, OrderId
from botctl.flows.compare import Mismatch
from botctl.flows.cycle import CycleReport
from botctl.flows.decide import DecideReport
from botctl.flows.discovery import Found
from botctl.flows.execute import ExecuteReport
from botctl.flows.reconcile import ReconcileReport
from botctl.flows.scan import ScanReport
from botctl.flows.tend import Tended
from tests.cli.conftest import Botctl

LOOKING = [
    ("status",), ("positions",), ("positions", "--all"), ("orders",), ("orders", "--open"),
    ("ledger",), ("replay", "--since", "1h"), ("bundle", "export"), ("config", "show"),
    ("db", "check"), ("db", "backup"),
]  # fmt: skip
IDLE = ReconcileReport(
    changes=(),
    still_open=0,
    tended=(),
    written_off=(),
    mismatches=(),
    received_wei=0,
    block_number=1,
    reconcile_ms=1,
)
KEY = "0x" + "11" * 32
KEY_ADDRESS = "0x19e7e376e7c213b7e7e7e46cc70a5dd086daff2a"


def test_init_writes_a_private_file_that_every_command_accepts(botctl: Botctl, home: Path) -> None:
    ended = botctl("init", "--mode", "devnet", "--json")
    file = home / "botctl.toml"
    assert ended.document == {"path": str(file), "mode": "devnet"}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert tomllib.loads(file.read_text())["bot"]["mode"] == "devnet"
    assert botctl("status").status == 0


@pytest.mark.parametrize("words", LOOKING, ids=" ".join)
def test_looking_at_a_new_bot_works_and_has_a_document(ready: Botctl, words: Sequence[str]) -> None:
    ready("status")  # makes the database, which `db` commands do not
    plain, as_json = ready(*words), ready(*words, "--json")
    assert (plain.status, as_json.status) == (0, 0)
    assert plain.out
    assert isinstance(as_json.document, dict)
    assert "\x1b" not in plain.out  # no colour into a pipe


def test_nothing_held_is_not_told_to_look_where_the_user_is_looking(ready: Botctl) -> None:
    assert "botctl positions --all" in ready("positions").out
    assert ready("positions", "--all").out == "nothing was ever held\n"


def test_config_show_masks_secrets_and_names_sources(
    ready: Botctl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOTCTL_CHAIN__URLS", "https://eth.example/v3/HUSH")
    for ended in (ready("config", "show"), ready("config", "show", "--json")):
        assert ended.status == 0
        assert "HUSH" not in ended.out
        assert "https://eth.example" in ended.out
    assert "env" in ready("config", "show").out


def test_health_is_a_check_with_a_status(ready: Botctl) -> None:
    ended = ready("health", "--json")
    assert (ended.status, ended.document["state"]) == (1, "DEGRADED")
    assert set(ended.document) == {
        "state", "findings", "permission", "cycle_age_ms", "breakers", "pauses", "transitions",
    }  # fmt: skip


def test_the_kill_switch_is_latched_and_names_who_and_why(ready: Botctl) -> None:
    assert ready("kill", "soft", "--why", "news", "--who", "ann").status == 0
    told = ready("status").out  # another start: it survived
    assert "exits only: news (kill, ann)" in told
    ended = ready("kill", "hard", "--why", "leak", "--who", "bob", "--json")
    assert (ended.document["was"], ended.document["level"]) == ("EXITS_ONLY", "HALT_ALL")
    assert ready("health", "--json").document["state"] == "HALTED"
    assert ready("kill", "off", "--why", "false alarm", "--who", "bob", "--yes").status == 0
    assert "entries and exits allowed" in ready("status").out


def test_a_kill_switch_needs_a_reason(ready: Botctl) -> None:
    assert ready("kill", "soft", "--why", "  ").status == 2


def test_a_key_is_made_encrypted_and_never_over_another(
    ready: Botctl, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOTCTL_PASSPHRASE", "correct horse")
    monkeypatch.setattr("sys.stdin", _Typed(f"{KEY}\n"))
    made = ready("keystore", "new", "--import", "--json")
    file = home / "keystore.json"
    assert (made.status, made.document["address"]) == (0, KEY_ADDRESS)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert KEY[2:] not in file.read_text()
    again = ready("keystore", "new", "--json")
    assert (again.status, again.error["code"]) == (78, "ERR_CONFIG_EXISTS")


def test_keystore_show_tells_when_the_settings_name_another_wallet(
    ready: Botctl, home: Path
) -> None:
    file = home / "keystore.json"
    file.write_text(json.dumps({"address": KEY_ADDRESS[2:]}))
    file.chmod(0o600)
    ended = ready("keystore", "show")
    assert ended.status == 1
    assert f'wallet.address = "{KEY_ADDRESS}"' in ended.out


@pytest.mark.parametrize("given", ["11" * 31, "zz" * 32, ""])
def test_what_is_no_private_key_is_refused_without_repeating_it(
    ready: Botctl, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.setattr("sys.stdin", _Typed(given))
    ended = ready("keystore", "new", "--import", "--json")
    assert (ended.status, ended.error["code"]) == (2, "ERR_USAGE")
    assert not given or given not in ended.out + ended.err


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_the_ledger_is_exported(ready: Botctl, home: Path, ending: str) -> None:
    file = home / f"ledger.{ending}"
    ended = ready("ledger", "--to", str(file), "--json")
    assert ended.document == {"path": str(file), "rows": 0}
    assert file.stat().st_size > 0


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        (("ledger", "--to", "x.xls"), 2, "ERR_USAGE"),
        (("ledger", "--to", "none/x.csv"), 2, "ERR_USAGE"),
        (("ledger", "--since", "soon"), 2, "ERR_USAGE"),
        (("ledger", "--reason", "SELLABLE"), 2, "ERR_USAGE"),
        (("explain", "NOPE"), 2, "ERR_NOT_FOUND"),
        (("order", "show", "x"), 2, "ERR_NOT_FOUND"),
        (("replay",), 2, "ERR_USAGE"),
        (("replay", "none.json"), 2, "ERR_NOT_FOUND"),
        (("bundle", "validate", "none.json"), 2, "ERR_NOT_FOUND"),
        (("keystore", "show"), 78, "ERR_KEYSTORE_MISSING"),
    ],
)
def test_what_is_not_there_is_told_with_its_code(
    ready: Botctl, words: Sequence[str], status: int, code: str
) -> None:
    ended = ready(*words, "--json")
    assert (ended.status, ended.error["code"]) == (status, code)
    assert ended.error["message"]


def test_a_half_written_bundle_fails_the_check(ready: Botctl, home: Path) -> None:
    (home / "half.json").write_text('{"body":{')
    for words in (("bundle", "validate", "half.json"), ("replay", "half.json")):
        ended = ready(*words, "--json")
        assert ended.status == 1
        assert "ERR_BUNDLE_UNREADABLE" in ended.out


@pytest.mark.parametrize(
    ("reason", "orders", "status"),
    [
        (Reason.INV_KILL_OK, 0, 3),
        (Reason.INV_HEALTH_OK, 0, 3),
        (Reason.INV_KILL_OK, 1, 0),  # an exit was made all the same
        (Reason.SCORE_LOW, 0, 0),
    ],
)
def test_status_3_says_that_permission_alone_stood_in_the_way(
    reason: Reason, orders: int, status: int
) -> None:
    assert refused_by_permission(_decided(reason, orders)) == status


def test_a_mismatch_outranks_a_refusal_and_work_outranks_it_too() -> None:
    differs = (Mismatch("native", 1, 2, 3),)
    bumped = Tended(OrderId("o"), Address("0x"), 7, "bump", "waited too long", "accepted")
    assert exit_code(_refused(IDLE)) == 3
    assert exit_code(_refused(replace(IDLE, mismatches=differs))) == 1
    assert exit_code(_refused(replace(IDLE, tended=(bumped,)))) == 0
    assert exit_code(_refused(replace(IDLE, written_off=("0x",)))) == 0


def _decided(reason: Reason, orders: int) -> DecideReport:
    permission = Permission(Level.ALLOW_ALL, ())
    return DecideReport(CycleId("c"), permission, (), (("SKIP", reason, 3),), orders, 1)


def _refused(reconciled: ReconcileReport) -> CycleReport:
    """A cycle whose entries the kill switch refused."""
    return CycleReport(
        reconciled,
        ScanReport(CycleId("c"), 1, 1, Found(0, 0, 0, None), 1, 1, ()),
        _decided(Reason.INV_KILL_OK, 0),
        ExecuteReport(outcomes=(), sent=0, refused=0, locked=False, execute_ms=0),
        cycle_ms=1,
    )


class _Typed:
    """Standard input that is no terminal."""

    def __init__(self, text: str) -> None:
        self._text = text

    def read(self, _most: int) -> str:
        return self._text

    def isatty(self) -> bool:
        return False
