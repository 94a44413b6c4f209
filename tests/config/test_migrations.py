"""Old settings go on meaning what they meant; what is newer is refused with the way back."""

from dataclasses import replace
from pathlib import Path

import pytest

from botctl.config import rewrite
from botctl.config.leaves import leaves
from botctl.config.migrations import CURRENT, FIRST, MOVES, STEPS, migrated
from botctl.config.rewrite import migrate_file, rewritten
from botctl.config.settings import Settings
from botctl.config.values import Config
from botctl.core.codes import Code
from botctl.core.errors import CorruptError, OperatorError
from botctl.core.features import Feature
from tests.config.conftest import Load

OLD = """\
# my bot
[bot]
name = "one"  # after its boat

[execution]
select_best = 2
# simulating costs too much here,
# so we go without
gate = false  # for now
deadline_s = 90

[live_probe]
on = true
trade_wei = "0.001 ether"
"""
NEW = """\
version = 2
[execution]
select_best = 2
deadline_s = 90
[live_probe]
trade_wei = "0.001 ether"
[features]
gate_tiers = false
live_probe = true
[bot]
name = "one"
"""


def plain(config: Config) -> Config:
    return replace(config, notices=())


def test_an_old_file_means_what_a_new_one_says_and_names_what_moved(loaded: Load) -> None:
    old, new = loaded(OLD), loaded(NEW)
    assert plain(old) == new
    assert not old.policy.tiers
    assert not old.send_plan.gate
    assert old.policy.live_probe.on
    assert [note.split()[0] for note in old.notices] == ["execution.gate", "live_probe.on"]
    assert "features.live_probe" in old.notices[1]


def test_a_variable_of_an_old_name_still_holds(loaded: Load) -> None:
    config = loaded("", BOTCTL_EXECUTION__GATE="false")
    assert not config.policy.tiers
    assert "BOTCTL_FEATURES__GATE_TIERS" in config.notices[0]
    both = loaded("", BOTCTL_EXECUTION__GATE="false", BOTCTL_FEATURES__GATE_TIERS="true")
    assert both.policy.tiers


@pytest.mark.parametrize(("text", "code"), [
    ("version = 2\n[execution]\ngate = true\n", Code.ERR_CONFIG_UNKNOWN_KEY),
    (f"version = {CURRENT + 1}\n", Code.ERR_CONFIG_NEWER),
    ("version = 0\n", Code.ERR_CONFIG_INVALID),
    ("version = true\n", Code.ERR_CONFIG_INVALID),
    ('version = "2"\n', Code.ERR_CONFIG_INVALID),
    ("[execution]\ngate = true\n[features]\ngate_tiers = true\n", Code.ERR_CONFIG_INVALID),
    ("features = 3\n[execution]\ngate = true\n", Code.ERR_CONFIG_UNKNOWN_KEY),
])  # fmt: skip
def test_what_cannot_be_understood_is_refused(loaded: Load, text: str, code: Code) -> None:
    with pytest.raises(OperatorError) as caught:
        loaded(text)
    assert caught.value.code is code
    assert caught.value.exit_code == 78


def test_a_newer_file_is_refused_with_the_way_back(loaded: Load) -> None:
    with pytest.raises(OperatorError, match=r"newer botctl, or put back the file .*\.v2-"):
        loaded(f"version = {CURRENT + 1}\n[group_of_tomorrow]\nx = 1\n")


def test_every_step_leads_to_settings_that_exist_and_away_from_those_that_do_not() -> None:
    known = {leaf.name for leaf in leaves(Settings())}
    assert [step.to for step in STEPS] == list(range(FIRST + 1, CURRENT + 1))
    assert {move.new for _, move in MOVES} <= known
    assert not {move.old for _, move in MOVES} & known


def test_migrating_changes_nothing_it_was_handed() -> None:
    document: dict[str, object] = {"execution": {"gate": True, "select_best": 2}}
    found = migrated(document, "x")
    assert document == {"execution": {"gate": True, "select_best": 2}}
    assert found.document == {"execution": {"select_best": 2}, "features": {"gate_tiers": True}}
    assert migrated({**found.document, "version": CURRENT}, "x").changes == ()


def test_comments_go_along_with_their_setting_and_nothing_else_changes() -> None:
    text = rewritten(OLD)
    new = text.splitlines()
    at = new.index("gate_tiers = false  # for now")
    assert new[at - 2 : at] == ["# simulating costs too much here,", "# so we go without"]
    assert new.count("# so we go without") == 1
    assert 'name = "one"  # after its boat' in new
    left = [line for line in OLD.splitlines() if line not in new]
    assert left == ["gate = false  # for now", "on = true"]
    assert text.startswith(f"version = {CURRENT}\n")
    assert rewritten(text) == text


@pytest.mark.parametrize("text", [
    "execution = { gate = false, select_best = 2 }\n",
    "execution.gate = false\nexecution.select_best = 2\n",
    "[execution]\ngate = false\n",
    "[features]\nflatten = false\n[live_probe]\non = true\n",
    "version = 1 # old\n[live_probe]\non = true # yes\n[[bands]]\nliquidity_usd_min = 0\n"
    "slippage_bps = 100\ncost_max_bps = 2000\nimpact_max_bps = 1\n",
])  # fmt: skip
def test_however_it_is_written_the_new_file_means_the_same(loaded: Load, text: str) -> None:
    assert loaded(rewritten(text)) == plain(loaded(text))


def test_a_file_is_rewritten_only_when_asked_and_the_old_one_is_kept(toml: Path) -> None:
    toml.write_text(OLD, encoding="utf-8")
    toml.chmod(0o640)
    seen = migrate_file(toml, {}, write=False, stamp="now")
    assert toml.read_text() == OLD
    assert (seen.was, seen.now, seen.backup) == (1, CURRENT, "")
    assert {line for line in seen.diff if line[0] in "+-" and "gate" in line} == {
        "-gate = false  # for now", "+gate_tiers = false  # for now",
    }  # fmt: skip
    done = migrate_file(toml, {}, write=True, stamp="now")
    assert Path(done.backup).read_text() == OLD
    assert Path(done.backup).stat().st_mode & 0o777 == 0o600
    assert toml.stat().st_mode & 0o777 == 0o640
    assert toml.read_text() == rewritten(OLD)
    assert migrate_file(toml, {}, write=True, stamp="now").diff == ()


def test_a_file_that_would_mean_something_else_is_not_written(
    toml: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    toml.write_text(OLD, encoding="utf-8")
    monkeypatch.setattr(rewrite, "rewritten", lambda _: NEW.replace("= 90", "= 91"))
    with pytest.raises(CorruptError, match="would not mean the same"):
        migrate_file(toml, {}, write=True, stamp="now")
    assert toml.read_text() == OLD
    assert [file.name for file in toml.parent.glob("botctl.toml*")] == ["botctl.toml"]


def test_a_kept_file_is_never_overwritten(toml: Path) -> None:
    toml.write_text(OLD, encoding="utf-8")
    toml.with_name("botctl.toml.v1-now").write_text("kept before")
    with pytest.raises(OperatorError) as caught:
        migrate_file(toml, {}, write=True, stamp="now")
    assert caught.value.code is Code.ERR_CONFIG_EXISTS
    assert toml.read_text() == OLD


def test_what_is_off_stands_in_the_policy(loaded: Load) -> None:
    config = loaded("[features]\nregimes = false\ntake_profit = false\nlive_probe = true\n")
    assert config.policy.off == (Feature.REGIMES, Feature.TAKE_PROFIT)
    assert config.policy.regimes == ()
    assert loaded().policy.off == (Feature.LIVE_PROBE,)
