"""What a preflight's findings are worth: levels, the exit status, and what --warn-only may not hide."""

from dataclasses import replace

import pytest

from botctl.core.facts import Mode
from botctl.core.preflight.checks import changed_names, exit_status, judged, softened
from botctl.core.preflight.values import (
    Allowance,
    BotSeen,
    ChainSeen,
    ChannelSeen,
    ChatSeen,
    Checked,
    DiskSeen,
    DriftSeen,
    Grade,
    KeySeen,
    Limits,
    NodeSeen,
    PreCode,
    Seen,
    Trouble,
    VenueSeen,
)
from botctl.core.sellability.proof import Capability
from tests.support.builders import BLOCK, ETHER, FACTORY_CODE, NOW_MS, ROUTER_CODE, TOKEN, WALLET

P, G = PreCode, Grade
LIMITS = Limits(
    mode=Mode.LIVE,
    wallet=WALLET,
    chain_id=1,
    factory_code_hash=FACTORY_CODE,
    router_code_hash=ROUTER_CODE,
    head_age_ms_max=60_000,
    ahead_ms_max=15_000,
    balance_buffer_wei=ETHER,
    trade_wei=ETHER,
    trade_min_wei=ETHER // 10,
    gate=True,
    gate_unproven=False,
    disk_free_min=1_000,
    config_hash="hash",
    build_sha="build",
    has_deadman=True,
)
NODE = NodeSeen("node", 1, BLOCK, None)
CHAIN = ChainSeen(
    nodes=(NODE, replace(NODE, name="other", agrees=True)),
    capabilities=tuple(Capability),
    venue=VenueSeen(FACTORY_CODE, ROUTER_CODE),
    balance_wei=3 * ETHER,
    allowances=(Allowance(TOKEN, 5, held=True), Allowance(TOKEN, 0, held=False)),
)
SEEN = Seen(
    now_ms=NOW_MS,
    key=KeySeen(needed=True, address=WALLET),
    store=None,
    revision="1",
    cycle_started_ms=NOW_MS - 1,
    disk=DiskSeen(10_000),
    chain=CHAIN,
    channels=(ChannelSeen("webhook", ok=True, said="HTTP 200"),),
    drift=DriftSeen("hash", "build", ()),
)
DOWN = Trouble("ERR_RPC_TIMEOUT", "no answer")


def grades(seen: Seen, limits: Limits = LIMITS) -> dict[PreCode, Grade]:
    """Of all that is not ok."""
    return {one.code: one.grade for one in judged(seen, limits) if one.grade is not G.OK}


def test_all_well_is_all_ok() -> None:
    assert grades(SEEN) == {}
    assert exit_status(judged(SEEN, LIMITS)) == 0


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"allowances": (Allowance(TOKEN, 1, held=False),)}, {P.PRE_ALLOWANCES: G.WARN}),
        ({"nodes": (NODE,)}, {P.PRE_NODES: G.WARN}),
        ({"nodes": (NODE, replace(NODE, agrees=False))}, {P.PRE_NODES: G.WARN}),
        ({"nodes": (NODE, NodeSeen("x", trouble=DOWN))}, {P.PRE_NODES: G.WARN}),
        ({"balance_wei": 2 * ETHER - 1}, {P.PRE_BALANCE: G.WARN}),
        ({"balance_wei": ETHER}, {P.PRE_BALANCE: G.FAIL}),
        ({"balance_wei": DOWN}, {P.PRE_BALANCE: G.FAIL}),
        ({"venue": VenueSeen(None, ROUTER_CODE)}, {P.PRE_VENUE: G.FAIL}),
        ({"venue": VenueSeen(ROUTER_CODE, ROUTER_CODE)}, {P.PRE_VENUE: G.FAIL}),
        ({"capabilities": ()}, {P.PRE_OVERRIDES: G.FAIL}),
        ({"capabilities": (Capability.STATE_OVERRIDE,)}, {P.PRE_OVERRIDES: G.FAIL}),
    ],
)
def test_each_fault_of_the_chain_is_one_line(
    changes: dict[str, object], expected: dict[PreCode, Grade]
) -> None:
    assert grades(replace(SEEN, chain=replace(CHAIN, **changes))) == expected  # type: ignore[arg-type]


def test_what_the_settings_accept_unproven_warns() -> None:
    weak = replace(SEEN, chain=replace(CHAIN, capabilities=(Capability.STATE_OVERRIDE,)))
    assert grades(weak, replace(LIMITS, gate_unproven=True)) == {P.PRE_OVERRIDES: G.WARN}
    assert grades(weak, replace(LIMITS, gate=False)) == {P.PRE_OVERRIDES: G.WARN}


