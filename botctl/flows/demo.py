"""demo: the real commands against an embedded chain, and a check of what botctl promises."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from botctl.core.reasons import Kind
from botctl.flows.promises import Promise, kept_promises
from botctl.ports.stage import Stage
from botctl.ports.store import Closed, LedgerFilter, LedgerRow

SETTLE_STEPS_MAX = 10
FINE = (0, 3)  # done; an entry was refused by permission
TOP_REASONS = 3


@dataclass(frozen=True, slots=True)
class DemoCycle:
    """One line of the live table; amounts in wei."""

    number: int
    block: int
    markets: int
    bought: tuple[str, ...]
    sold: tuple[str, ...]  # symbol and why
    refused: tuple[tuple[str, int], ...]  # the most frequent reasons
    open_positions: int
    value_wei: int  # what the positions that were decided would bring
    cost_wei: int  # of these
    realised_wei: int


@dataclass(frozen=True, slots=True)
class DemoReport:
    cycles: tuple[DemoCycle, ...]
    positions: tuple[Closed, ...]
    realised_wei: int  # gas included
    unrealised_wei: int
    gas_wei: int
    orders: int
    decisions: tuple[tuple[str, str, int], ...]  # (kind, reason, count)
    promises: tuple[Promise, ...]
    places: tuple[tuple[str, str], ...]

    @property
    def kept(self) -> bool:
        return all(promise.kept for promise in self.promises)


def demo(
    stage: Stage,
    *,
    cycles: int,
    show: Callable[[DemoCycle], None],
    watch: Callable[[], None] = lambda: None,
) -> DemoReport:
    """Every cycle: the crowd trades, blocks are mined, `botctl cycle` runs; then `watch` looks."""
    lines, statuses = [], []
    for number in range(1, cycles + 1):
        stage.step()
        statuses.append(stage.run("cycle"))
        watch()
        line = _line(stage, number)
        lines.append(line)
        show(line)
    statuses += _settle(stage)
    failed = tuple(status for status in statuses if status not in FINE)
    return _report(stage, lines, kept_promises(stage, failed))


def _settle(stage: Stage) -> list[int]:
    """Let what is still out be mined and buried, so that the ledger can be compared."""
    statuses = []
    for _ in range(SETTLE_STEPS_MAX):
        stage.step()
        statuses.append(stage.run("reconcile"))
        if not stage.store.open():
            break
    return statuses


def _line(stage: Stage, number: int) -> DemoCycle:
    latest = stage.store.latest()
    rows = _rows(stage, latest.cycle_id) if latest else ()
    refused = Counter(row.reason for row in rows if row.kind in {Kind.FAIL, Kind.SKIP})
    valued = {row.pair for row in rows if row.value_wei is not None}
    positions = stage.store.positions(stage.bot, only_open=False)
    return DemoCycle(
        number=number,
        block=latest.block_number if latest else 0,
        markets=len(rows),
        bought=tuple(_name(row) for row in rows if row.kind == Kind.BUY),
        sold=tuple(f"{_name(row)} {row.reason}" for row in rows if row.kind == Kind.SELL),
        refused=tuple(refused.most_common(TOP_REASONS)),
        open_positions=sum(one.open for one in positions),
        value_wei=sum(row.value_wei or 0 for row in rows),
        cost_wei=sum(
            one.position.cost_wei for one in positions if one.open and one.position.pair in valued
        ),
        realised_wei=sum(one.realised_wei for one in positions),
    )


def _rows(stage: Stage, cycle_id: str) -> tuple[LedgerRow, ...]:
    return tuple(stage.store.rows(LedgerFilter(cycle_id=cycle_id, limit=None)))


def _name(row: LedgerRow) -> str:
    return row.symbol or row.pair[:10]


def _report(stage: Stage, lines: list[DemoCycle], promises: tuple[Promise, ...]) -> DemoReport:
    positions = stage.store.positions(stage.bot, only_open=False)
    last = lines[-1] if lines else None
    return DemoReport(
        cycles=tuple(lines),
        positions=positions,
        realised_wei=sum(one.realised_wei for one in positions),
        unrealised_wei=last.value_wei - last.cost_wei if last else 0,
        gas_wei=sum(one.gas_wei for one in positions),
        orders=len(stage.store.recent(most=None)),
        decisions=tuple(stage.store.reasons_since(0)),
        promises=promises,
        places=stage.places,
    )
