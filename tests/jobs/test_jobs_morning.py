"""The morning report and the day's close on what a real loop has traded: the books' own figures."""

import json

from botctl.core.facts import Mode
from botctl.flows.days import close_days
from botctl.ports.service import DAY_MS
from botctl.wiring.stage import DevnetStage

CYCLES = 2  # the first buys, the second sees it buried


def document(stage: DevnetStage, *command: str) -> dict[str, object]:
    """What a command of the stage printed last."""
    out = stage.config.parent / "commands.out"
    before = out.stat().st_size if out.exists() else 0
    assert stage.run(*command) == 0
    read = json.loads(out.read_bytes()[before:])
    assert isinstance(read, dict)
    return read


def figures(report: dict[str, object], name: str) -> dict[str, object]:
    found = report[name]
    assert isinstance(found, dict)
    return found


def test_the_report_and_the_day_are_what_the_books_say(stage: DevnetStage) -> None:
    for _ in range(CYCLES):
        assert stage.run("cycle") in {0, 3}
        stage.step()
    report = document(stage, "report", "morning")
    traded = stage.store.positions(stage.bot, only_open=False)
    fills = stage.store.newest_fills(stage.bot, 1_000)
    assert fills, "something was bought"
    profit = figures(report, "profit")
    assert int(str(profit["realised_wei"])) == sum(one.realised_wei for one in traded)
    assert int(str(profit["gas_wei"])) == sum(fill.gas_wei for fill in fills)
    assert profit["fills"] == len(fills)
    assert profit["closed"] == sum(not one.open for one in traded)
    assert report["mode"] == Mode.DEVNET
    held = report["held"]
    assert isinstance(held, list)
    assert len(held) == sum(one.open for one in traded)
    assert figures(report, "uptime")["share_bps"] is None  # nobody kept a timetable

    after_ms = _tomorrow(stage)
    (day, *others) = close_days(stage.store, stage.bot, after_ms)[::-1]
    assert others == []
    assert day.realised_wei == sum(one.realised_wei for one in traded)
    assert day.fills == len(fills)
    assert day.equity_wei is not None
    assert day.equity_wei - day.held_cost_wei <= stage_balance_wei(stage)
    assert close_days(stage.store, stage.bot, after_ms) == ()
    later = close_days(stage.store, stage.bot, after_ms + 3 * DAY_MS)
    assert [(one.fills, one.equity_wei is None) for one in later] == [
        (0, True),
        (0, True),
        (0, False),
    ]


def _tomorrow(stage: DevnetStage) -> int:
    """A minute after the midnight that ends the day of the chain's time."""
    latest = stage.store.latest()
    assert latest is not None
    return latest.started_ms - latest.started_ms % DAY_MS + DAY_MS + 60_000


def stage_balance_wei(stage: DevnetStage) -> int:
    baseline = stage.store.baseline(stage.bot)
    assert baseline is not None
    return baseline.balance_wei + stage.store.native_moved_wei(stage.bot)
