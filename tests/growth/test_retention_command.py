"""`botctl retention` as it is typed, as cron starts it, and as the loop starts it."""

from pathlib import Path

import pytest

from botctl.adapters.locks import CommandLocks
from botctl.cli import app
from botctl.config.environment import environment
from botctl.config.load import load
from botctl.core.retention import DayCycle, before, day_of, parts
from botctl.ports.store import LedgerFilter
from botctl.wiring import open_books
from jobs.apart import Apart
from tests.cli.conftest import Botctl, Ended

ROWS, INTERVAL_MS = 6_000, 3_000_000  # ten days, in fewer and wider steps
DAYS = {
    "BOTCTL_RETENTION__LEDGER_DAYS": "4", "BOTCTL_RETENTION__BUNDLE_DAYS": "2",
    "BOTCTL_RETENTION__KEEP_NEWEST": "100",
}  # fmt: skip


@pytest.fixture
def botctl(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Botctl:
    for name, value in DAYS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("BOTCTL_STORAGE__ARCHIVE_DIR", str(home.parent / "shared-archive"))

    def run(*words: str) -> Ended:
        status = app.run(list(words))
        captured = capsys.readouterr()
        return Ended(status, captured.out, captured.err)

    assert run("init").status == 0
    return run


def test_a_dry_run_says_what_leaves_and_the_run_does_it_and_every_command_reads_on(
    botctl: Botctl,
) -> None:
    asked = ("ledger", "--since", "9d", "--until", "5d", "--json")
    before_it = [botctl(*asked).out, botctl("ledger", "grade", "--json").out]
    dry = botctl("retention", "--dry-run", "--json").document
    assert dry["archived"] == []
    assert "stays" in botctl("retention", "--dry-run").out
    done = botctl("retention", "--json").document
    assert done["leaving"] == dry["leaving"]
    assert done["archived"]
    assert botctl(*asked).out == before_it[0]
    graded = botctl("ledger", "grade", "--json").out
    assert graded.partition('"rules"')[2] == before_it[1].partition('"rules"')[2]
    assert botctl("ledger", "verify").status == 0
    assert botctl("db", "check").status == 0
    assert "no day is old enough" in botctl("retention").out


def test_a_second_run_beside_the_first_says_so_and_does_nothing(botctl: Botctl, home: Path) -> None:
    with CommandLocks(home / "state").only_one("retention") as ours:
        assert ours
        ended = botctl("retention", "--json")
    assert (ended.status, ended.document["busy"]) == (0, True)


def test_the_loop_starts_it_as_a_process_of_its_own_one_at_a_time(
    botctl: Botctl, home: Path
) -> None:
    assert botctl("status").status in {0, 1}
    apart = Apart(["retention", "--config", str(home / "botctl.toml")])
    assert apart.start()
    assert not apart.start()
    assert apart.ended() == 0
    assert apart.start()
    assert apart.ended() == 0
    with open_books(load(home / "botctl.toml", environment())) as store:
        assert len(list(store.rows(LedgerFilter(limit=None)))) == ROWS


def test_a_day_leaves_when_all_of_it_is_old_and_below_every_bound() -> None:
    day = 86_400_000
    assert before(10 * day + 5, 3) == 7 * day
    assert before(10 * day + 5, 3, None, 6 * day + 9) == 6 * day
    assert before(day, 3) == 0
    assert day_of(7 * day) == "1970-01-08"


def test_parts_are_whole_cycles() -> None:
    cycles = [DayCycle(str(n), n, n, rows) for n, rows in enumerate((5, 5, 20, 1, 9))]
    cut = [[one.rows for one in part] for part in parts(cycles, 10)]
    assert cut == [[5, 5], [20], [1, 9]]
    assert list(parts([], 10)) == []
