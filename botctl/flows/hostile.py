"""demo --hostile: the same commands while a crowd attacks what we hold and what we send."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from botctl.core.intent import Side
from botctl.core.lifecycle import OrderState
from botctl.core.orders import Order, OrderKind
from botctl.core.raid import Attack, Fate, Sandwich, fate
from botctl.core.reasons import Kind, Reason
from botctl.flows.demo import DemoCycle, DemoReport, demo
from botctl.flows.hostile_promises import Look, Watched, hostile_promises
from botctl.ports.hostile import HostileStage
from botctl.ports.store import Closed, LedgerFilter

MS = 1_000


@dataclass(frozen=True, slots=True)
class Hit:
    """One attack on what we held, and what became of it."""

    attack: Attack
    fate: Fate
    exit_reason: str  # empty: still held
    saved_wei: int  # of what a sale would have brought the block before
    lost_wei: int  # the rest of that


@dataclass(frozen=True, slots=True)
class RaidReport:
    """`attacks_made` counts those on markets that we did not hold too; `refused` counts rows of
    markets whose maker means harm, and orders refused just before the signature, by contract and why.
    """

    attacks_made: tuple[tuple[str, int], ...]
    hits: tuple[Hit, ...]
    attacked_wei: int
    saved_wei: int
    lost_wei: int
    launches: tuple[tuple[str, int], ...]
    refused: tuple[tuple[str, str, int], ...]
    sandwiches: tuple[Sandwich, ...]
    regimes: tuple[tuple[int, str], ...]  # (cycle, label) at each change
    exposure_most_wei: int
    day_loss_most_wei: int


@dataclass(frozen=True, slots=True)
class HostileReport:
    run: DemoReport
    raid: RaidReport

    @property
    def kept(self) -> bool:
        return self.run.kept


def hostile(
    stage: HostileStage, *, cycles: int, show: Callable[[DemoCycle], None]
) -> HostileReport:
    watched = Watched(stage)
    run = demo(stage, cycles=cycles, show=show, watch=watched.look)
    hits = _hits(stage)
    promises = hostile_promises(stage, watched.looks, [(hit.attack, hit.fate) for hit in hits])
    return HostileReport(
        run=replace(run, promises=run.promises + promises),
        raid=RaidReport(
            attacks_made=tuple(sorted((str(kind), n) for kind, n in stage.made.items())),
            hits=hits,
            attacked_wei=sum(hit.saved_wei + hit.lost_wei for hit in hits),
            saved_wei=sum(hit.saved_wei for hit in hits),
            lost_wei=sum(hit.lost_wei for hit in hits),
            launches=tuple(sorted(stage.launches.items())),
            refused=_refused(stage),
            sandwiches=tuple(stage.sandwiches),
            regimes=_changes(watched.looks),
            exposure_most_wei=max((look.exposure_wei for look in watched.looks), default=0),
            day_loss_most_wei=max((look.loss_today_wei for look in watched.looks), default=0),
        ),
    )


def _hits(stage: HostileStage) -> tuple[Hit, ...]:
    """The first attack on a position answers for all of it; those after it say no more of money."""
    head, answered = stage.head, set[str]()
    hits = []
    for attack in stage.attacks:
        became = fate(
            attack, _sold_block(stage, attack), head=head, cycle_blocks=stage.cycle_blocks
        )
        one = _position_of(stage, attack)
        if one is None:
            continue
        value_wei = 0 if one.position.id in answered else attack.before_wei or 0
        answered.add(one.position.id)
        saved_wei = min(value_wei, one.proceeds_wei)
        hits.append(Hit(attack, became, one.exit_reason, saved_wei, value_wei - saved_wei))
    return tuple(hits)


def _sold_block(stage: HostileStage, attack: Attack) -> int | None:
    """Of the first sale of that market that mined in or after the attack's block."""
    sold = (
        order.block_number
        for order in stage.store.of_pair(attack.pair, len(stage.store.recent(most=None)))
        if _is_sale(order) and order.block_number and order.block_number >= attack.block
    )
    return min(sold, default=None)


def _is_sale(order: Order) -> bool:
    swap = order.kind is OrderKind.SWAP and order.intent.side is Side.SELL
    return swap and order.state is OrderState.CONFIRMED


def _position_of(stage: HostileStage, attack: Attack) -> Closed | None:
    """That was held in the market when the attack came; None: what we had was given up before."""
    at_ms = attack.timestamp_s * MS
    found = (
        one
        for one in stage.store.positions(stage.bot, only_open=False)
        if one.position.pair == attack.pair and (one.closed_ms is None or one.closed_ms >= at_ms)
    )
    return next(found, None)


def _refused(stage: HostileStage) -> tuple[tuple[str, str, int], ...]:
    hostile_pairs = stage.hostile
    counts: Counter[tuple[str, str]] = Counter()
    for row in stage.store.rows(LedgerFilter(kinds=(Kind.FAIL, Kind.SKIP), limit=None)):
        if row.pair in hostile_pairs:
            counts[hostile_pairs[row.pair], _why(row.reason, row.detail)] += 1
    for order in stage.store.recent(most=None):
        refused = order.state is OrderState.FAILED and order.nonce is None
        if refused and order.intent.side is Side.BUY and order.intent.pair in hostile_pairs:
            counts[hostile_pairs[order.intent.pair], _why(order.code, order.detail)] += 1
    return tuple((*key, count) for key, count in sorted(counts.items()))


def _why(reason: str, detail: str) -> str:
    """With the gate's own code, where a tier of it spoke."""
    code = detail.split(":", 1)[0]
    told = reason == Reason.INV_SELLABLE and code.isupper() and " " not in code
    return f"{reason} {code}" if told else reason


def _changes(looks: Sequence[Look]) -> tuple[tuple[int, str], ...]:
    changes: list[tuple[int, str]] = []
    for look in looks:
        if not changes or changes[-1][1] != look.regime:
            changes.append((look.cycle, str(look.regime)))
    return tuple(changes)
