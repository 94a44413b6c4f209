"""Positions as a table; amounts in ether, gas included."""

from collections.abc import Iterator, Sequence

from botctl.cli.show import at, ether, short
from botctl.cli.tables import Cell, table
from botctl.cli.terminal import GREEN, RED
from botctl.ports.store import Closed

NUMBERS = frozenset({2, 3, 4, 5})


def position_table(positions: Sequence[Closed]) -> Iterator[str]:
    headers = ("market", "opened", "cost", "best value", "realised", "gas", "state")
    yield from table(headers, [_row(one) for one in positions], right=NUMBERS)


def _row(one: Closed) -> tuple[str | Cell, ...]:
    held = one.position
    return (
        one.symbol or short(held.pair),
        at(held.opened_ms),
        ether(held.cost_wei),
        ether(held.peak_value_wei or None),  # bought since the last decision: not valued yet
        Cell(ether(one.realised_wei, signed=True), RED if one.realised_wei < 0 else GREEN),
        ether(one.gas_wei),
        "open" if one.open else f"closed {at(one.closed_ms)} {one.exit_reason}",
    )
