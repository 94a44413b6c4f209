"""`metrics` and `telemetry` from the command line, against a real collector."""

import fcntl
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from botctl.core.telemetry.catalog import CATALOG
from tests.cli.conftest import Botctl
from tests.telemetry.collector import collector


def test_metrics_are_what_prometheus_reads_and_nothing_else_is_on_stdout(ready: Botctl) -> None:
    ended = ready("metrics")
    assert ended.status == 0
    names = {one.name for one in text_string_to_metric_families(ended.out)}
    assert names == {one.name.removesuffix("_total") for one in CATALOG}


def test_metrics_as_a_document_are_exact_texts_with_their_labels(ready: Botctl) -> None:
    found = ready("metrics", "--json").document["metrics"]
    assert isinstance(found, list)
    by_name = {one["name"]: one for one in found}
    info = by_name["build_info"]
    assert info["value"] == "1"
    assert info["labels"].keys() == {"bot", "chain", "version", "build_sha"}
    assert by_name["recheck_interval_seconds"]["value"] == "60"


def test_telemetry_without_a_collector_keeps_sums(ready: Botctl) -> None:
    ready("status")
    report = ready("telemetry", "--json").document
    assert report["unsent"] == ""
    assert report["sent"] == 0
    assert ready("telemetry").out.startswith("0 rows counted")


def test_what_a_collector_does_not_take_ends_with_try_later(
    ready: Botctl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOTCTL_TELEMETRY__OTLP_METRICS", "true")
    monkeypatch.setenv("BOTCTL_TELEMETRY__DEADLINE_MS", "300")
    with collector() as to:
        monkeypatch.setenv("BOTCTL_TELEMETRY__OTLP_URL", to.url)
        to.status = 500
        ended = ready("telemetry")
        assert ended.status == 75
        assert "not sent" in ended.out
        to.status = 200
        assert ready("telemetry").status == 0
        assert "build_info" in to.metrics


def test_a_second_run_says_so_and_does_nothing(ready: Botctl, home: Path) -> None:
    ready("status")
    state = next(home.rglob("*.db")).parent
    with (state / "telemetry.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        ended = ready("telemetry", "--json")
    assert (ended.status, ended.document) == (0, {"busy": True, "command": "telemetry"})
