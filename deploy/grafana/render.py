"""Writes the dashboards as the JSON files that Grafana provisions.

`python -m deploy.grafana.render` from the root of the repository; a test compares.
"""

import json
import sys
from pathlib import Path
from typing import Final, cast

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import DashboardLinkType, VariableRefresh, VariableSort

from deploy.grafana.boards import BOARDS
from deploy.grafana.panels import SOURCE, Board, panel

FOLDER: Final = Path(__file__).with_name("dashboards")
ANY: Final = ".+"
TAG: Final = "botctl"


def rendered(board: Board) -> str:
    made = (
        dashboard.Dashboard(f"botctl: {board.title}")
        .uid(f"botctl-{board.name}")
        .description(board.asks)
        .tags([TAG])
        .time("now-6h", "now")
        .refresh("30s")
        .timezone("utc")
        .editable()
        .link(_others())
        .with_variable(dashboard.DatasourceVariable("datasource").type("prometheus"))
        .with_variable(_chosen("bot", "label_values(bot_health_state, bot)"))
        .with_variable(_chosen("chain", 'label_values(bot_health_state{bot=~"$bot"}, chain)'))
    )
    for number, chart in enumerate(board.charts, start=1):
        made.with_panel(panel(chart, number))
    return json.dumps(_plain(made), indent=2, sort_keys=True) + "\n"


def path(board: Board) -> Path:
    return FOLDER / f"{board.name}.json"


def _chosen(name: str, query: str) -> dashboard.QueryVariable:
    return (
        dashboard.QueryVariable(name)
        .query(query)
        .datasource(SOURCE)
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(VariableSort.ALPHABETICAL_ASC)
        .multi(multi=True)
        .include_all(include_all=True)
        .all_value(ANY)
    )


def _others() -> dashboard.DashboardLink:
    """The way from one screen to the next keeps bot, chain and time."""
    link = dashboard.DashboardLink("botctl").type(DashboardLinkType.DASHBOARDS).tags([TAG])
    return (
        link.as_dropdown(as_dropdown=True).include_vars(include_vars=True).keep_time(keep_time=True)
    )


def _plain(made: dashboard.Dashboard) -> object:
    return cast("object", json.loads(JSONEncoder(sort_keys=True).encode(made.build())))


def main() -> int:
    FOLDER.mkdir(exist_ok=True)
    for board in BOARDS:
        path(board).write_text(rendered(board), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
