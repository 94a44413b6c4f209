"""Every alert is tried by the real promtool, firing and not, and uses only what the catalog has."""

import re
import subprocess
from pathlib import Path

import pytest

from botctl.cli.app import COMMANDS
from botctl.core.alerting.codes import AlertCode
from botctl.core.codes import Code
from botctl.core.health import HealthCode
from botctl.core.telemetry.catalog import BY_NAME, Family, Kind
from deploy.prometheus import slo
from tests.deploy import rules as r

ROOT = r.PROMETHEUS.parents[1]
CODES = {str(code) for kind in (Code, HealthCode, AlertCode) for code in kind}
ALERTS = {rule.alert: rule for rule in r.alerts()}
RECORDED = {rule.record for rule in r.rules() if rule.record}
OURS = ("bot", "chain")
OF_PROMETHEUS = {"up": ("job", "instance")}
# Labels that expressions give to what they make, or that a scrape without `honor_labels` renames.
MADE = {"slo", "exported_job"}
PARTS = ("_bucket", "_count", "_sum")
BLUEPRINT = {  # seed 000: the threshold of each expression, and its `for`
    "BotctlFailureRate": ("> 0.03", "5m"),
    "BotctlLatencyRegression": ("> 2 * avg_over_time", "5m"),
    "BotctlTrafficSpike": ("> 3 * avg_over_time", ""),
    "BotctlSilence": ("absent(", ""),
}
TIERS = {
    "1": {
        *("BotctlHalted", "BotctlNoCycles", "BotctlReconcileMismatch", "BotctlNonceMismatch"),
        "BotctlDailyLoss",
    },
    "2": {"BotctlSlowCycles", "BotctlProviderErrors", "BotctlPendingBacklog", "BotctlRevertSpike"},
    "3": {"BotctlFallbackProvider", "BotctlDegraded", "BotctlUnusualSlippage"},
}


