"""A look back as one HTML file."""

from collections.abc import Iterator

from botctl.charts.page import Section, page, rows_table
from botctl.charts.svg import bars, columns, line_chart
from botctl.cli.show import at, ether, short
from botctl.core.equity import Point
from botctl.flows.look_back import LookBack
from botctl.flows.pnl import PnlReport
from botctl.ports.store import Closed

HEADERS = ("market", "opened", "closed", "cost", "proceeds", "realised", "gas", "how")
NUMBERS = frozenset({3, 4, 5, 6})


def html(seen: LookBack, build: str) -> str:
    pnl = seen.pnl
    told = (
        f"from {at(pnl.since_ms)} to {at(pnl.now_ms)} UTC; amounts in ether, gas included",
        f"made by botctl {build}",
    )
    return page(f"botctl: {pnl.bot}", told, _figures(pnl), tuple(_sections(seen)))


def _figures(pnl: PnlReport) -> list[tuple[str, str]]:
    return [
        ("realised", ether(pnl.total.realised_wei, signed=True)),
        ("unrealised", ether(pnl.unrealised_wei, signed=True)),
        ("gas", ether(pnl.total.gas_wei)),
        ("won / lost", f"{pnl.total.wins} / {pnl.total.losses}"),
        ("deepest fall", ether(pnl.drawdown.wei)),
        ("held", str(len(pnl.held))),
    ]


def _sections(seen: LookBack) -> Iterator[Section]:
    pnl = seen.pnl
    equity = _points((Point(pnl.curve[0].at_ms, 0), *pnl.curve) if pnl.curve else ())
    yield Section("Equity, realised", line_chart("Equity", equity, value=_ether, time=_when))
    falls = _points(seen.fallen)
    yield Section("Drawdown", line_chart("Drawdown", falls, value=_ether, time=_when, area=True))
    days = [(day.day_ms, day.made.realised_wei) for day in pnl.days]
    yield Section("By day", columns("Realised by day", days, value=_ether, time=_date))
    pace = [(one.started_ms, one.decide_ms) for one in seen.pace]
    yield Section(
        "Latency: from a cycle's start to its decisions",
        line_chart("Latency", pace, value=lambda ms: f"{ms} ms", time=_when),
    )
    reasons = [(f"{kind} {reason}", count) for kind, reason, count in seen.reasons]
    yield Section("Reasons", bars("Reasons of decisions", reasons, value=lambda n: f"{n:,}"))
    yield Section("Trades", rows_table(HEADERS, [_trade(t) for t in seen.trades], right=NUMBERS))


def _trade(one: Closed) -> tuple[str, ...]:
    held = one.position
    cost_wei = held.cost_wei if one.open else one.proceeds_wei - one.realised_wei
    return (
        one.symbol or short(held.pair),
        at(held.opened_ms),
        "open" if one.open else at(one.closed_ms),
        ether(cost_wei),
        ether(one.proceeds_wei),
        ether(one.realised_wei, signed=True),
        ether(one.gas_wei),
        one.exit_reason,
    )


def _points(points: tuple[Point, ...]) -> list[tuple[int, int]]:
    return [(point.at_ms, point.total_wei) for point in points]


def _ether(wei: int) -> str:
    return ether(wei, signed=True)


def _when(time_ms: int) -> str:
    return at(time_ms)[5:16]


def _date(time_ms: int) -> str:
    return at(time_ms)[:10]
