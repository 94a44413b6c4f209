"""The hostile run's verdict: what no crowd may do to us, checked on the store and on the chain."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from botctl.core.invariants import BLOCKS_EXIT
from botctl.core.raid import Attack, Fate, is_worthless
from botctl.core.reasons import Kind, Reason
from botctl.core.risk.regime import effect_of
from botctl.core.terms import Regime
from botctl.flows.promises import Promise
from botctl.ports.hostile import HostileStage
from botctl.ports.store import Closed, LedgerFilter

# What may hold an exit back: what makes sending unsafe or senseless, never a limit of entries.
MAY_HOLD = BLOCKS_EXIT | {
    Reason.INV_TX_IDEMPOTENT,  # one is on its way
    Reason.INV_SELLABLE,  # its simulation reverts
    Reason.INV_FILTERS_OK,  # the pool would pay nothing
}
WANTED = "wanted; "  # as `core.deciding.market` tells of an exit that is held back
SHOWN_MAX = 5


@dataclass(frozen=True, slots=True)
class Look:
    """What stood in the books after one cycle; wei. Caps are for what is paid: gas lies above them.

    `token_over`: tokens that more was at stake in than the cap and the gas of their trades; what was
    written off stays at stake in its token.
    """

    cycle: int
    regime: Regime
    bought: int  # entries decided in this cycle
    exposure_wei: int
    token_over: tuple[str, ...]
    gas_open_wei: int
    loss_today_wei: int


@dataclass(slots=True)
class Watched:
    """Called after every cycle."""

    stage: HostileStage
    looks: list[Look] = field(default_factory=list)

    def look(self) -> None:
        stage = self.stage
        holdings = stage.store.holdings(stage.bot, stage.day_start_ms)
        times, latest = stage.store.times(stage.bot), stage.store.latest()
        buys = LedgerFilter(cycle_id=latest.cycle_id if latest else "", kinds=(Kind.BUY,))
        held = stage.store.positions(stage.bot, only_open=False)
        cap, gas = stage.policy.risk.token_exposure_max_wei, Counter[str]()
        for one in held:
            gas[one.position.token] += one.gas_wei
        self.looks.append(
            Look(
                cycle=len(self.looks) + 1,
                regime=times.regime if times else Regime.NORMAL,
                bought=sum(1 for _ in stage.store.rows(buys)),
                exposure_wei=holdings.exposure_wei,
                token_over=tuple(
                    token for token, wei in holdings.token_exposure_wei if wei > cap + gas[token]
                ),
                gas_open_wei=sum(one.gas_wei for one in held if one.open),
                loss_today_wei=-holdings.realised_today_wei,
            )
        )


def hostile_promises(
    stage: HostileStage, looks: Sequence[Look], fates: Sequence[tuple[Attack, Fate]]
) -> tuple[Promise, ...]:
    return (
        _trapped_within_caps(stage),
        _exposure_within_caps(stage, looks),
        _days_loss_bounded(stage, looks),
        _sandwiches_kept_the_bound(stage),
        _left_in_time(fates),
        _times_obeyed(stage, looks),
        _exits_not_held_back(stage),
    )


def _trapped_within_caps(stage: HostileStage) -> Promise:
    """Whatever cannot be sold any more, or brought next to nothing, by token, over the whole run."""
    cap = stage.policy.risk.token_exposure_max_wei
    lost, gas = Counter[str](), Counter[str]()
    for one in stage.store.positions(stage.bot, only_open=False):
        wei = _trapped_wei(stage, one)
        if wei:
            lost[one.position.token] += wei
            gas[one.position.token] += one.gas_wei
    over = [token for token, wei in lost.items() if wei > cap + gas[token]]
    evidence = (
        f"{len(lost)} tokens took {sum(lost.values())} wei, at most"
        f" {max(lost.values(), default=0)} of one; the cap of one is {cap} and its gas"
    )
    return Promise("no trap takes more than the cap of a token", not over, evidence)


def _trapped_wei(stage: HostileStage, one: Closed) -> int:
    held = one.position
    if one.open:
        now_wei = stage.sale_wei(held.pair, held.quantity)
        return held.cost_wei if is_worthless(held.cost_wei, now_wei) else 0
    spent_wei = one.proceeds_wei - one.realised_wei
    return -one.realised_wei if is_worthless(spent_wei, one.proceeds_wei) else 0


def _exposure_within_caps(stage: HostileStage, looks: Sequence[Look]) -> Promise:
    risk = stage.policy.risk
    over = [
        look.cycle
        for look in looks
        if look.exposure_wei > risk.exposure_max_wei + look.gas_open_wei or look.token_over
    ]
    most = max((look.exposure_wei for look in looks), default=0)
    evidence = f"at most {most} wei at stake, the cap is {risk.exposure_max_wei} and gas{_at(over)}"
    return Promise("what is at stake stays within the caps", not over, evidence)


def _days_loss_bounded(stage: HostileStage, looks: Sequence[Look]) -> Promise:
    """Entries stop at the day's limit; what is open then may still be lost whole, with its gas."""
    risk = stage.policy.risk
    gas = sum(one.gas_wei for one in stage.store.positions(stage.bot, only_open=False))
    bound = risk.daily_loss_max_wei + risk.exposure_max_wei + gas
    most = max((look.loss_today_wei for look in looks), default=0)
    evidence = (
        f"at most {most} wei, the limit of {risk.daily_loss_max_wei} and what may be open then"
        f" make {bound}"
    )
    return Promise("a day's loss is bounded", most <= bound, evidence)


