"""Toggles read the same whatever they come from, and what cannot be read says what to write."""

import pytest

from botctl.config.environment import FAMILIES
from botctl.core.faults import (
    FROZEN,
    NAMES,
    QUIET,
    FaultToggles,
    Range,
    ToggleError,
    fault_toggles,
)


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ({"rpc_drop_rate": "0.3"}, FaultToggles(rpc_drop_rate=3_000)),
        ({"rpc_drop_rate": 0.3}, FaultToggles(rpc_drop_rate=3_000)),
        ({"rpc_drop_rate": 1}, FaultToggles(rpc_drop_rate=10_000)),
        ({"https_block": "true"}, FaultToggles(https_block=True)),
        ({"https_block": True}, FaultToggles(https_block=True)),
        ({"etherscan_timeout": "TRUE"}, FaultToggles(etherscan_timeout=True)),
        ({"delay_ms": "500..1500"}, FaultToggles(delay_ms=Range(500, 1_500))),
        ({"delay_ms": 40}, FaultToggles(delay_ms=Range(40, 40))),
        ({"rpc_stale_head": "true"}, FaultToggles(rpc_stale_head=FROZEN)),
        ({"rpc_stale_head": 1234}, FaultToggles(rpc_stale_head=1_234)),
        ({"rpc_stale_head": False}, QUIET),
        ({"rpc_quote_skew_bps": -1500}, FaultToggles(rpc_quote_skew_bps=-1_500)),
    ],
)
def test_text_and_value_are_read_alike(given: dict[str, object], read: FaultToggles) -> None:
    assert fault_toggles(given) == read


@pytest.mark.parametrize(
    ("key", "value", "say"),
    [
        ("rpc_drop_rate", "1.5", "between 0 and 1"),
        ("rpc_drop_rate", "0.00001", "four decimals"),
        ("rpc_drop_rate", "nan", "between 0 and 1"),
        ("rpc_drop_rate", "half", "between 0 and 1"),
        ("https_block", "yes", "true or false"),
        ("delay_ms", "1500..500", "rising"),
        ("delay_ms", "500..", "whole number"),
        ("delay_ms", "0..600001", "rising"),
        ("rpc_stale_blocks", "-1", "from 0 upwards"),
        ("rpc_quote_skew_bps", "10000", "bps between"),
        ("rpc_drop", "1", "no such fault; there are https_block"),
    ],
)
def test_what_cannot_be_read_names_the_toggle_and_what_to_write(
    key: str, value: str, say: str
) -> None:
    with pytest.raises(ToggleError) as refused:
        fault_toggles({key: value})
    assert refused.value.key == key
    assert str(refused.value).startswith(f"{key}: ")
    assert say in str(refused.value)


def test_a_seed_or_a_provider_alone_is_no_fault() -> None:
    assert fault_toggles({"seed": 9, "rpc_provider": 2}).is_quiet
    assert not fault_toggles({"rpc_stale_head": 0}).is_quiet


def test_the_environment_knows_every_family_of_toggles() -> None:
    families = {name.upper().partition("_")[0] for name in NAMES}
    assert families == FAMILIES
