"""The loop as a real process: signals, the lock, and a cycle from elsewhere at the same time."""

import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.jobs.gate import Gate
from tests.jobs.processes import PATIENCE_S, Home, until
from tests.support.chain import Chain

DONE = {"ran", "late"}  # by how near the start came to a full minute


@pytest.fixture
def gate(chain: Chain) -> Iterator[Gate]:
    with Gate(chain.anvil.port) as gate:
        yield gate


@pytest.fixture
def home(chain: Chain, gate: Gate, tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path, chain, gate.url)
    yield home
    home.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_drops_what_only_reads_at_once_and_ends_with_0(
    home: Home, gate: Gate, number: signal.Signals
) -> None:
    home.make_one_due()
    process = home.start("run")
    until(gate.reached.is_set, "the cycle asks the node, which never answers")

    process.send_signal(number)

    report = ended(process, 0)
    assert outcomes(report).keys() <= {"dropped", "missed"}
    (row,) = home.started()
    assert (row.outcome, row.detail) == ("dropped", "botctl was asked to stop")
    assert row.finished_ms is not None


def test_a_signal_while_it_waits_ends_it_at_once(home: Home, gate: Gate) -> None:
    gate.open()
    home.make_one_due()
    process = home.start("run")
    until(lambda: bool(home.started()), "the cycle that was due is done")

    process.terminate()

    assert outcomes(ended(process, 0)).keys() & DONE
    store = home.store()
    found = store.counted()
    store.close()
    assert found.counters["process_restarts_total"] == 1
    jobs = {dict(one.labels)["job"] for one in found.tally.counts if one.name == "job_runs_total"}
    assert "cycle" in jobs


def test_a_second_instance_says_so_and_ends_with_0(home: Home, gate: Gate) -> None:
    home.make_one_due()
    first = home.start("run")
    until(gate.reached.is_set, "the first one is at work")

    second = home.start("run")

    assert ended(second, 0) == {"busy": True, "command": "run"}
    first.terminate()
    gate.open()
    ended(first, 0)


def test_a_cycle_from_cron_while_the_loop_runs_one_says_so_and_does_nothing(
    home: Home, gate: Gate
) -> None:
    home.make_one_due()
    loop = home.start("run")
    until(gate.reached.is_set, "the loop's cycle is at work")

    from_cron = home.start("cycle")

    assert ended(from_cron, 0) == {"busy": True, "command": "cycle"}
    loop.terminate()
    gate.open()
    ended(loop, 0)


def test_the_loop_records_a_time_as_skipped_while_cron_runs_the_cycle(
    home: Home, gate: Gate
) -> None:
    home.make_one_due()
    from_cron = home.start("cycle")
    until(gate.reached.is_set, "cron's cycle is at work")

    loop = home.start("run")
    until(lambda: bool(home.started()), "the loop finds the lock taken")
    assert home.started()[0].outcome == "skipped"

    loop.terminate()
    ended(loop, 0)
    gate.open()
    assert from_cron.wait(PATIENCE_S) in {0, 3}


def test_a_wrong_chain_ends_the_loop_with_78_so_that_nothing_restarts_it(
    home: Home, gate: Gate
) -> None:
    gate.open()
    settings = home.settings.read_text()
    home.settings.write_text(settings.replace("chain_id = 31337", "chain_id = 1"))
    home._scope = (1, home._scope[1])
    home.make_one_due()

    assert "ERR_CHAIN_ID_MISMATCH" in str(ended(home.start("run"), 78)["error"])
    (row,) = home.started()
    assert (row.outcome, row.detail) == ("failed", "ERR_CHAIN_ID_MISMATCH")


def test_a_node_that_is_away_is_recorded_and_the_loop_goes_on(home: Home, gate: Gate) -> None:
    settings = home.settings.read_text()
    home.settings.write_text(settings.replace(gate.url, "http://127.0.0.1:1"))
    home.make_one_due()
    loop = home.start("run")
    until(lambda: bool(home.started()), "the failure is recorded")
    assert loop.poll() is None
    loop.terminate()
    assert outcomes(ended(loop, 0))["failed"] >= 1
    assert home.started()[0].detail == "ERR_RPC_UNREACHABLE"


def ended(process: "subprocess.Popen[str]", status: int) -> dict[str, object]:
    """Its one document."""
    told, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == status, told
    document = json.loads(told)
    assert isinstance(document, dict)
    return document


def outcomes(report: dict[str, object]) -> dict[str, int]:
    found = report["outcomes"]
    assert isinstance(found, dict)
    return found
