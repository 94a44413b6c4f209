"""The morning report on days made by hand: figures exact, words fixed."""

import pytest

from botctl.core.morning import (
    Action,
    Backups,
    Held,
    Morning,
    Profit,
    Restart,
    Uptime,
    lines,
    profit,
    restarts,
    uptime,
)
from botctl.core.morning.text import ACTIONS_MAX, percent

DAY = 86_400_000
NOW = 1_772_611_200_000  # 2026-03-04 08:00 UTC
ETHER = 10**18
RAN = frozenset({"ran", "late", "skipped"})
GOOD = Morning(
    bot="main",
    mode="paper",
    since_ms=NOW - DAY,
    now_ms=NOW,
    uptime=Uptime(1_440, 1_437, 9_979),
    restarts=(Restart(NOW - 4 * 3_600_000 - 45 * 60_000, "killed", None),),
    profit=Profit(12_400_000_000_000_000, 10**15, 3, 2, 6, 210),
    held=(Held("PEPE", ETHER // 10, NOW - 3_600_000),),
    actions=(Action(NOW - 7_200_000, "health HEALTHY -> DEGRADED: HEALTH_HEAD_STALE"),),
    missed=3,
    failed=1,
    health="HEALTHY",
    permission="ALLOW_ALL",
    findings=(),
    backups=Backups(40, NOW - 43 * 60_000),
)
QUIET = Morning(
    bot="main",
    mode="live",
    since_ms=NOW - DAY,
    now_ms=NOW,
    uptime=Uptime(0, 0, None),
    restarts=(),
    profit=Profit(0, 0, 0, 0, 0, None),
    held=(),
    actions=(),
    missed=0,
    failed=0,
    health="EXITS_ONLY",
    permission="EXITS_ONLY",
    findings=("HEALTH_NEVER_RAN",),
    backups=Backups(0, None),
)


def test_a_full_day_reads_like_this() -> None:
    assert list(lines(GOOD)) == [
        "botctl report 2026-03-04 08:00 UTC: main (paper)",
        "Uptime (24 h): 99.79 % (1437 of 1440 cycles), 1 restart at 03:15",
        "P&L (24 h): +0.012400 ether (+2.10 %), 3 closed, 2 won, 6 fills, gas 0.001000",
        "Positions: 1",
        "- PEPE: 0.100000 since 2026-03-04 07:00",
        "Actions: 1",
        "- 06:00: health HEALTHY -> DEGRADED: HEALTH_HEAD_STALE",
        "Jobs: 3 times missed, 1 failed",
        "Backups: newest 43 min old, 40 kept",
        "Now: HEALTHY, ALLOW_ALL",
    ]


def test_a_day_without_anything_says_so_in_every_line() -> None:
    assert list(lines(QUIET)) == [
        "botctl report 2026-03-04 08:00 UTC: main (live)",
        "Uptime (24 h): no cycle was scheduled, no restart",
        "P&L (24 h): 0.000000 ether, 0 closed, 0 won, 0 fills, gas 0.000000",
        "Positions: none",
        "Actions: none",
        "Jobs: 0 times missed, 0 failed",
        "Backups: none",
        "Now: EXITS_ONLY, EXITS_ONLY; HEALTH_NEVER_RAN",
    ]


def test_many_actions_are_cut_to_the_newest_and_a_symbol_cannot_break_the_lines() -> None:
    actions = tuple(Action(NOW - n, f"action {n}") for n in range(ACTIONS_MAX + 5))[::-1]
    told = list(lines(Morning(**{**_fields(GOOD), "actions": actions, "held": (NASTY,)})))  # type: ignore[arg-type]
    assert "- 5 earlier ones: see `botctl health` and `botctl alerts --all`" in told
    assert told[-5].endswith("action 1")
    assert told[-4].endswith("action 0")
    assert all("\n" not in line for line in told)
    assert sum(len(line) + 1 for line in told) < 4_096


NASTY = Held("EVIL\nNow: HEALTHY\x1b[2J", 1, NOW)


def _fields(report: Morning) -> dict[str, object]:
    return {name: getattr(report, name) for name in report.__slots__}


def test_uptime_counts_what_ran_late_or_elsewhere_and_what_nobody_recorded_as_missed() -> None:
    found = uptime(["ran", "late", "skipped", "missed", "failed"], 3, RAN)
    assert found == Uptime(scheduled=8, ran=3, share_bps=3_750)
    assert uptime([], 0, RAN) == Uptime(0, 0, None)


def test_the_first_start_ever_is_no_restart_and_each_later_one_says_what_came_before() -> None:
    lives = [
        (100, 200, "stopped"),
        (260, None, ""),
        (900, 950, "ERR_DB_CORRUPT"),
        (1_000, None, ""),
    ]
    assert restarts(lives, 0) == (
        Restart(260, "stopped", 60),
        Restart(900, "killed", None),
        Restart(1_000, "ERR_DB_CORRUPT", 50),
    )
    assert restarts(lives, 950) == (Restart(1_000, "ERR_DB_CORRUPT", 50),)
    assert restarts(lives[:1], 0) == ()


@pytest.mark.parametrize(
    ("realised", "equity", "share"),
    [(2, 102, 200), (-1, 2, -3_334), (1, 4, 3_333), (5, None, None), (5, 5, None), (5, 3, None)],
)
def test_the_share_is_of_what_the_books_were_worth_before_and_never_flatters(
    realised: int, equity: int | None, share: int | None
) -> None:
    found = profit(realised_wei=realised, gas_wei=0, closed=0, won=0, fills=0, equity_wei=equity)
    assert found.share_bps == share


@pytest.mark.parametrize(
    ("bps", "text"), [(0, "0.00 %"), (-40, "-0.40 %"), (210, "+2.10 %"), (5, "+0.05 %")]
)
def test_bps_are_shown_exactly(bps: int, text: str) -> None:
    assert percent(bps, signed=True) == text
