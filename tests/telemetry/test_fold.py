"""Metrics add up: any split of the rows, in any order, gives what all of them give at once."""

from hypothesis import given
from hypothesis import strategies as st

from botctl.core.lifecycle import MOVES, OrderEvent, OrderState
from botctl.core.telemetry.catalog import BY_NAME, Kind
from botctl.core.telemetry.fold import Arrow, fold
from botctl.core.telemetry.spans import Span, Stage, event, root_id, span_id
from botctl.core.telemetry.tally import MILLION, Histogram, Series, Tally

COUNT = st.integers(0, 10**6)
WORD = st.sampled_from(["", "a", "ERR_X", 'quo"te', "back\\slash", "line\nfeed"])
TO = {arrow: to for (_, arrow), to in MOVES.items()}


def span(name: Stage, facts: dict[str, object], took_us: int = 5_000, status: str = "") -> Span:
    return Span("t" * 32, "s" * 16, "", name, 0, took_us, status, facts)


MEASURED = st.fixed_dictionaries(
    {},
    optional={
        "parts": st.lists(
            st.tuples(
                st.sampled_from(["fetch_positions", "equity_computation", "fresh_quote", "other"]),
                COUNT,
                st.integers(0, 1),
            )
        ),
        "rpc": st.fixed_dictionaries(
            {
                "in": COUNT,
                "out": COUNT,
                "providers": st.dictionaries(WORD, st.tuples(COUNT, COUNT, COUNT)),
            }
        ),
    },
)
FACTS = st.one_of(
    st.tuples(
        st.just(Stage.DETECT),
        st.fixed_dictionaries({"stored": st.booleans(), "markets": COUNT}),
    ),
    st.tuples(
        st.just(Stage.DECIDE),
        st.fixed_dictionaries(
            {
                "since_scan_ms": COUNT,
                "unsellable": COUNT,
                "stale": st.dictionaries(WORD, COUNT),
                "decisions": st.lists(
                    st.tuples(st.sampled_from(["BUY", "FAIL", "SKIP"]), WORD, COUNT)
                ),
            }
        ),
    ),
    st.tuples(st.just(Stage.CYCLE), st.fixed_dictionaries({"alone": st.booleans()})),
    st.tuples(st.just(Stage.RECONCILE), st.fixed_dictionaries({"mismatches": COUNT})),
    st.tuples(st.just(Stage.COMMAND), st.fixed_dictionaries({"command": WORD, "outcome": WORD})),
    st.tuples(st.just(Stage.JOB), st.fixed_dictionaries({"job": WORD, "outcome": WORD})),
    st.tuples(st.just(Stage.HEALTH), st.fixed_dictionaries({"now": WORD})),
)


@st.composite
def spans(draw: st.DrawFn) -> Span:
    name, facts = draw(FACTS)
    return span(name, {**facts, **draw(MEASURED)}, draw(COUNT), draw(WORD))


@st.composite
def arrows(draw: st.DrawFn) -> Arrow:
    made = draw(st.sampled_from(list(OrderEvent)))
    buried = TO[made] in {OrderState.CONFIRMED, OrderState.FAILED, OrderState.CANCELED}
    return Arrow(
        event=made,
        to=TO[made],
        at_ms=draw(COUNT),
        first=draw(st.booleans()),
        created_ms=draw(COUNT),
        scan_ms=draw(st.none() | COUNT),
        sent_ms=draw(st.none() | COUNT),
        fee_wei=draw(st.none() | st.integers(0, 2**200)) if buried else None,
        shortfall_bps=draw(st.none() | st.integers(-(10**6), 10**6)),
        closed=draw(st.sampled_from(["", "win", "loss"])),
    )


@given(st.lists(spans(), max_size=12), st.lists(arrows(), max_size=12), st.data())
def test_folding_any_split_of_the_rows_is_folding_all_of_them(
    told: list[Span], moved: list[Arrow], data: st.DataObject
) -> None:
    at, where = data.draw(st.integers(0, len(told))), data.draw(st.integers(0, len(moved)))
    parts = fold(told[:at], moved[:where]) + fold(told[at:], moved[where:])
    assert parts == fold(told, moved)
    assert fold(reversed(told), reversed(moved)) == fold(told, moved)


@given(st.integers(-(10**14), 10**14))
def test_a_value_is_in_the_first_bucket_that_is_not_below_it(millionths: int) -> None:
    tally = Tally()
    tally.observe("slippage_shortfall_bps", millionths)
    ((_, found),) = tally
    assert isinstance(found, Histogram)
    bounds = BY_NAME["slippage_shortfall_bps"].buckets
    place = found.counts.index(1)
    assert found.count == 1
    assert place == len(bounds) or millionths <= bounds[place] * MILLION
    assert place == 0 or millionths > bounds[place - 1] * MILLION


def counts(tally: Tally) -> dict[str, int | Histogram]:
    """By name and labels, as a person would write them."""
    return {
        series.name + "".join(f" {k}={v}" for k, v in series.labels): value
        for series, value in tally
    }


def test_decisions_are_counted_by_kind_reason_and_outcome() -> None:
    facts: dict[str, object] = {
        "since_scan_ms": 90,
        "decisions": [["BUY", "ENTRY_SELECTED", 1], ["FAIL", "X", 4], ["SKIP", "Y", 2]],
        "unsellable": 3,
        "stale": {"INV_BLOCK_FRESH": 4},
    }
    found = counts(fold([span(Stage.DECIDE, facts)], []))
    assert found["pairs_failed_total"] == 4
    assert found["pairs_passed_total"] == 3
    assert found["decision_events_total decision=BUY"] == 1
    assert found["decision_reasons_total code=X"] == 4
    assert found["decision_reasons_total code=Y"] == 2
    assert "decision_reasons_total code=ENTRY_SELECTED" not in found
    assert found["sellability_fail_total"] == 3
    assert found["stale_data_total code=INV_BLOCK_FRESH"] == 4


def test_a_block_that_was_scanned_before_counts_no_market_twice() -> None:
    again = span(Stage.DETECT, {"stored": False, "markets": 7})
    assert fold([again], []) == Tally()


def test_wei_are_counted_to_the_last_one() -> None:
    paid = Arrow(OrderEvent.BURY_OK, OrderState.CONFIRMED, 9, True, 1, fee_wei=2**255 + 1)
    found = fold([], [paid, paid])
    assert found.counts[Series("tx_fees_wei_total", (("result", "ok"),))] == 2**256 + 2


def test_ids_follow_from_the_trace_so_that_strangers_agree_on_them() -> None:
    assert root_id("a") == span_id("a", "cycle") != root_id("b")
    assert len(root_id("a")) == 16
    assert int(root_id("a"), 16) >= 0


def test_every_counter_and_histogram_of_the_fold_is_in_the_catalog() -> None:
    """`add` and `observe` refuse what is not: kind and labels alike."""
    assert BY_NAME["job_runs_total"].kind is Kind.COUNTER
    told = fold([event(Stage.JOB, 5, {"job": "cycle", "outcome": "ran"})], [])
    assert counts(told) == {"job_runs_total job=cycle outcome=ran": 1}