@pytest.mark.parametrize(
    ("offset_ms", "grade"),
    [(0, None), (57_000, None), (59_000, G.FAIL), (-17_000, None), (-17_001, G.FAIL)],
)
def test_the_clock_may_differ_within_its_budget(offset_ms: int, grade: Grade | None) -> None:
    later = replace(SEEN, now_ms=NOW_MS + offset_ms, cycle_started_ms=None)
    assert grades(later).get(P.PRE_CLOCK) is grade


def test_a_last_cycle_in_our_future_is_a_clock_set_back_also_without_a_node() -> None:
    back = replace(SEEN, chain=None, channels=None, cycle_started_ms=NOW_MS + 5_000)
    assert grades(back)[P.PRE_CLOCK] is G.FAIL


@pytest.mark.parametrize(
    ("channels", "grade"),
    [
        ((ChannelSeen("log", ok=True, said=""),), G.WARN),
        ((ChannelSeen("a", ok=True, said=""), ChannelSeen("b", ok=False, said="x")), G.WARN),
        ((ChannelSeen("b", ok=False, said="x"),), G.FAIL),
        (None, G.SKIPPED),
    ],
)
def test_channels_that_do_not_hear(channels: tuple[ChannelSeen, ...] | None, grade: Grade) -> None:
    assert grades(replace(SEEN, channels=channels)) == {P.PRE_ALERTS: grade}


def test_live_without_a_dead_man_signal_warns_and_paper_does_not() -> None:
    assert grades(SEEN, replace(LIMITS, has_deadman=False)) == {P.PRE_ALERTS: G.WARN}
    assert grades(SEEN, replace(LIMITS, has_deadman=False, mode=Mode.PAPER)) == {}


def test_drift_is_told_even_when_the_old_settings_are_gone() -> None:
    lost = replace(SEEN, drift=DriftSeen("other", "build", None))
    [found] = [one for one in judged(lost, LIMITS) if one.code is P.PRE_DRIFT]
    assert (found.grade, "not kept" in found.evidence) == (G.WARN, True)
    many = replace(SEEN, drift=DriftSeen("other", "old", tuple(f"a.b{n}" for n in range(20))))
    [found] = [one for one in judged(many, LIMITS) if one.code is P.PRE_DRIFT]
    assert "and 8 more" in found.evidence
    assert "build old -> build" in found.evidence


def fail(code: PreCode, *, later: bool = False) -> Checked:
    return Checked(code, G.FAIL, "x", "y", later)


@pytest.mark.parametrize(
    ("checks", "status"),
    [
        ((), 0),
        ((fail(P.PRE_BALANCE),), 1),
        ((fail(P.PRE_NODES, later=True), fail(P.PRE_VENUE, later=True)), 75),
        ((fail(P.PRE_NODES, later=True), fail(P.PRE_DISK)), 1),
        ((fail(P.PRE_NODES, later=True), fail(P.PRE_KEY)), 78),
        ((Checked(P.PRE_KEY, G.WARN, "x"), Checked(P.PRE_CHAIN, G.SKIPPED, "x")), 0),
    ],
)
def test_the_worst_failure_is_the_exit_status(checks: tuple[Checked, ...], status: int) -> None:
    assert exit_status(checks) == status
    assert exit_status(softened(checks)) == 0


def test_settings_that_are_new_gone_or_different_have_changed() -> None:
    assert changed_names({"a": 1, "b": None, "d": [1]}, {"a": 1, "c": None, "d": [2]}) == (
        "b",
        "c",
        "d",
    )


WATCH_BOT = ChatSeen(2, 1, BotSeen("watch_bot", "HTTP 200"))


@pytest.mark.parametrize(
    ("chat", "grade"),
    [
        (None, G.OK),
        (WATCH_BOT, G.OK),
        (replace(WATCH_BOT, operators=0), G.WARN),
        (replace(WATCH_BOT, bot=BotSeen("", "HTTP 401")), G.WARN),
        (replace(WATCH_BOT, bot=BotSeen("", "no answer in time", later=True)), G.WARN),
        (ChatSeen(1, 1, trouble=Trouble("ERR_CHAT_TOKEN", "set it")), G.WARN),
        (ChatSeen(1, 1), G.SKIPPED),
    ],
)
def test_a_chat_that_does_not_work_warns_and_never_fails(
    chat: ChatSeen | None, grade: Grade
) -> None:
    expected = {} if grade is G.OK else {P.PRE_CHAT: grade}
    assert grades(replace(SEEN, chat=chat)) == expected
