"""Faults in the settings: two names for one toggle, precise refusals, and never with real money."""

import pytest

from botctl.config.environment import settings_in, without_settings
from botctl.config.groups.faults import EMBEDDED_CHAIN_ID, FILE, FaultsGroup
from botctl.core.codes import Code
from botctl.core.errors import OperatorError
from botctl.core.faults import NAMES, QUIET, fault_toggles
from tests.config.conftest import Load

LIVE = """
[bot]
mode = "live"
[wallet]
address = "0x000000000000000000000000000000000000dEaD"
"""


def test_there_is_a_setting_for_every_toggle_and_all_are_off() -> None:
    assert set(FaultsGroup.model_fields) == {FILE, *NAMES}
    assert fault_toggles(FaultsGroup().model_dump(exclude={FILE})) == QUIET
    assert not FaultsGroup().harms


def test_the_seeds_names_in_the_environment_are_settings(loaded: Load) -> None:
    faults = loaded("", FAULT_RPC_DROP_RATE="0.3", FAULT_DELAY_MS="500..1500").faults
    assert dict(faults.chosen) == {"rpc_drop_rate": "0.3", "delay_ms": "500..1500"}
    assert faults.harms


def test_a_variable_of_another_program_is_left_alone(loaded: Load) -> None:
    assert not loaded("", FAULT_TOLERANCE="high").faults.harms


def test_a_misspelt_toggle_is_refused(loaded: Load) -> None:
    with pytest.raises(OperatorError) as refused:
        loaded("", FAULT_RPC_DROP_RAT="0.3")
    assert refused.value.code is Code.ERR_CONFIG_UNKNOWN_KEY
    assert "RPC_DROP_RATE" in refused.value.say


def test_a_toggle_that_cannot_be_read_is_named(loaded: Load) -> None:
    with pytest.raises(OperatorError) as refused:
        loaded("[faults]\nrpc_drop_rate = 1.5\n")
    assert refused.value.code is Code.ERR_CONFIG_INVALID
    assert "rpc_drop_rate: write a share between 0 and 1" in refused.value.say


@pytest.mark.parametrize("faults", ["https_block = true", 'file = "faults.toml"'])
def test_live_with_faults_is_a_mistake_of_configuration(loaded: Load, faults: str) -> None:
    with pytest.raises(OperatorError) as refused:
        loaded(f"{LIVE}[faults]\n{faults}\n")
    assert refused.value.code is Code.ERR_CONFIG_INVALID
    assert 'bot.mode = "live"' in refused.value.say


def test_live_with_a_fault_in_the_environment_is_refused_too(loaded: Load) -> None:
    with pytest.raises(OperatorError):
        loaded(LIVE, FAULT_HTTPS_BLOCK="true")
    assert not loaded(LIVE, FAULT_SEED="3").faults.harms


def test_on_the_embedded_chain_nothing_is_real(loaded: Load) -> None:
    text = f"{LIVE}[chain]\nchain_id = {EMBEDDED_CHAIN_ID}\n[faults]\nhttps_block = true\n"
    assert loaded(text).faults.harms


def test_a_process_with_settings_of_its_own_gets_no_faults_of_ours() -> None:
    env = {"FAULT_HTTPS_BLOCK": "true", "BOTCTL_BOT__NAME": "x", "HOME": "/h"}
    assert without_settings(env) == {"HOME": "/h"}
    assert settings_in(env)["BOTCTL_FAULTS__HTTPS_BLOCK"] == "true"
