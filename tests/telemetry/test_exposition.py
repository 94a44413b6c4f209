"""The text is what Prometheus' own parser reads, value for value."""

from collections.abc import Mapping
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from botctl.core.telemetry.catalog import CATALOG, Kind
from botctl.core.telemetry.exposition import Number, exposition, plain
from botctl.core.telemetry.tally import Histogram, Labels, Series, Tally

COMMON: Labels = (("bot", "main"), ("chain", "1"))
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=30)


def parsed(values: Mapping[Series, Number | Histogram]) -> list[Sample]:
    text = exposition(values, COMMON)
    return [one for family in text_string_to_metric_families(text) for one in family.samples]


def labelled(sample: Sample) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(sample.labels.items()))


@given(TEXT, st.integers(0, 2**53))
def test_whatever_a_label_says_comes_back(provider: str, count: int) -> None:
    series = Series("rpc_calls_total", (("provider", provider),))
    found = [one for one in parsed({series: count}) if one.name == "rpc_calls_total"]
    assert [(labelled(one), one.value) for one in found] == [
        ((*COMMON, ("provider", provider)), float(count))
    ]


@given(st.lists(st.integers(0, 20_000_000_000), min_size=1, max_size=30))
def test_buckets_are_cumulative_and_the_last_holds_everything(millionths: list[int]) -> None:
    tally = Tally()
    for one in millionths:
        tally.observe("detect_latency_ms", one)
    samples = [one for one in parsed(dict(tally)) if one.name.startswith("detect_latency_ms")]
    told = {one.labels["le"]: one.value for one in samples if "le" in one.labels}
    heights = list(told.values())
    assert heights == sorted(heights)
    assert told["+Inf"] == len(millionths)
    assert told["250"] == sum(one <= 250_000_000 for one in millionths)
    by_name = {one.name: one.value for one in samples if "le" not in one.labels}
    assert by_name["detect_latency_ms_count"] == len(millionths)
    assert by_name["detect_latency_ms_sum"] == float(Decimal(sum(millionths)) / 1_000_000)


def test_every_family_is_named_with_its_kind_and_no_gauge_is_made_up() -> None:
    families = {one.name: one for one in text_string_to_metric_families(exposition({}, COMMON))}
    for family in CATALOG:
        stem = family.name.removesuffix("_total") if family.kind is Kind.COUNTER else family.name
        assert families[stem].type == family.kind
        assert families[stem].documentation == family.says
        zero = not family.labels and family.kind is not Kind.GAUGE
        assert bool(families[stem].samples) is zero
        assert all(sample.value == 0 for sample in families[stem].samples)


def test_a_histogram_without_samples_has_all_its_buckets() -> None:
    found = [one for one in parsed({}) if one.name == "confirmation_latency_ms_bucket"]
    assert [one.labels["le"] for one in found][-2:] == ["3.6e+06", "+Inf"]


def test_numbers_are_written_out() -> None:
    told = [plain(one) for one in (10**21, Decimal("1E+3"), Decimal("0.000100"), Decimal(0))]
    assert told == ["1000000000000000000000", "1000", "0.0001", "0"]
