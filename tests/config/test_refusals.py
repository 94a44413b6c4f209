"""Each bad setting: its code, its name, its value where that is no secret, and the fix."""

from pathlib import Path

import pytest

from botctl.config.load import load
from botctl.core.codes import Code
from botctl.core.errors import OperatorError
from tests.config.conftest import Load

INVALID, UNKNOWN = Code.ERR_CONFIG_INVALID, Code.ERR_CONFIG_UNKNOWN_KEY
BAND = "liquidity_usd_min = {}\nslippage_bps = 1\ncost_max_bps = 1\nimpact_max_bps = 1\n"


def refused(loaded: Load, text: str, **env: str) -> OperatorError:
    with pytest.raises(OperatorError) as caught:
        loaded(text, **env)
    return caught.value


@pytest.mark.parametrize(
    ("text", "key", "near"),
    [
        ("[rsik]\ntrade_wei = 1", "rsik", "risk"),
        ("[risk]\ntrade_wie = 1", "risk.trade_wie", "risk.trade_wei"),
        ("[bot]\ntrade_wei = 1", "bot.trade_wei", "risk.trade_wei"),
        ("[chain]\nurl = 'http://x'", "chain.url", "chain.urls"),
        ("[[bands]]\nslipage_bps = 5", "bands[0].slipage_bps", "bands.slippage_bps"),
        ("[[venue.quotes]]\ntokn = '0x'", "venue.quotes[0].tokn", "venue.quotes.token"),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest_known_one(
    loaded: Load, text: str, key: str, near: str
) -> None:
    error = refused(loaded, text)
    assert (error.code, error.facts["key"]) == (UNKNOWN, key)
    assert f"did you mean {near}?" in error.say


def test_an_unknown_variable_is_refused_with_the_nearest_known_one(loaded: Load) -> None:
    error = refused(loaded, "", BOTCTL_RISK__TRADE_WIE="1")
    assert error.code is UNKNOWN
    assert "did you mean BOTCTL_RISK__TRADE_WEI?" in error.say


def test_a_name_like_no_other_is_refused_without_a_guess(loaded: Load) -> None:
    assert "botctl config show" in refused(loaded, "[qqqqqqqq]\nx = 1").say


@pytest.mark.parametrize(
    ("text", "key", "says"),
    [
        ("[risk]\ntrade_wei = 0.1", "risk.trade_wei", ("0.1", '"0.05 ether"')),
        ("[risk]\npositions_max = 0", "risk.positions_max", ("0", "greater than 0")),
        ("[risk]\npositions_max = true", "risk.positions_max", ("True", "whole number")),
        ("[risk]\npositions_max = 2.0", "risk.positions_max", ("2.0", "whole number")),
        ("[risk]\nsell_tax_max_bps = 10001", "risk.sell_tax_max_bps", ("10001", "10000")),
        ("[risk]\ntrade_wei = '1 ether'", "risk", ("token_exposure_max_wei", "room")),
        ("[bot]\nmode = 'papier'", "bot.mode", ("papier", "'paper', 'live' or 'devnet'")),
        ("[bot]\nlive_allowed = 1", "bot.live_allowed", ("1", "true or false")),
        ("[bot]\nname = 'a b'", "bot.name", ("a b",)),
        ("[venue]\nfactory = '0x12'", "venue.factory", ("0x12", "40 hex digits")),
        (
            "[venue]\nfactory = '0x5C69bEe701ef814a2B6a3EDD4B1652CB9cc5aA6F'",
            "venue.factory",
            ("checksum",),
        ),
        ("[venue]\nrouter_code_hash = '0x12'", "venue.router_code_hash", ("64 hex digits",)),
        ("[chain]\nurls = []", "chain.urls", ("at least 1",)),
        ("[[bands]]\n" + BAND.format(5), "bands", ("first band", "0")),
        ("[[bands]]\n" + BAND.format(0) + "[[bands]]\n" + BAND.format(0), "bands", ("ascend",)),
        ("[signals]\nfdv_usd_min = 2\nfdv_usd_max = 1", "signals", ("fdv_usd_max",)),
        ("[scan]\nwindow_short_s = 9000", "scan", ("window_long_s",)),
        ("[schedule]\ncycle_cron = '* * *'", "schedule.cycle_cron", ("five cron fields",)),
        ("[schedule]\ncycle_cron = '0 0 30 2 *'", "schedule.cycle_cron", ("never",)),
        ("[schedule]\ncycle_cron = '0 0 * * 1'", "schedule.cycle_cron", ("names",)),
        ("[schedule]\ncycle_cron = '0 0 1 * mon'", "schedule.cycle_cron", ("day fields",)),
        ("[wallet]\npassphrase_env = 'BOTCTL_KEY'", "wallet.passphrase_env", ("BOTCTL_",)),
        ("bot = 3", "bot", ("3",)),
    ],
)
def test_a_wrong_value_names_the_setting_the_value_and_the_fix(
    loaded: Load, toml: Path, text: str, key: str, says: tuple[str, ...]
) -> None:
    error = refused(loaded, text)
    assert (error.code, error.facts["key"]) == (INVALID, key)
    assert [part for part in (key, str(toml), *says) if part not in error.say] == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[bot]\nmode = 'live'", "wallet.address"),
        ("[devnet]\nclock_offset_ms = 5", "devnet.clock_offset_ms"),
        ("[venue]\nnative = '0x000000000000000000000000000000000000dEaD'", "venue.quotes"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(
    loaded: Load, text: str, says: str
) -> None:
    error = refused(loaded, text)
    assert error.code is INVALID
    assert says in error.say


@pytest.mark.parametrize(
    ("text", "env"),
    [
        ("[chain]\nurls = ['ftp://eth.example/HUSH']", {}),
        ("[chain]\nurls = ['http://[HUSH']", {}),
        ("[storage]\nurl = 'mysql://u:HUSH@h/x'", {}),
        ("", {"BOTCTL_CHAIN__URLS": "HUSH"}),
        ("", {"BOTCTL_STORAGE__URL": "HUSH"}),
    ],
)
def test_a_secret_value_is_not_repeated(loaded: Load, text: str, env: dict[str, str]) -> None:
    error = refused(loaded, text, **env)
    assert error.code is INVALID
    assert "HUSH" not in str(error)
    assert "(hidden)" in error.say
    assert error.__cause__ is None


def test_a_wrong_variable_is_named_instead_of_the_file(loaded: Load, toml: Path) -> None:
    error = refused(loaded, "", BOTCTL_RISK__POSITIONS_MAX="many")
    assert "BOTCTL_RISK__POSITIONS_MAX" in error.say
    assert str(toml) not in error.say


def test_settings_that_do_not_fit_each_other_name_the_variable_and_the_file(
    loaded: Load, toml: Path
) -> None:
    error = refused(loaded, "", BOTCTL_RISK__TRADE_WEI="0.05 ether")
    assert (error.code, error.facts["key"]) == (INVALID, "risk")
    assert f"BOTCTL_RISK__TRADE_WEI and {toml}" in error.say
    assert str(toml) in refused(loaded, "[risk]\ntrade_wei = '1 ether'").say


def test_a_misspelt_key_is_told_before_the_values_it_spoils(loaded: Load) -> None:
    error = refused(loaded, "[[bands]]\nliquidity_usd_mn = 0")
    assert error.code is UNKNOWN
    assert "bands[0].liquidity_usd_min" in str(error.facts["also"])


@pytest.mark.parametrize("text", ["x ==", "[bot", "bot = 1\nbot = 2"])
def test_broken_toml_is_told_with_its_place(loaded: Load, text: str) -> None:
    error = refused(loaded, text)
    assert error.code is INVALID
    assert "line" in error.say or "end of document" in error.say


def test_a_missing_file_says_which_command_makes_one(tmp_path: Path) -> None:
    with pytest.raises(OperatorError) as caught:
        load(tmp_path / "none.toml", {})
    assert caught.value.code is Code.ERR_CONFIG_MISSING
    assert "botctl init" in caught.value.say


def test_what_is_no_file_or_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    (tmp_path / "huge.toml").write_bytes(b"#" * 1_000_001)
    for name in (".", "bytes.toml", "huge.toml"):
        with pytest.raises(OperatorError) as caught:
            load(tmp_path / name, {})
        assert caught.value.code is INVALID
