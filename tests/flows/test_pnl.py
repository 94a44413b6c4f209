"""Profit and loss of a bot that has really traded: every wei of the wallet is accounted for."""

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from botctl.cli.render_report import html
from botctl.cli.sparkline import sparkline
from botctl.config.environment import environment
from botctl.core.equity import DAY_MS
from botctl.flows.cycle import cycle
from botctl.flows.look_back import look_back
from botctl.flows.pnl import pnl
from botctl.wiring.stage import DevnetStage, StagePlan
from tests.support.staged import runtime_on

QUICK = {"EXITS__TAKE_PROFIT_BPS": "1", "EXITS__STOP_LOSS_BPS": "1"}
CYCLES = 6


@pytest.fixture(scope="module")
def traded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DevnetStage]:
    folder: Path = tmp_path_factory.mktemp("pnl") / "stage"
    with DevnetStage(StagePlan(folder, seed=7), environment()) as stage:
        for _ in range(CYCLES):
            stage.step()
            with runtime_on(stage, QUICK) as rt:
                cycle(rt)
        yield stage


def now_ms(stage: DevnetStage) -> int:
    latest = stage.store.latest()
    assert latest is not None
    return latest.started_ms + 60_000


def test_realised_less_what_is_held_is_what_the_wallet_moved(traded: DevnetStage) -> None:
    report = pnl(traded.store, traded.bot, now_ms(traded), days=2)
    cost_wei = sum(each.cost_wei for each in report.held)
    assert report.total.realised_wei - cost_wei == traded.store.native_moved_wei(traded.bot)
    assert report.total.wins + report.total.losses > 0
    fills = traded.store.newest_fills(traded.bot, 1_000)
    assert report.total.gas_wei == sum(fill.gas_wei for fill in fills) > 0
    assert len(traded.store.booked(traded.bot, 0)) == len(fills)
    assert report.curve[-1].total_wei == report.total.realised_wei


def test_days_and_markets_tell_the_same_story(traded: DevnetStage) -> None:
    report = pnl(traded.store, traded.bot, now_ms(traded), days=3)
    assert len(report.days) == 3
    assert sum(d.made.realised_wei for d in report.days) == report.total.realised_wei
    assert sum(m.made.realised_wei for m in report.markets) == report.total.realised_wei
    assert all(m.symbol for m in report.markets if m.pair)


def test_days_before_are_left_out(traded: DevnetStage) -> None:
    later = now_ms(traded) + 5 * DAY_MS
    report = pnl(traded.store, traded.bot, later, days=1)
    assert (report.total.realised_wei, report.curve, len(report.days)) == (0, (), 1)


def test_what_is_held_is_worth_what_the_newest_decision_said(traded: DevnetStage) -> None:
    report = pnl(traded.store, traded.bot, now_ms(traded), days=1)
    valued = [each for each in report.held if each.unrealised_wei is not None]
    assert report.unvalued == len(report.held) - len(valued)
    assert report.unrealised_wei == sum(each.unrealised_wei or 0 for each in valued)


def test_the_report_shows_every_trade_and_needs_nothing_else(traded: DevnetStage) -> None:
    seen = look_back(traded.store, traded.bot, now_ms(traded), days=2)
    assert len(seen.pace) == CYCLES
    assert [each.started_ms for each in seen.pace] == sorted(e.started_ms for e in seen.pace)
    text = html(seen, "build")
    drawings = re.findall(r"<svg.*?</svg>", text)
    assert len(drawings) == 5
    for drawing in drawings:
        ET.fromstring(drawing)  # noqa: S314  our own text
    rows = text.count("<tr>") - 1
    assert rows == len(seen.trades) == len(traded.store.positions(traded.bot, only_open=False))
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "").replace("http-equiv", "")


def test_a_sparkline_is_as_long_as_it_may_and_has_its_extremes() -> None:
    assert sparkline([]) == ""
    assert sparkline([0, 0]) == "▁▁"
    assert sparkline([3]) == "▅"
    assert sparkline([-(10**30), 0, 10**30]) == "▁▄█"
    line = sparkline(list(range(1_000)), width=10)
    assert (len(line), line[-1]) == (10, "█")
    assert list(line) == sorted(line)
