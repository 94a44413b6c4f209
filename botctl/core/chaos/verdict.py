"""Was what a scenario declares true of what was seen? Each expectation is one line, kept or not."""

from collections.abc import Iterator
from dataclasses import dataclass

from botctl.core.chaos.observed import UNEXPECTED, Observed, Trade
from botctl.core.chaos.scenario import Entries, Exits, ExpectedAlert, ExpectedMode, Scenario
from botctl.core.health import ORDER, HealthState
from botctl.core.intent import Side


@dataclass(frozen=True, slots=True)
class Verdict:
    """`evidence` says what was seen, kept or not."""

    name: str
    kept: bool
    evidence: str


def verdicts(scenario: Scenario, seen: Observed) -> tuple[Verdict, ...]:
    return (
        _something_was_at_stake(seen),
        *(_mode(one, scenario, seen) for one in scenario.expect.modes),
        *_stays(scenario, seen),
        *(_alert(one, scenario, seen) for one in scenario.expect.alerts),
        *_invariants(scenario, seen),
        *_entries(scenario, seen),
        *_exits(scenario, seen),
        *_cycles(scenario, seen),
        *_recovery(scenario, seen),
        *_always(scenario, seen),
    )


def _something_was_at_stake(seen: Observed) -> Verdict:
    """Without a position "exits are made" would prove nothing."""
    return Verdict("a position was held", seen.held > 0, f"{seen.held} when it began")


def _mode(wanted: ExpectedMode, scenario: Scenario, seen: Observed) -> Verdict:
    begin = scenario.begins_s
    hits = [
        look.at_s - begin
        for look in seen.looks
        if look.at_s >= begin and look.state is not None and _is(look.state, wanted)
    ]
    name = f"{'at least ' if wanted.at_least else ''}{wanted.state} within {wanted.within_s} s"
    kept = bool(hits) and hits[0] <= wanted.within_s
    return Verdict(name, kept, f"after {hits[0]} s" if hits else "never")


def _is(state: HealthState, wanted: ExpectedMode) -> bool:
    if not wanted.at_least:
        return state is wanted.state
    return ORDER.index(state) >= ORDER.index(wanted.state)


def _stays(scenario: Scenario, seen: Observed) -> Iterator[Verdict]:
    worst_allowed = scenario.expect.stays
    if worst_allowed is None:
        return
    states = [
        look.state
        for look in seen.looks
        if look.at_s >= scenario.begins_s and look.state is not None
    ]
    worst = max(states, key=ORDER.index, default=HealthState.HALTED)
    kept = ORDER.index(worst) <= ORDER.index(worst_allowed)
    yield Verdict(f"never worse than {worst_allowed}", kept, f"the worst was {worst}")


def _alert(wanted: ExpectedAlert, scenario: Scenario, seen: Observed) -> Verdict:
    begin = scenario.begins_s
    hits = [
        told.at_s - begin
        for told in seen.told
        if told.at_s >= begin
        and told.code == wanted.code
        and (wanted.tier is None or told.tier == wanted.tier)
    ]
    tier = "" if wanted.tier is None else f" of tier {wanted.tier}"
    name = f"{wanted.code}{tier} is told within {wanted.within_s} s"
    kept = bool(hits) and hits[0] <= wanted.within_s
    return Verdict(name, kept, f"after {hits[0]} s" if hits else "never")


def _invariants(scenario: Scenario, seen: Observed) -> Iterator[Verdict]:
    for code in scenario.expect.invariants:
        kept = code in seen.failed
        yield Verdict(f"{code} fails", kept, "it did" if kept else "it never did")
    for code in scenario.expect.decides:
        kept = code in seen.decided
        yield Verdict(f"{code} is decided", kept, "it was" if kept else "it never was")


def _during(scenario: Scenario, seen: Observed, side: Side, after_s: int = 0) -> list[Trade]:
    first, last = scenario.begins_s + after_s, scenario.ends_s
    return [t for t in seen.trades if t.side is side and first <= t.at_s < last]


def _entries(scenario: Scenario, seen: Observed) -> Iterator[Verdict]:
    if scenario.expect.entries is Entries.NONE:
        made = _during(scenario, seen, Side.BUY, scenario.expect.entries_after_s)
        yield Verdict("no entry", not made, _listed(made))


def _exits(scenario: Scenario, seen: Observed) -> Iterator[Verdict]:
    wanted = scenario.expect.exits
    if wanted is Exits.DURING:
        made = _during(scenario, seen, Side.SELL)
        yield Verdict("exits go on while it lasts", bool(made), _listed(made))
    if wanted is not Exits.ANY:
        left = seen.effects.left
        say = f"{seen.held - len(left)} of {seen.held} sold"
        yield Verdict("what was held is sold in the end", not left, say)


def _listed(trades: list[Trade]) -> str:
    told = ", ".join(f"{t.pair[:8]} at {t.at_s} s" for t in trades[:3])
    return f"{len(trades)} made{f': {told}' if told else ''}"


def _cycles(scenario: Scenario, seen: Observed) -> Iterator[Verdict]:
    most = scenario.expect.cycles_min
    if most:
        lasts = range(scenario.begins_s, scenario.ends_s)
        runs = [run for run in seen.runs if run.at_s in lasts]
        well = sum(not run.code for run in runs)
        yield Verdict(f"at least {most} cycles end well", well >= most, f"{well} of {len(runs)}")


def _recovery(scenario: Scenario, seen: Observed) -> Iterator[Verdict]:
    limit_s = scenario.expect.recovers_within_s
    if limit_s is None:
        return
    end = scenario.ends_s
    well = next((run.at_s for run in seen.runs if run.at_s >= end and not run.code), None)
    back = [
        look.at_s - end
        for look in seen.looks
        if well is not None and look.at_s >= well and look.state is HealthState.HEALTHY
    ]
    kept = bool(back) and back[0] <= limit_s
    say = f"after {back[0]} s" if back else "never"
    yield Verdict(f"HEALTHY again within {limit_s} s", kept, say)


def _always(scenario: Scenario, seen: Observed) -> Iterator[Verdict]:
    """What no trouble excuses."""
    e, most, strangers = seen.effects, scenario.expect.duplicates, scenario.expect.strangers
    surplus = e.mined - strangers - e.nonces_given
    # Where a person must help, what was booked may be gone from the chain: that is why.
    missing = 0 if scenario.expect.recovers_within_s is None else max(0, -surplus)
    extra = max(0, surplus) + missing + e.doubled
    counted = (
        f"{e.nonces_given} nonces given out, {e.mined} transactions mined, {strangers} of strangers"
    )
    yield Verdict("no effect twice, none unbooked", extra <= most, counted)
    yield Verdict("no trap is entered", e.traps_bought == 0, f"{e.traps_bought} bought")
    told = sorted({run.code for run in seen.runs if run.code.startswith(UNEXPECTED)})
    yield Verdict("commands end well or with a code", not told, ", ".join(told) or "all of them")
    if scenario.expect.recovers_within_s is not None:
        why = "; ".join(e.restrictions) or f"{e.open_orders} orders open"
        yield Verdict("ledger equals chain", not (e.open_orders or e.restrictions), why)
