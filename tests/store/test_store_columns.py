"""256-bit integers, text and counts come back from both databases as the columns promise."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from botctl.adapters.store import SqlStore
from botctl.adapters.store.columns import (
    BIGINT_MAX,
    Foreign,
    Int256,
    Saturated,
    Uint256,
    clean,
    saturated,
)
from botctl.core.units import UINT256_MAX

TABLE = sa.Table(
    "columns_under_test",
    sa.MetaData(),
    sa.Column("amount", Uint256),
    sa.Column("change", Int256),
    sa.Column("text", Foreign),
    sa.Column("count", Saturated),
)
EDGES = (0, 1, 2**53 + 1, 2**63 - 1, 2**63, 2**128, UINT256_MAX - 1, UINT256_MAX)


@pytest.fixture(scope="module")
def table(scratch: SqlStore) -> Iterator[SqlStore]:
    with scratch._db.writing() as db:
        TABLE.create(db)
    yield scratch
    with scratch._db.writing() as db:
        TABLE.drop(db)


def back(store: SqlStore, **values: object) -> tuple[object, ...]:
    """What was written, read again from the disk's side of the column."""
    with store._db.writing() as db:
        db.execute(sa.delete(TABLE))
        db.execute(sa.insert(TABLE).values(**values))
        return tuple(db.execute(sa.select(*(TABLE.c[name] for name in values))).one())


@pytest.mark.parametrize("value", EDGES)
def test_an_amount_is_exact_up_to_its_last_bit(table: SqlStore, value: int) -> None:
    assert back(table, amount=value, change=-value) == (value, -value)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, UINT256_MAX), st.integers(-UINT256_MAX, UINT256_MAX))
def test_any_amount_is_exact(table: SqlStore, amount: int, change: int) -> None:
    found = back(table, amount=amount, change=change)
    assert found == (amount, change)
    assert all(type(number) is int for number in found)


def test_nothing_stays_nothing(table: SqlStore) -> None:
    nothing = dict.fromkeys(("amount", "change", "text", "count"))
    assert back(table, **nothing) == (None, None, None, None)


@pytest.mark.parametrize(
    ("column", "value"),
    [("amount", -1), ("amount", UINT256_MAX + 1), ("change", -UINT256_MAX - 1)],
)
def test_what_does_not_fit_is_refused_not_cut(table: SqlStore, column: str, value: int) -> None:
    with pytest.raises(sa.exc.StatementError, match="does not fit"):
        back(table, **{column: value})


@pytest.mark.parametrize(
    ("value", "kept"),
    [(BIGINT_MAX, BIGINT_MAX), (BIGINT_MAX + 1, BIGINT_MAX), (-(2**70), -BIGINT_MAX), (None, None)],
)
def test_a_count_saturates(table: SqlStore, value: int | None, kept: int | None) -> None:
    assert saturated(value) == kept
    assert back(table, count=value) == (kept,)


@settings(max_examples=50, deadline=None)
@given(st.text(st.characters(codec=None), max_size=20))
def test_any_text_of_a_stranger_can_be_stored(table: SqlStore, text: str) -> None:
    [stored] = back(table, text=text)
    assert stored == clean(text)
    if text.isprintable():
        assert stored == text
