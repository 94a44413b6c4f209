"""Reading decisions: every filter gives what filtering by hand gives, newest first."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from botctl.adapters.store import SqlStore, ledger
from botctl.core.reasons import Kind
from botctl.core.units import BundleId
from botctl.ports.store import Cursor, DecidedBatch, LedgerFilter, LedgerRow
from tests.store.making import address, block_hash, cycle, decided, market, row

REASONS = ("SCORE_LOW", "RANKED_OUT", "INV_SELLABLE")
CYCLES = range(1, 8)
PAIRS = range(1, 6)


def every_row() -> Iterator[LedgerRow]:
    """Each kind and reason in a rhythm of its own."""
    kinds = list(Kind)
    for number in CYCLES:
        for pair in PAIRS:
            kind, reason = kinds[(number * 3 + pair) % 6], REASONS[(number + pair * 2) % 3]
            yield row(number, pair=pair, kind=kind, reason=reason)


ROWS = tuple(every_row())


@pytest.fixture(scope="module")
def filled(scratch: SqlStore) -> SqlStore:
    scratch.advance(Cursor(1, block_hash(1)), [market(pair) for pair in PAIRS], [])
    for number in CYCLES:
        scratch.record(cycle(number), [])
        rows = [r for r in ROWS if r.cycle_id == cycle(number).cycle_id]
        bundles = [(r.bundle_id, r.bundle_id.encode()) for r in rows]
        scratch.commit(DecidedBatch(cycle(number).cycle_id, 1, rows, bundles, (), ()))
    return scratch


def matches(wanted: LedgerFilter, one: LedgerRow) -> bool:
    return (
        wanted.pair.lower() in {"", one.pair, (one.symbol or "").lower()}
        and (not wanted.kinds or one.kind in wanted.kinds)
        and (not wanted.reasons or one.reason in wanted.reasons)
        and wanted.cycle_id in {"", one.cycle_id}
        and (wanted.since_ms is None or one.at_ms >= wanted.since_ms)
        and (wanted.until_ms is None or one.at_ms <= wanted.until_ms)
    )


FILTERS = st.builds(
    LedgerFilter,
    pair=st.sampled_from(
        ["", "", address(2), address(2).upper().replace("X", "x"), "sym3", "none"]
    ),
    kinds=st.lists(st.sampled_from(list(Kind)), max_size=3),
    reasons=st.lists(st.sampled_from(REASONS), max_size=2),
    cycle_id=st.sampled_from(["", "", cycle(3).cycle_id]),
    since_ms=st.none() | st.integers(0, 8_000),
    until_ms=st.none() | st.integers(0, 8_000),
    limit=st.none() | st.integers(0, 40),
)


@settings(max_examples=60, deadline=None)
@given(FILTERS)
def test_a_filter_gives_what_filtering_by_hand_gives(
    filled: SqlStore, wanted: LedgerFilter
) -> None:
    found = list(filled.rows(wanted))
    by_hand = [one for one in ROWS if matches(wanted, one)]
    assert len(found) == len(set(found))
    assert set(found) <= set(by_hand)
    assert len(found) == min(len(by_hand), len(by_hand) if wanted.limit is None else wanted.limit)
    newest_first = sorted((one.at_ms for one in by_hand), reverse=True)
    assert [one.at_ms for one in found] == newest_first[: len(found)]


@settings(max_examples=20, deadline=None)
@given(FILTERS, st.integers(1, 4))
def test_the_size_of_a_page_does_not_show(
    filled: SqlStore, wanted: LedgerFilter, page: int
) -> None:
    whole = list(filled.rows(wanted))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ledger, "PAGE_ROWS", page)
        patch.setattr(ledger, "BUNDLES_AT_ONCE", page)
        assert list(filled.rows(wanted)) == whole
        bundles = list(filled.bundles(wanted))
    assert bundles == [(one.bundle_id, one.bundle_id.encode()) for one in whole]


def test_reasons_are_counted_most_frequent_first(filled: SqlStore) -> None:
    recent = [(one.kind, one.reason) for one in ROWS if one.at_ms >= 4_000]
    found = filled.reasons_since(4_000)
    assert {(kind, reason): n for kind, reason, n in found} == {k: recent.count(k) for k in recent}
    assert [n for _, _, n in found] == sorted((n for _, _, n in found), reverse=True)


def test_rows_that_arrive_while_reading_disturb_nobody(store: SqlStore) -> None:
    for number in (1, 2, 3):
        decided(store, number, rows=(row(number),))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ledger, "PAGE_ROWS", 1)
        reading = store.rows(LedgerFilter(limit=None))
        first = list(islice(reading, 1))
        decided(store, 4, rows=(row(4),))
        assert first + list(reading) == [row(3), row(2), row(1)]


def test_a_symbol_that_several_markets_claim_finds_them_all(store: SqlStore) -> None:
    twins = [replace(market(n), symbol="Twin") for n in (1, 2)]
    store.advance(Cursor(1, block_hash(1)), [*twins, market(3)], [])
    decided(store, 1, rows=tuple(row(1, pair=n) for n in (1, 2, 3)))
    found = store.rows(LedgerFilter(pair="tWIN"))
    assert {one.pair for one in found} == {address(1), address(2)}


def test_a_bundle_that_was_never_stored_is_passed_over(store: SqlStore) -> None:
    decided(store, 1, rows=(row(1),))
    assert list(store.bundles(LedgerFilter())) == []
    assert store.bundle(BundleId("0" * 64)) is None
