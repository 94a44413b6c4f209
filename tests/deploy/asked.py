"""The queries of the dashboards, with Grafana's variables put in."""

from typing import Final

from deploy.grafana.boards import BOARDS
from deploy.grafana.panels import Query

PUT_IN: Final = {
    "$__rate_interval": "5m",
    "$__range": "6h",
    "$bot": ".+",
    "$chain": ".+",
}


def queries() -> list[Query]:
    found = [query for board in BOARDS for chart in board.charts for query in chart.queries]
    return list({one.expr: one for one in found}.values())


def concrete(query: Query) -> str:
    expr = query.selected
    for name, value in PUT_IN.items():
        expr = expr.replace(name, value)
    return expr
