"""Explorers and chat meet the same switch: each toggle raises what a socket would, and ends at once."""

from pathlib import Path

import pytest

from botctl.adapters.faults.outlets import FaultyOutlet, Outlet
from botctl.adapters.faults.switch import FaultSwitch
from botctl.adapters.faults.transport import Manners

TIMEOUT_MS = 5_000


@pytest.mark.parametrize(
    ("toggle", "outlet", "raised"),
    [
        ("https_block = true", Outlet.EXPLORER, TimeoutError),
        ("https_block = true", Outlet.CHAT, TimeoutError),
        ("etherscan_timeout = true", Outlet.EXPLORER, TimeoutError),
        ("etherscan_timeout = true", Outlet.CHAT, None),
        ("telegram_down = true", Outlet.CHAT, ConnectionRefusedError),
        ("telegram_down = true", Outlet.EXPLORER, None),
        ('telegram_delay_ms = "6000..7000"', Outlet.CHAT, TimeoutError),
        ('telegram_delay_ms = "6000..7000"', Outlet.EXPLORER, None),
        ("rpc_drop_rate = 1", Outlet.CHAT, None),
        ("https_block = true", Outlet.HOOK, TimeoutError),
        ("telegram_down = true", Outlet.HOOK, None),
    ],
)
def test_each_toggle_meets_its_own(
    tmp_path: Path, toggle: str, outlet: Outlet, raised: type[OSError] | None
) -> None:
    file = tmp_path / "faults.toml"
    paused: list[int] = []
    there = FaultyOutlet(
        outlet, FaultSwitch({}, file), Manners(1, TIMEOUT_MS, pause_ms=paused.append)
    )
    there.before_request()
    file.write_text(toggle)
    if raised is None:
        there.before_request()
    else:
        with pytest.raises(raised):
            there.before_request()
    file.unlink()
    there.before_request()


def test_a_slow_chat_is_waited_for_within_its_range() -> None:
    paused: list[int] = []
    switch = FaultSwitch({"telegram_delay_ms": "500..1500"})
    there = FaultyOutlet(Outlet.CHAT, switch, Manners(1, TIMEOUT_MS, pause_ms=paused.append))
    for _ in range(5):
        there.before_request()
    assert len(set(paused)) > 1
    assert all(500 <= ms <= 1_500 for ms in paused)
