"""What `[features]` switches off is listed as off, and refused where a person asks for it."""

import pytest

from tests.cli.conftest import Botctl


def test_what_is_switched_off_is_listed_with_where_that_is_said(
    ready: Botctl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOTCTL_FEATURES__CALM", "false")
    listed = ready("features", "--json").document["features"]
    assert isinstance(listed, list)
    found = {one["feature"]: one for one in listed}
    assert (found["calm"]["on"], found["calm"]["source"]) == (False, "env")
    assert (found["flatten"]["on"], found["flatten"]["source"]) == (True, "file")
    assert (found["live_probe"]["on"], found["live_probe"]["default"]) == (False, False)
    shown = ready("features")
    assert [line.split()[:3] for line in shown.out.splitlines() if line.startswith("calm")] == [
        ["calm", "off", "env"]
    ]


def test_flattening_is_refused_when_it_is_switched_off_and_nothing_is_set(
    ready: Botctl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOTCTL_FEATURES__FLATTEN", "false")
    ended = ready("kill", "hard", "--flatten", "--why", "a drill", "--yes", "--json")
    assert (ended.status, ended.error["code"]) == (78, "ERR_FEATURE_OFF")
    permission = ready("status", "--json").document["permission"]
    assert isinstance(permission, dict)
    assert "kill" not in str(permission)
    assert ready("kill", "hard", "--why", "a drill").status == 0


def test_an_old_file_is_migrated_when_it_is_asked_for(ready: Botctl) -> None:
    assert "of version 2 already" in ready("config", "migrate").out
    with open("botctl.toml", "w", encoding="utf-8") as file:  # noqa: PTH123  the folder of the test
        file.write("[execution]\ngate = false\n")
    told = ready("status")
    assert "features.gate_tiers" in told.err
    assert "--write; nothing was written" in ready("config", "migrate").out
    assert ready("config", "migrate", "--write").status == 0
    assert "old name" not in ready("status").err
    assert ready("config", "show", "--json").document["version"] == 2
