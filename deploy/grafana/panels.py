"""What a dashboard here is made of: a chart is a title, a unit, a reason, and named queries.

A query writes `SEL` where the chosen bots and chains go.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from typing import Final

from grafana_foundation_sdk.builders import (
    bargauge,
    common,
    dashboard,
    prometheus,
    stat,
    statetimeline,
    table,
    timeseries,
)
from grafana_foundation_sdk.models import common as look
from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

SELECTED: Final = 'bot=~"$bot", chain=~"$chain"'
CHOSEN: Final = re.compile(r"\bSEL\b")  # a word: SELL is one too
SOURCE: Final = model.DataSourceRef(type_val="prometheus", uid="${datasource}")
STEPS: Final = {"good": "green", "warn": "orange", "bad": "red"}
FILL: Final = 12.0
STACKED_FILL: Final = 60.0


class Form(StrEnum):
    LINES = "lines"
    STACK = "stack"
    NUMBER = "number"
    BARS = "bars"
    STATES = "states"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Query:
    """`legend` as Grafana writes it, such as {{provider}}."""

    legend: str
    expr: str

    @property
    def selected(self) -> str:
        return CHOSEN.sub(SELECTED, self.expr)


@dataclass(frozen=True, slots=True)
class Chart:
    """`unit`: Grafana's name of it. `warn`, `bad`: from where on it is orange and red.

    `falls`: less is worse, so `bad` is below `warn`. `words`: texts for whole numbers from 0.
    `signed`: lines may lie below zero.
    """

    title: str
    says: str
    unit: str
    queries: tuple[Query, ...]
    form: Form = Form.LINES
    width: int = 12
    height: int = 8
    warn: float | None = None
    bad: float | None = None
    falls: bool = False
    signed: bool = False
    words: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Board:
    """One concern on one screen. `asks`: the question it answers."""

    name: str
    title: str
    asks: str
    charts: tuple[Chart, ...]


AnyPanel = bargauge.Panel | stat.Panel | statetimeline.Panel | table.Panel | timeseries.Panel


def panel(chart: Chart, number: int) -> AnyPanel:
    made = _of_its_form(chart).id(number)
    made.title(chart.title).description(chart.says).unit(chart.unit)
    made.span(chart.width).height(chart.height).datasource(SOURCE)
    made.thresholds(_thresholds(chart))
    if chart.words:
        made.mappings([_words(chart.words)])
    for query, letter in zip(chart.queries, _letters(), strict=False):
        made.with_target(_target(chart, query, letter))
    return made


def _of_its_form(chart: Chart) -> AnyPanel:
    match chart.form:
        case Form.LINES:
            lines = timeseries.Panel().fill_opacity(FILL).legend(_legend())
            return lines if chart.signed else lines.min(0)
        case Form.STACK:
            stacked = common.StackingConfig().mode(look.StackingMode.NORMAL).group("A")
            made = timeseries.Panel().fill_opacity(STACKED_FILL).stacking(stacked)
            return made.legend(_legend()).min(0)
        case Form.NUMBER:
            return (
                stat.Panel()
                .reduce_options(_newest())
                .color_mode(look.BigValueColorMode.BACKGROUND)
                .graph_mode(look.BigValueGraphMode.NONE)
            )
        case Form.BARS:
            horizontal = look.VizOrientation.HORIZONTAL
            return bargauge.Panel().reduce_options(_newest()).orientation(horizontal)
        case Form.STATES:
            return statetimeline.Panel().legend(_legend())
        case Form.TABLE:
            return table.Panel().transformations(_joined(chart.queries))


def _legend() -> common.VizLegendOptions:
    bottom = common.VizLegendOptions().placement(look.LegendPlacement.BOTTOM)
    return bottom.display_mode(look.LegendDisplayMode.LIST).show_legend(show_legend=True)


def _newest() -> common.ReduceDataOptions:
    return common.ReduceDataOptions().calcs(["lastNotNull"])


def _joined(queries: Sequence[Query]) -> list[model.DataTransformerConfig]:
    """One row a bot; a column each query, under its legend."""
    hidden = {"Time": True, "__name__": True, "instance": True, "job": True}
    names = {
        f"Value #{letter}": one.legend for one, letter in zip(queries, _letters(), strict=False)
    }
    options = {"excludeByName": hidden, "renameByName": names}
    return [
        model.DataTransformerConfig(id_val="merge", options={}),
        model.DataTransformerConfig(id_val="organize", options=options),
    ]


def _thresholds(chart: Chart) -> dashboard.ThresholdsConfig:
    """Ascending; the first step has no bound."""
    rising = [(None, "good"), (chart.warn, "warn"), (chart.bad, "bad")]
    falling = [(None, "bad"), (chart.bad, "warn"), (chart.warn, "good")]
    named = falling if chart.falls else rising
    steps = [
        model.Threshold(value=bound, color=STEPS[step])
        for index, (bound, step) in enumerate(named)
        if index == 0 or bound is not None
    ]
    return dashboard.ThresholdsConfig().mode(model.ThresholdsMode.ABSOLUTE).steps(steps)


def _words(words: Sequence[tuple[str, str]]) -> model.ValueMap:
    shown = {
        str(number): model.ValueMappingResult(text=text, color=color, index=number)
        for number, (text, color) in enumerate(words)
    }
    return model.ValueMap(options=shown)


def _target(chart: Chart, query: Query, letter: str) -> prometheus.Dataquery:
    made = prometheus.Dataquery().expr(query.selected).ref_id(letter).datasource(SOURCE)
    if chart.form is Form.TABLE:
        return made.instant().format(PromQueryFormat.TABLE)
    made = made.legend_format(query.legend)
    return made.instant() if chart.form is Form.BARS else made.range()


def _letters() -> Iterator[str]:
    yield from (chr(number) for number in count(ord("A")))
