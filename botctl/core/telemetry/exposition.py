"""Metrics as Prometheus reads them: text format 0.0.4.

https://prometheus.io/docs/instrumenting/exposition_formats/ : HELP escapes backslash and line feed,
label values the double quote as well. Every family of the catalog is named, in its order; one without
labels that nothing has happened to yet is told as zero, so that a rate has a beginning.
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Final

from botctl.core.telemetry.catalog import CATALOG, Family, Kind
from botctl.core.telemetry.tally import Histogram, Labels, Series

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
Number = int | Decimal
Values = Mapping[Series, Number | Histogram]
INFINITE: Final = "+Inf"


def exposition(values: Values, common: Labels) -> str:
    """`common` labels stand on every line: bot and chain."""
    by_name: dict[str, list[Series]] = {}
    for series in values:
        by_name.setdefault(series.name, []).append(series)
    lines: list[str] = []
    for family in CATALOG:
        found = by_name.get(family.name, [])
        lines += _family(family, {one: values[one] for one in sorted(found, key=_key)}, common)
    return "\n".join(lines) + "\n"


def _key(series: Series) -> Labels:
    return series.labels


def _family(family: Family, found: Values, common: Labels) -> Iterator[str]:
    yield f"# HELP {family.name} {_escaped(family.says, quotes=False)}"
    yield f"# TYPE {family.name} {family.kind}"
    told: Values = found or _zero(family)
    for series, value in told.items():
        labels = (*common, *series.labels)
        if isinstance(value, Histogram):
            yield from _histogram(family, value, labels)
        else:
            yield f"{family.name}{_labels(labels)} {plain(value)}"


def _zero(family: Family) -> Values:
    """Gauges are never made up: one that is not known is not told."""
    if family.labels or family.kind is Kind.GAUGE:
        return {}
    if family.kind is Kind.COUNTER:
        return {Series(family.name): 0}
    return {Series(family.name): Histogram((0,) * (len(family.buckets) + 1), 0)}


def _histogram(family: Family, value: Histogram, labels: Labels) -> Iterator[str]:
    """Buckets are cumulative, and the last one holds everything."""
    so_far = 0
    limits = [*(f"{bound:g}" for bound in family.buckets), INFINITE]
    for limit, count in zip(limits, value.counts, strict=True):
        so_far += count
        yield f"{family.name}_bucket{_labels((*labels, ('le', limit)))} {so_far}"
    yield f"{family.name}_sum{_labels(labels)} {plain(value.sum)}"
    yield f"{family.name}_count{_labels(labels)} {so_far}"


def plain(number: Number) -> str:
    """Without an exponent, and without zeros at its end."""
    if isinstance(number, int):
        return str(number)
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _labels(labels: Iterable[tuple[str, str]]) -> str:
    inside = ",".join(f'{name}="{_escaped(value, quotes=True)}"' for name, value in labels)
    return f"{{{inside}}}"


def _escaped(text: str, *, quotes: bool) -> str:
    safe = text.replace("\\", r"\\").replace("\n", r"\n")
    return safe.replace('"', r"\"") if quotes else safe
