"""Ids sort by when they were made, and are UUIDs to everybody else."""

from uuid import RFC_4122, UUID

from hypothesis import given
from hypothesis import strategies as st

from botctl.adapters.ids import CHANCE_MAX, TIME_MAX, TimeOrderedIds, uuid7

# RFC 9562, appendix A.6: time 0x017F22E279B0, rand_a 0xCC3, rand_b 0x18C4DC0C0C07398F.
EXAMPLE = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"
EXAMPLE_CHANCE = 0xCC3 << 62 | 0x18C4DC0C0C07398F


def test_the_example_of_the_rfc() -> None:
    assert uuid7(0x017F22E279B0, EXAMPLE_CHANCE) == EXAMPLE


@given(now_ms=st.integers(0, TIME_MAX), chance=st.integers(0, CHANCE_MAX))
def test_every_id_is_a_uuid_of_version_7_that_carries_its_time(now_ms: int, chance: int) -> None:
    made = UUID(uuid7(now_ms, chance))
    assert (made.version, made.variant, made.int >> 80) == (7, RFC_4122, now_ms)


@given(times=st.lists(st.integers(0, 5), min_size=2, max_size=20))
def test_ids_ascend_with_time_and_within_one_millisecond(times: list[int]) -> None:
    ids = TimeOrderedIds()
    made = [ids.time_ordered(now_ms) for now_ms in sorted(times)]
    assert made == sorted(set(made))


def test_a_millisecond_that_runs_out_begins_again_by_chance() -> None:
    draws = iter([CHANCE_MAX, 7])
    ids = TimeOrderedIds(lambda: next(draws))
    assert [ids.time_ordered(1), ids.time_ordered(1)] == [uuid7(1, CHANCE_MAX), uuid7(1, 7)]
