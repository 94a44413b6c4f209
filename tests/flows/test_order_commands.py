"""The commands that care for orders, nonces and books, as they are typed: what they say, their status."""

import json
import subprocess
import sys
from typing import NamedTuple

import pytest
import sqlalchemy as sa

from botctl.adapters.devnet import control
from botctl.adapters.store.database import open_database
from botctl.config.environment import environment
from botctl.wiring.stage import DevnetStage
from tests.flows.test_line import ONE, bought, drift, stuck
from tests.support.staged import runtime_on

DONE, FAILED, USAGE = 0, 1, 2
STRANGER = 5 * 10**17
NOBODY = "0x" + "12" * 20


class Typed(NamedTuple):
    status: int
    out: str

    @property
    def document(self) -> dict[str, object]:
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found


def typed(stage: DevnetStage, *words: str) -> Typed:
    """On the chain's own time, with the passphrase at hand."""
    run = subprocess.run(
        [sys.executable, "-m", "botctl", *words, "--config", str(stage.config)],
        env={**environment(), **stage.environment()},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in run.stderr
    return Typed(run.returncode, run.stdout)


def refused(stage: DevnetStage, *words: str) -> tuple[int, object]:
    run = typed(stage, *words, "--json")
    error = run.document["error"]
    assert isinstance(error, dict)
    return run.status, error["code"]


def test_the_nonces_are_shown_and_a_drift_is_mended_only_on_request(stage: DevnetStage) -> None:
    bought(stage)
    assert typed(stage, "nonce", "status").status == DONE
    with runtime_on(stage, ONE) as rt:
        drift(rt, 7)
    assert typed(stage, "nonce", "status").status == FAILED
    dry = typed(stage, "nonce", "repair")
    assert (dry.status, "would lower: 1" in dry.out) == (FAILED, True)
    assert typed(stage, "nonce", "status").status == FAILED, "a dry run changes nothing"
    mended = typed(stage, "nonce", "repair", "--yes", "--json")
    assert mended.status == DONE
    assert mended.document["applied"] == [{"nonce": 1, "remedy": "lower"}]
    assert typed(stage, "nonce", "status").status == DONE


def test_one_altered_byte_in_the_books_is_named(stage_on: DevnetStage, database_url: str) -> None:
    stage = stage_on
    bought(stage)
    sound = typed(stage, "ledger", "verify", "--json")
    assert (sound.status, sound.document["altered"]) == (DONE, [])
    database = open_database(database_url)
    with database.writing() as db:
        db.execute(sa.text("UPDATE fills SET settled_ms = settled_ms + 1"))
    database.close()
    found = typed(stage, "ledger", "verify")
    assert found.status == FAILED
    assert "fills:" in found.out


def test_a_difference_is_proposed_then_booked_once_with_its_reason(stage: DevnetStage) -> None:
    bought(stage)
    balance = int(str(stage.rpc.call("eth_getBalance", stage.wallet, "latest")), 16)
    control.set_balance(stage.rpc, stage.wallet, balance - STRANGER)
    stage.step()
    assert typed(stage, "reconcile").status == FAILED
    dry = typed(stage, "reconcile", "--correct", "--json")
    assert (dry.status, dry.document["applied"]) == (DONE, None)
    assert refused(stage, "reconcile", "--correct", "--yes") == (USAGE, "ERR_USAGE")
    why = ("--why", "withdrew half an ether")
    booked = typed(stage, "reconcile", "--correct", "--yes", *why, "--json")
    assert (booked.status, booked.document["applied"]) == (DONE, 1)
    again = typed(stage, "reconcile", "--correct", "--yes", *why)
    assert (again.status, "nothing to correct" in again.out) == (DONE, True)
    assert typed(stage, "reconcile").status == DONE


def test_one_orders_screen_has_every_attempt_with_its_fees(stage: DevnetStage) -> None:
    order = stuck(stage)
    assert typed(stage, "reconcile").status == DONE
    listed = typed(stage, "orders", "--open")
    assert order.id in listed.out
    screen = typed(stage, "order", "show", order.id)
    assert screen.status == DONE
    for attempt in stage.store.attempts(order.id):
        assert attempt.hash in screen.out
        assert f"{attempt.number} {attempt.kind}" in screen.out
    assert refused(stage, "order", "show", "no-such") == (USAGE, "ERR_NOT_FOUND")


def test_a_position_is_written_off_by_hand_and_frees_its_slot(stage: DevnetStage) -> None:
    bought(stage)
    (held,) = stage.store.positions(stage.bot, only_open=True)
    pair = held.position.pair
    assert refused(stage, "positions", "write-off", pair, "--why", " ") == (USAGE, "ERR_USAGE")
    assert refused(stage, "positions", "write-off", NOBODY, "--why", "x")[0] == USAGE
    assert typed(stage, "positions", "write-off", pair, "--why", "blocked").status == DONE
    (closed,) = stage.store.positions(stage.bot, only_open=False)
    assert (closed.open, closed.exit_reason) == (False, "WRITTEN_OFF: blocked")
    assert closed.realised_wei < 0
    assert typed(stage, "reconcile").status == DONE


@pytest.mark.parametrize("trap", [False, True], ids=["honest", "trap"])
def test_a_token_is_checked_for_a_person(stage: DevnetStage, trap: bool) -> None:
    *_, pair = (m.pair for m in stage.deployment.markets if (m.pair in stage.traps) is trap)
    shown = typed(stage, "check", pair)
    assert shown.status == (FAILED if trap else DONE)
    assert "Simulated sales" in shown.out
    document = typed(stage, "check", pair, "--json").document
    assert (document["verdict"] == "refused") is trap


def test_what_is_no_market_is_refused_by_name(stage: DevnetStage) -> None:
    assert refused(stage, "check", NOBODY) == (USAGE, "ERR_NOT_FOUND")
    assert refused(stage, "check", "not-an-address") == (USAGE, "ERR_NOT_FOUND")
