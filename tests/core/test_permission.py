"""The lattice: the worst source wins, no reason is lost, and the order of asking changes nothing."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botctl.core.permission import Level, PermissionSource, SourceKind, permission, worst

sources = st.builds(
    PermissionSource,
    kind=st.sampled_from(SourceKind),
    level=st.sampled_from(Level),
    reason=st.sampled_from(["drill", "drawdown", "stale", "operator"]),
)
voices = st.lists(sources, max_size=8)


@given(voices)
def test_the_worst_source_wins(said: list[PermissionSource]) -> None:
    assert permission(said).level == max((s.level for s in said), default=Level.ALLOW_ALL)


@given(voices.flatmap(lambda said: st.tuples(st.just(said), st.permutations(said))))
def test_the_order_of_the_sources_changes_neither_level_nor_reasons(
    orders: tuple[list[PermissionSource], list[PermissionSource]],
) -> None:
    one, other = permission(orders[0]), permission(orders[1])
    assert one.level == other.level
    assert Counter(one.reasons) == Counter(other.reasons)


@given(voices, voices)
def test_another_source_never_allows_more(
    said: list[PermissionSource], more: list[PermissionSource]
) -> None:
    assert permission([*said, *more]).level >= permission(said).level


@given(voices, voices)
def test_asking_twice_or_in_parts_gives_the_same(
    a: list[PermissionSource], b: list[PermissionSource]
) -> None:
    together = permission([*a, *b])
    assert together.level == max(permission(a).level, permission(b).level)
    assert permission([*together.reasons, *a, *b]).level == together.level


@given(voices)
def test_every_restricting_reason_is_kept_worst_first(said: list[PermissionSource]) -> None:
    found = permission(said).reasons
    assert Counter(found) == Counter(s for s in said if s.level is not Level.ALLOW_ALL)
    assert [s.level for s in found] == sorted((s.level for s in found), reverse=True)


@pytest.mark.parametrize(
    ("level", "entries", "exits"),
    [
        (Level.ALLOW_ALL, True, True),
        (Level.EXITS_ONLY, False, True),
        (Level.HALT_ALL, False, False),
    ],
)
def test_exits_only_lets_sells_through_and_halt_nothing(
    level: Level, entries: bool, exits: bool
) -> None:
    found = permission([PermissionSource(SourceKind.KILL, level, "drill")])
    assert (found.entries, found.exits) == (entries, exits)


def test_no_source_at_all_allows_everything() -> None:
    assert permission([]).entries


@given(voices, st.sampled_from(SourceKind))
def test_the_worst_of_one_kind_hears_only_that_kind(
    said: list[PermissionSource], kind: SourceKind
) -> None:
    own = [s for s in said if s.kind is kind]
    assert worst(said, kind) == permission(own).level
