"""The matrix as a page: every point, what it stands for, and how it ended on each database."""

from collections.abc import Iterator, Sequence
from typing import Final

from tests.crash.matrix import Outcome
from tests.crash.scenario import SCENARIOS, Scenario

HEAD: Final = """\
# The crash matrix

Written by `python -m tests.crash`; do not edit. A process of botctl is killed with SIGKILL at every
point of a command; 3 blocks of 12 s are mined while it is down, with whatever it had sent; then new
processes run `reconcile` and `execute`, 2 blocks apart, until every order has ended, and 2 more blocks
are mined with whatever is left in the pool. The chain (anvil with Uniswap V2), the databases, the
processes and the signal are real. The points were found by recording a run that nobody kills, and a run
that passes other instants than the recorded ones is a failure.

A point is an instant just before or just after a call of a port: store, chain reads, sender, key, lock.
Neighbouring instants are one point when no port but the clock, the ids, the codec or the building of
calldata runs between them: those reach nothing outside the process, so disk and chain are the same at
both. A call within another (the key within the nonce's transaction) has points of its own.

In the end each of these is true, or the cell says what is not:

- the chain has exactly the swaps that were decided, each once (of an expired one: none);
- every transaction of the wallet is known to the books, and none is left in the pool;
- the nonce counter is the chain's count: no hole, no drift;
- every order has ended;
- the native balance and every token's are what the ledger says, position by position;
- the journal's chain and all rows that it vouches for are unaltered (`botctl ledger verify`);
- `reconcile` found no mismatch, and nothing was halted or latched.

`make test` tries all points around sender, signature, bump, move and settling, and every fifth of the
others; `make torture` tries all, and kills at 500 random instants besides, once or twice in a row, with
none to 4 blocks mined while it is down.

A cell: how many starts it took, and the orders' ends, the newest first.
"""


def page(outcomes: Sequence[Outcome]) -> str:
    failed = sum(bool(each.faults) for each in outcomes)
    parts = [HEAD, f"**{len(outcomes)} kills, {failed} with a fault.**\n"]
    played = {each.scenario for each in outcomes}
    parts += ["\n".join(_section(s, outcomes)) for s in SCENARIOS if s.name in played]
    return "\n".join(parts)


def _section(scenario: Scenario, outcomes: Sequence[Outcome]) -> Iterator[str]:
    mine = [each for each in outcomes if each.scenario == scenario.name]
    kinds = sorted({each.database for each in mine}, reverse=True)  # SQLite, the default, first
    yield f"## `{scenario.command}` is killed: {scenario.name}\n"
    yield f"| # | killed | {' | '.join(kinds)} |"
    yield f"|--:|---|{'---|' * len(kinds)}"
    columns = [[each for each in mine if each.database == kind] for kind in kinds]
    for number, row in enumerate(zip(*columns, strict=True), start=1):
        yield f"| {number} | {row[0].point} | {' | '.join(map(cell, row))} |"
    yield ""


def cell(outcome: Outcome) -> str:
    ended = f"{outcome.starts}: {outcome.ends}"
    return f"**FAULT** {'; '.join(outcome.faults)} ({ended})" if outcome.faults else ended
