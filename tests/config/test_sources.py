"""The environment overrides the file, the file the defaults, and every origin can be told."""

from pathlib import Path

import pytest

from botctl.config.find import settings_path
from botctl.config.load import load
from botctl.config.show import Shown, masked, shown_config
from botctl.core.facts import Mode
from tests.config.conftest import Load


def shown(toml: Path, **env: str) -> dict[str, Shown]:
    return {one.name: one for one in shown_config(toml, env).settings}


def test_the_environment_overrides_the_file_and_the_file_the_default(loaded: Load) -> None:
    text = "[risk]\npositions_max = 3\ntrade_wei = '0.01 ether'\n"
    risk = loaded(text, BOTCTL_RISK__POSITIONS_MAX="2").policy.risk
    assert (risk.positions_max, risk.trade_wei, risk.gas_max) == (2, 10**16, 600_000)


@pytest.mark.parametrize(
    ("name", "value", "path", "read"),
    [
        ("BOT__MODE", "devnet", "bot.mode", Mode.DEVNET),
        ("BOT__LIVE_ALLOWED", "true", "bot.live_allowed", True),
        ("CHAIN__URLS", "http://a:1, https://b/k", "chain.urls", ("http://a:1", "https://b/k")),
        ("CHAIN__URLS", '["http://a:1"]', "chain.urls", ("http://a:1",)),
        ("PAPER__BALANCE_WEI", "2.5 ether", "paper_balance_wei", 25 * 10**17),
        ("SCAN__START_BLOCK", "123", "scan_plan.start_block", 123),
    ],
)
def test_a_variable_is_read_like_the_setting_it_overrides(
    loaded: Load, name: str, value: str, path: str, read: object
) -> None:
    found: object = loaded("", **{f"BOTCTL_{name}": value})
    for part in path.split("."):
        found = getattr(found, part)
    assert found == read


def test_bands_can_come_from_the_environment(loaded: Load) -> None:
    band = '{"liquidity_usd_min":0,"slippage_bps":7,"cost_max_bps":9,"impact_max_bps":5}'
    (only,) = loaded("", BOTCTL_BANDS=f"[{band}]").policy.bands
    assert (only.slippage_bps, only.cost_max_bps, only.impact_max_bps) == (7, 9, 5)


def test_every_value_tells_where_it_came_from(toml: Path) -> None:
    toml.write_text("[risk]\npositions_max = 3\ngas_max = 500_000\n")
    found = shown(toml, BOTCTL_RISK__POSITIONS_MAX="2")
    origins = [found[f"risk.{name}"].source for name in ("positions_max", "gas_max", "trade_wei")]
    assert origins == ["env", "file", "default"]
    assert found["risk.positions_max"].value == 2


def test_secrets_are_masked_and_amounts_are_readable(toml: Path) -> None:
    urls = "https://eth.example/v3/HUSH,http://u:HUSH@other:8545"
    toml.write_text("[storage]\nurl = 'postgresql://u:HUSH@db:5432/botctl'\n")
    found = shown(toml, BOTCTL_CHAIN__URLS=urls)
    assert found["chain.urls"].value == ["https://eth.example/***", "http://other:8545/***"]
    assert found["storage.url"].value == "postgresql://db:5432/***"
    assert found["risk.trade_wei"].value == "0.02 ether"
    assert "HUSH" not in str(found)


def test_a_url_without_anything_to_hide_is_shown_whole() -> None:
    assert masked("http://127.0.0.1:8545") == "http://127.0.0.1:8545"
    assert masked("sqlite:///state/botctl.db") == "sqlite:///state/botctl.db"


def test_the_file_is_found_by_option_then_variable_then_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    named = {"BOTCTL_CONFIG": "/etc/named.toml"}
    assert settings_path(Path("given.toml"), named) == tmp_path / "given.toml"
    assert settings_path(None, named) == Path("/etc/named.toml")
    assert settings_path(None, {}) == tmp_path / "botctl.toml"


def test_places_lie_beside_the_file_wherever_we_are_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "bot"
    home.mkdir()
    (home / "botctl.toml").write_text("[log]\nfile = 'botctl.jsonl'\n")
    monkeypatch.chdir("/")
    config = load(home / "botctl.toml", {})
    assert config.storage.url == f"sqlite:///{home}/state/botctl.db"
    assert config.storage.state_dir == f"{home}/state"
    assert config.wallet.keystore == f"{home}/keystore.json"
    assert config.log.file == f"{home}/botctl.jsonl"


def test_windows_become_blocks_rounded_up(loaded: Load) -> None:
    text = "[chain]\nblock_time_ms = 7000\n[scan]\nwindow_short_s = 60\nwindow_long_s = 70\n"
    plan = loaded(text).scan_plan
    assert (plan.window_short_blocks, plan.window_long_blocks) == (9, 10)


@pytest.mark.parametrize(
    ("cron", "minutes"),
    [("* * * * *", 1), ("*/5 * * * *", 5), ("0 * * * *", 60), ("0 8-20 * * *", 12 * 60)],
)
def test_the_interval_is_the_longest_pause_of_the_cycle(
    loaded: Load, cron: str, minutes: int
) -> None:
    found = loaded(f"[schedule]\ncycle_cron = '{cron}'\n").schedule
    assert found.interval_ms == minutes * 60_000


def test_the_hash_covers_rules_but_neither_secrets_nor_places(loaded: Load) -> None:
    plain = loaded("").config_hash
    same = {
        "BOTCTL_CHAIN__URLS": "https://other/HUSH",
        "BOTCTL_STORAGE__STATE_DIR": "/elsewhere",
        "BOTCTL_WALLET__KEYSTORE": "/elsewhere.json",
    }
    assert loaded("", **same).config_hash == plain
    assert loaded("", BOTCTL_RISK__GAS_MAX="500000").config_hash != plain
    assert loaded("", BOTCTL_CHAIN__CHAIN_ID="5").config_hash != plain