@pytest.mark.parametrize("tests", r.TEST_FILES, ids=lambda path: path.stem)
def test_the_rules_do_what_their_tests_say(promtool: Path, tests: Path) -> None:
    done = subprocess.run(
        [promtool, "test", "rules", tests.name], cwd=tests.parent, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_wrong_rule_fails_its_test(promtool: Path, tmp_path: Path) -> None:
    """The tool really looks: the same tests against rules with one threshold changed."""
    (tmp_path / "tests").mkdir()
    text = (r.PROMETHEUS / "botctl.rules.yml").read_text(encoding="utf-8")
    wrong = text.replace("(nonce_mismatch) > 0", "(nonce_mismatch) > 1")
    assert wrong != text
    (tmp_path / "botctl.rules.yml").write_text(wrong, encoding="utf-8")
    tests = tmp_path / "tests" / "tier1.yml"
    tests.write_bytes((r.PROMETHEUS / "tests" / "tier1.yml").read_bytes())
    done = subprocess.run(
        [promtool, "test", "rules", tests], capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "BotctlNonceMismatch" in done.stdout + done.stderr


def test_promtool_accepts_the_rules_and_the_configuration(promtool: Path) -> None:
    for what, files in (("rules", r.RULE_FILES), ("config", (r.PROMETHEUS / "prometheus.yml",))):
        command = [str(promtool), "check", what, *map(str, files)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("alert", sorted(ALERTS))
def test_every_alert_is_tried_firing_and_not(alert: str) -> None:
    asked = [one for one in r.cases() if re.search(rf'alertname=~?"[^"]*\b{alert}\b', one.expr)]
    fired = [
        one
        for one in asked
        for sample in one.exp_samples
        if f'alertname="{alert}"' in sample.labels and 'alertstate="firing"' in sample.labels
    ]
    assert fired
    assert [one for one in asked if not one.exp_samples]


@pytest.mark.parametrize("alert", sorted(ALERTS))
def test_an_alert_says_its_tier_its_code_what_it_means_what_to_do_and_where_to_read(
    alert: str,
) -> None:
    rule = ALERTS[alert]
    assert rule.labels.keys() == {"tier", "code"}
    assert rule.labels["tier"] in TIERS
    assert rule.labels["code"] in CODES | {alert}
    assert rule.annotations.keys() >= {"summary", "meaning", "action", "runbook"}
    page, _, heading = rule.annotations["runbook"].partition("#")
    headings = re.findall(r"^## (\S+)$", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE)
    assert heading in [one.lower() for one in headings]
    assert heading == alert.lower()


def test_the_commands_that_alerts_name_exist() -> None:
    named = {
        found
        for rule in ALERTS.values()
        for text in rule.annotations.values()
        for found in re.findall(r"`botctl ([a-z][a-z ]*[a-z])", text)
    }
    assert (
        sorted(
            words
            for words in named
            if not any(words == name or words.startswith(f"{name} ") for name in COMMANDS)
        )
        == []
    )


def test_the_tiers_are_those_of_the_blueprint() -> None:
    for tier, names in TIERS.items():
        assert {name: ALERTS[name].labels["tier"] for name in names} == dict.fromkeys(names, tier)


@pytest.mark.parametrize("alert", BLUEPRINT)
def test_the_expressions_of_the_blueprint_keep_their_thresholds_and_their_patience(
    alert: str,
) -> None:
    threshold, wait = BLUEPRINT[alert]
    assert threshold in " ".join(ALERTS[alert].expr.split())
    assert ALERTS[alert].wait == wait


def test_an_alert_keeps_the_bot_that_it_is_about() -> None:
    """Aggregated away, nobody could tell whom to stop."""
    blind = {rule.alert for rule in ALERTS.values() if "bot" not in _labels_kept(rule.expr)}
    assert blind == {"BotctlSilence", "BotctlDown"}


def test_rules_read_only_what_the_catalog_or_another_rule_has() -> None:
    read = {name for rule in r.rules() for name in r.metrics_of(rule.expr)}
    assert read  # the reader of expressions sees something
    unknown = {name for name in read if _family(name) is None}
    assert unknown - RECORDED - OF_PROMETHEUS.keys() == set()


def test_rules_match_only_labels_that_the_family_has() -> None:
    for rule in r.rules():
        for metric, label in r.labels_of(rule.expr):
            assert label in _labels(metric), (metric, label)
        assert r.grouping_labels(rule.expr) <= {
            *MADE, "le", *(label for one in BY_NAME.values() for label in (*one.labels, *OURS)),
        }  # fmt: skip


def test_the_bucket_of_an_objective_is_a_bucket_of_the_family() -> None:
    for metric, le in re.findall(r'(\w+)_bucket\{[^}]*le=~"(\d+)', _all_expressions()):
        assert float(le) in BY_NAME[metric].buckets


def test_a_slow_cycle_can_be_told_from_a_slower_one() -> None:
    """A quantile never exceeds the last bound: above it the alert could not fire."""
    assert max(BY_NAME["scan_cycle_duration_ms"].buckets) > 0.8 * 60 * 1_000


def test_the_objectives_are_what_their_source_renders() -> None:
    assert slo.TARGET.read_text(encoding="utf-8") == slo.document()


def _all_expressions() -> str:
    return "\n".join(rule.expr for rule in r.rules())


def _family(name: str) -> Family | None:
    if name in BY_NAME:
        return BY_NAME[name]
    base = next((name.removesuffix(part) for part in PARTS if name.endswith(part)), "")
    found = BY_NAME.get(base)
    return found if found is not None and found.kind is Kind.HISTOGRAM else None


def _labels(metric: str) -> set[str]:
    if metric in OF_PROMETHEUS:
        return set(OF_PROMETHEUS[metric])
    family = _family(metric)
    assert family is not None, metric
    return {*family.labels, *OURS, *MADE, *(["le"] if metric.endswith("_bucket") else [])}


def _labels_kept(expr: str) -> set[str]:
    if recorded := r.metrics_of(expr) & RECORDED:
        assert all(name.startswith(("bot", "slo")) for name in recorded)
        return {"bot"}
    return r.grouping_labels(expr)
