"""Every query of every dashboard is PromQL that the real Prometheus reads, over names that exist."""

import json
import re
import subprocess
from pathlib import Path

import msgspec
import pytest

from botctl.core.telemetry.catalog import BY_NAME, CATALOG, Kind
from deploy.grafana.boards import BOARDS
from deploy.grafana.panels import Board, Chart, Query
from deploy.grafana.render import FOLDER, path, rendered
from tests.deploy import rules as r
from tests.deploy.asked import concrete, queries

GRAFANA = FOLDER.parent
RECORDED = {rule.record for rule in r.rules() if rule.record}
SYNTHETIC = {"ALERTS", "up"}
PARTS = re.compile(r"_(bucket|count|sum)$")
WIDTH = 24
ASKED_FOR = {"overview", "latency", "throughput", "reliability", "cost", "trading", "fleet"}


class Source(msgspec.Struct):
    name: str
    uid: str
    type: str
    url: str


class Sources(msgspec.Struct):
    datasources: list[Source]


class ProviderOptions(msgspec.Struct):
    path: str


class Provider(msgspec.Struct):
    name: str
    options: ProviderOptions


class Providers(msgspec.Struct):
    providers: list[Provider]


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.name)
def test_the_file_is_what_the_code_renders(board: Board) -> None:
    assert path(board).read_text(encoding="utf-8") == rendered(board)


def test_there_is_a_screen_for_each_concern_and_no_file_beside_them() -> None:
    assert {board.name for board in BOARDS} == ASKED_FOR
    assert {one.stem for one in FOLDER.iterdir()} == ASKED_FOR


def test_prometheus_reads_every_query(promtool: Path, tmp_path: Path) -> None:
    found = queries()
    assert len(found) > len(BOARDS)
    rules = [{"record": f"q:{n}", "expr": concrete(one)} for n, one in enumerate(found)]
    file = tmp_path / "queries.yml"
    file.write_text(json.dumps({"groups": [{"name": "q", "rules": rules}]}), encoding="utf-8")
    done = subprocess.run(
        [str(promtool), "check", "rules", str(file)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(found)} rules found" in done.stdout


@pytest.mark.parametrize("query", queries(), ids=lambda query: query.expr[:60])
def test_a_query_reads_what_the_catalog_or_a_rule_has(query: Query) -> None:
    expr = concrete(query)
    read = {PARTS.sub("", name) if name not in BY_NAME else name for name in r.metrics_of(expr)}
    assert read
    assert read - BY_NAME.keys() - RECORDED - SYNTHETIC == set()
    for metric, label in r.labels_of(expr):
        if (family := BY_NAME.get(PARTS.sub("", metric))) is not None:
            assert label in {*family.labels, "bot", "chain", "le"}, (metric, label)


@pytest.mark.parametrize("query", queries(), ids=lambda query: query.expr[:60])
def test_a_query_keeps_to_the_chosen_bots(query: Query) -> None:
    read = r.metrics_of(concrete(query)) - {"slo:error_budget:ratio"}
    assert query.selected.count("$bot") >= len(read)
    assert query.selected.count("$chain") == query.selected.count("$bot")


@pytest.mark.parametrize("query", queries(), ids=lambda query: query.expr[:60])
def test_a_legend_names_labels_that_the_query_keeps(query: Query) -> None:
    named = set(re.findall(r"\{\{(\w+)\}\}", query.legend))
    recorded = any(name.startswith(("bot", "slo")) for name in r.metrics_of(query.expr))
    kept = r.grouping_labels(query.expr) | ({"bot", "chain", "slo", "dir"} if recorded else set())
    assert named <= kept


def test_every_family_is_shown_somewhere() -> None:
    shown = {name for one in queries() for name in r.metrics_of(concrete(one))}
    judged = {name for rule in r.rules() for name in r.metrics_of(rule.expr)}
    seen = {PARTS.sub("", name) if name not in BY_NAME else name for name in shown | judged}
    assert [family.name for family in CATALOG if family.name not in seen] == []


def test_every_recorded_series_is_read_by_somebody() -> None:
    read = {name for rule in r.rules() for name in r.metrics_of(rule.expr)}
    shown = {name for one in queries() for name in r.metrics_of(concrete(one))}
    assert RECORDED - read - shown == set()


def test_counters_are_never_shown_bare() -> None:
    """Their sum since the books began says little; the one chart that does so is about a gap."""
    counters = "|".join(family.name for family in CATALOG if family.kind is Kind.COUNTER)
    bare = re.compile(rf"(?:{counters})\{{[^}}]*\}}(?!\[)")
    charts = {
        chart.title
        for board in BOARDS
        for chart in board.charts
        for query in chart.queries
        if bare.search(query.expr)
    }
    assert charts == {"Orders that a node took, and that are buried"}


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.name)
def test_a_screen_fits_and_says_what_each_chart_is_for(board: Board) -> None:
    assert board.asks.endswith("?")
    titles = [chart.title for chart in board.charts]
    assert len(set(titles)) == len(titles)
    assert all(chart.says.endswith(".") and chart.queries for chart in board.charts)
    assert all(_rows_full(board.charts))


def test_dashboards_offer_the_choice_of_bots_and_chains() -> None:
    for board in BOARDS:
        shown = json.loads(path(board).read_text(encoding="utf-8"))
        assert [one["name"] for one in shown["templating"]["list"]] == [
            *("datasource", "bot", "chain"),
        ]
        assert shown["uid"] == f"botctl-{board.name}"


def test_what_is_provisioned_is_where_compose_puts_it() -> None:
    sources = (GRAFANA / "provisioning" / "datasources" / "prometheus.yml").read_bytes()
    (source,) = msgspec.yaml.decode(sources, type=Sources).datasources
    assert (source.type, source.url) == ("prometheus", "http://prometheus:9090")
    providers = (GRAFANA / "provisioning" / "dashboards" / "botctl.yml").read_bytes()
    (provider,) = msgspec.yaml.decode(providers, type=Providers).providers
    assert provider.options.path == "/etc/grafana/botctl"


def _rows_full(charts: tuple[Chart, ...]) -> list[bool]:
    """True for each row of charts whose widths end exactly at the right edge, the last one apart."""
    rows, at = [], 0
    for chart in charts:
        at += chart.width
        if at >= WIDTH:
            rows.append(at == WIDTH)
            at = 0
    return rows
