"""`botctl run` as a process, with a real node's WebSocket: a new pair starts a cycle of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from botctl.adapters.devnet import control
from tests.evm.test_evm_heads import make_pair
from tests.jobs.processes import Home, until
from tests.jobs.test_jobs_process import ended, outcomes
from tests.support.chain import Chain
from tests.support.line import Line, line


@pytest.fixture
def wire(chain: Chain) -> Iterator[Line]:
    with line(chain.anvil.port) as made:
        yield made


@pytest.fixture
def home(chain: Chain, wire: Line, tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path, chain, chain.anvil.url)
    told = home.settings.read_text()
    urls = f'urls = ["{chain.anvil.url}"]'
    assert urls in told
    with_socket = f'{urls}\nws_urls = ["ws://127.0.0.1:{wire.port}"]'
    # The timetable is far away: whatever starts was heard of.
    told = told.replace(urls, with_socket).replace(
        "[schedule]\n", '[schedule]\ncycle_cron = "0 0 1 1 *"\nwake_min_ms = 500\n'
    )
    home.settings.write_text(told + "\n[reconnect]\nbase_ms = 50\nmax_ms = 100\n")
    yield home
    home.close()


def woken(home: Home) -> list[tuple[str, str]]:
    return [(row.job, row.outcome) for row in home.started()]


def log_has(home: Home, event: str, times: int = 1) -> bool:
    return (home.folder / "stderr").read_text().count(event) >= times


def new_pair(chain: Chain, serial: int) -> None:
    make_pair(chain, chain.deployment.factory, serial)
    control.mine_at(chain.rpc, control.head(chain.rpc).timestamp_s + 12)


def test_a_new_pair_starts_a_cycle_and_a_lost_socket_comes_back(
    home: Home, chain: Chain, wire: Line
) -> None:
    process = home.start("run")
    until(lambda: log_has(home, "heads connected"), "the socket stands")
    new_pair(chain, 1)
    until(lambda: len(woken(home)) == 1, "the new pair started a cycle")
    assert woken(home)[0][0] == "cycle on market"
    assert woken(home)[0][1] in {"ran", "late"}

    wire.cut()
    until(lambda: log_has(home, "heads connected", 2), "the socket stands again")
    new_pair(chain, 2)
    until(lambda: len(woken(home)) == 2, "and the next one is heard of too")

    process.terminate()
    counted = outcomes(ended(process, 0))
    assert sum(counted.get(outcome, 0) for outcome in ("ran", "late")) == 2
