"""Whose clock the books go by: the machine's, but the chain's where the demo moved it ahead."""

from dataclasses import replace
from pathlib import Path

import pytest

from botctl.config.environment import environment
from botctl.config.load import load
from botctl.wiring import clock_of, open_books
from tests.cli.conftest import Botctl
from tests.store.filled import cycle_row

AHEAD_MS = 900_000
WALLET = "0x000000000000000000000000000000000000dEaD"


@pytest.fixture
def ahead(ready: Botctl, home: Path, monkeypatch: pytest.MonkeyPatch) -> Botctl:
    """The last cycle is a quarter of an hour ahead of this machine, as after a demo."""
    monkeypatch.setenv("BOTCTL_WALLET__ADDRESS", WALLET)
    assert ready("status").status == 0
    config = load(home / "botctl.toml", environment())
    with open_books(config) as store:
        started_ms = clock_of(config).now_ms() + AHEAD_MS
        assert store.record(replace(cycle_row(), started_ms=started_ms), [])
    return ready


def test_after_the_demo_the_bot_is_as_healthy_as_its_last_cycle_left_it(
    ahead: Botctl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOTCTL_BOT__MODE", "devnet")
    ended = ahead("health", "--json")
    assert (ended.status, ended.document["findings"]) == (0, [])
    age_ms = ahead("status", "--json").document["cycle_age_ms"]
    assert isinstance(age_ms, int)
    assert 0 <= age_ms < AHEAD_MS


@pytest.mark.parametrize("mode", ["paper", "live"])
def test_elsewhere_a_cycle_in_our_future_is_a_clock_that_was_set_back(
    ahead: Botctl, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    monkeypatch.setenv("BOTCTL_BOT__MODE", mode)
    ended = ahead("health", "--json")
    assert (ended.status, ended.document["state"]) == (1, "EXITS_ONLY")
    assert "clock jumped back" in ended.out


def test_a_chain_time_that_was_told_is_not_guessed_at(
    ahead: Botctl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOTCTL_BOT__MODE", "devnet")
    monkeypatch.setenv("BOTCTL_DEVNET__CLOCK_OFFSET_MS", str(AHEAD_MS // 2))
    assert "clock jumped back" in ahead("health").out
    monkeypatch.setenv("BOTCTL_DEVNET__CLOCK_OFFSET_MS", str(AHEAD_MS))
    assert ahead("health").status == 0