def _sandwiches_kept_the_bound(stage: HostileStage) -> Promise:
    made = stage.sandwiches
    below = [one for one in made if not one.within_bound]
    reverted = sum(one.got is None for one in made)
    evidence = (
        f"{len(made)} of our trades were sandwiched: {len(made) - reverted} filled,"
        f" {reverted} reverted, {len(below)} below the bound"
    )
    return Promise("a sandwich takes no more than the bound", not below, evidence)


def _left_in_time(fates: Sequence[tuple[Attack, Fate]]) -> Promise:
    counts = Counter(fate for _, fate in fates)
    late = [f"{a.symbol} {a.kind} at {a.block}" for a, fate in fates if fate is Fate.LATE]
    told = ", ".join(f"{count} {fate}" for fate, count in sorted(counts.items()))
    more = f": {', '.join(late[:SHOWN_MAX])}" if late else ""
    return Promise(
        "what is attacked is sold in time, or could not be sold from that block on",
        not late,
        f"{len(fates)} attacks on what we held, {told or 'none'}{more}",
    )


def _times_obeyed(stage: HostileStage, looks: Sequence[Look]) -> Promise:
    table = stage.policy.regimes
    closed = [look for look in looks if not effect_of(table, look.regime).entries]
    entered = [look.cycle for look in closed if look.bought]
    evidence = f"{len(closed)} cycles without entries, {len(entered)} entered{_at(entered)}"
    return Promise("nothing is entered while the times forbid it", not entered, evidence)


def _exits_not_held_back(stage: HostileStage) -> Promise:
    held: Counter[str] = Counter(
        row.reason
        for row in stage.store.rows(LedgerFilter(kinds=(Kind.HOLD,), limit=None))
        if WANTED in row.detail
    )
    wrong = {reason: count for reason, count in held.items() if reason not in MAY_HOLD}
    evidence = f"exits waited for {_listed(held)}" if held else "no exit waited"
    return Promise("no limit meant for entries holds an exit back", not wrong, evidence)


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{reason} ({count})" for reason, count in sorted(counts.items()))


def _at(cycles: Sequence[int]) -> str:
    return f", broken in cycles {list(cycles[:SHOWN_MAX])}" if cycles else ""
