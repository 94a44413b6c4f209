"""The hostile run on a terminal: the demo's summary, and what the crowd did to us."""

from collections import Counter
from collections.abc import Iterator

from botctl.cli.render_demo import report_lines
from botctl.cli.show import ether
from botctl.cli.tables import table
from botctl.cli.terminal import bold
from botctl.core.intent import Side
from botctl.flows.hostile import Hit, HostileReport, RaidReport


def hostile_lines(report: HostileReport) -> Iterator[str]:
    yield from report_lines(report.run)
    yield from _raid(report.raid)


def _raid(raid: RaidReport) -> Iterator[str]:
    yield bold("\nAttacks on what was held (ether)")
    heads = ("market", "attack", "block", "worth before", "then", "ended", "saved", "lost")
    rows = [_row(hit) for hit in raid.hits]
    yield from table(heads, rows, right=frozenset({2, 3, 4, 6, 7}))
    made = ", ".join(f"{count} {kind}" for kind, count in raid.attacks_made)
    yield f"attacks in all, held or not: {made or 'none'}"
    yield (
        f"attacked {ether(raid.attacked_wei)}, saved {ether(raid.saved_wei)},"
        f" lost {ether(raid.lost_wei)}; most at stake {ether(raid.exposure_most_wei)},"
        f" worst day {ether(raid.day_loss_most_wei)}"
    )
    sides = Counter(one.side for one in raid.sandwiches)
    reverted = sum(one.got is None for one in raid.sandwiches)
    yield (
        f"sandwiched: {sides[Side.BUY]} buys, {sides[Side.SELL]} sells;"
        f" {reverted} reverted at their bound"
    )
    yield "times: " + ", ".join(f"{label} from cycle {cycle}" for cycle, label in raid.regimes)
    yield bold("\nEntries refused where the maker means harm")
    refused = [(str(count), contract, why) for contract, why, count in raid.refused]
    yield from table(("times", "contract", "reason"), refused, right=frozenset({0}))


def _row(hit: Hit) -> tuple[str, ...]:
    attack = hit.attack
    then = "reverts" if attack.after_wei is None else ether(attack.after_wei)
    before = "reverts" if attack.before_wei is None else ether(attack.before_wei)
    return (
        attack.symbol,
        attack.kind,
        str(attack.block),
        before,
        then,
        f"{hit.fate}, {hit.exit_reason or 'held'}",
        ether(hit.saved_wei),
        ether(hit.lost_wei),
    )
