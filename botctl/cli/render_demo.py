"""The demo on a terminal: a table that grows cycle by cycle, then the summary."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from botctl.cli.output import say
from botctl.cli.render_positions import position_table
from botctl.cli.show import ether
from botctl.cli.tables import table
from botctl.cli.terminal import bold, good_or_bad
from botctl.core.text import printable
from botctl.flows.demo import DemoCycle, DemoReport

WIDTHS: Final = (5, 6, 7, 4, 11, 11)
HEADERS: Final = ("cycle", "block", "markets", "held", "unrealised", "realised")
Show = Callable[[DemoCycle], None]


@contextmanager
def live_table(*, quiet: bool) -> Iterator[Show]:
    """One line a cycle, as soon as it is there; with --json nothing but the document."""
    if quiet:
        yield lambda _: None
        return
    say(bold(_aligned(HEADERS) + "  what happened"))
    yield lambda cycle: say(_line(cycle))


def _line(cycle: DemoCycle) -> str:
    unrealised = cycle.value_wei - cycle.cost_wei if cycle.open_positions else 0
    cells = (
        str(cycle.number),
        str(cycle.block),
        str(cycle.markets),
        str(cycle.open_positions),
        ether(unrealised, signed=True),
        ether(cycle.realised_wei, signed=True),
    )
    return f"{_aligned(cells)}  {printable(_happened(cycle))}"


def _happened(cycle: DemoCycle) -> str:
    trades = [f"bought {', '.join(cycle.bought)}"] if cycle.bought else []
    trades += [f"sold {sold}" for sold in cycle.sold]
    refused = ", ".join(f"{count} {reason}" for reason, count in cycle.refused)
    return "; ".join([*trades, f"refused: {refused}" if refused else "nothing refused"])


def _aligned(cells: tuple[str, ...]) -> str:
    return "  ".join(text.rjust(wide) for text, wide in zip(cells, WIDTHS, strict=True))


def report_lines(report: DemoReport) -> Iterator[str]:
    yield bold("\nPositions (ether, gas included)")
    yield from position_table(report.positions)
    yield (
        f"realised {ether(report.realised_wei, signed=True)}, unrealised"
        f" {ether(report.unrealised_wei, signed=True)}, gas {ether(report.gas_wei)},"
        f" {report.orders} orders"
    )
    yield bold("\nDecisions")
    rows = [(str(count), kind, reason) for kind, reason, count in report.decisions]
    yield from table(("times", "decision", "reason"), rows, right=frozenset({0}))
    yield bold("\nWhat botctl promises")
    for promise in report.promises:
        mark = good_or_bad("kept  " if promise.kept else "BROKEN", good=promise.kept)
        yield f"{mark} {promise.name}: {promise.evidence}"
    yield bold("\nWhere it lies")
    yield from (f"{name}: {path}" for name, path in report.places)
    yield from _next(dict(report.places)["settings"])


def _next(settings: str) -> Iterator[str]:
    yield bold("\nLook closer")
    for what in ("ledger --limit 20", "positions --all", "explain SYMBOL", "replay --since 1h"):
        yield f"  botctl {what} --config {settings}"
