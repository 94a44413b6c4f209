"""Channels and services behind the switch: in trouble as the real ones would be, and well again at once."""

from pathlib import Path

import pytest

from botctl.adapters.clock import SystemClock
from botctl.adapters.enrich.explorer import Explorer
from botctl.adapters.faults.outlets import FaultyOutlet, Outlet
from botctl.adapters.faults.outside import FaultySource
from botctl.adapters.faults.stand_in import StandIn
from botctl.adapters.faults.switch import FaultSwitch
from botctl.adapters.faults.transport import Manners
from botctl.config.load import load
from botctl.core.sellability.opinion import Silence
from botctl.core.units import Address
from botctl.ports.alerts import Letter, Taken
from botctl.wiring.channels import notifiers
from tests.notify.far_side import CHAT, TOKEN, FarSide, bot_api, far_side
from tests.support.quiet import QuietLog

TIMEOUT_MS = 2_000
LETTER = Letter(id=1, channel="", key="k", saying="raised", text="t", facts="{}", made_ms=0)
TOKENS = (Address("0x" + "1" * 40), Address("0x" + "2" * 40))


def sent(folder: Path, hook: FarSide, api: FarSide) -> dict[str, Taken]:
    """One letter by each channel of a bot whose settings name a file of faults."""
    env = {
        "HOME": str(folder),
        "BOTCTL_FAULTS__FILE": str(folder / "faults.toml"),
        "BOTCTL_ALERTS__WEBHOOK_URL": f"{hook.url}/hook",
        "BOTCTL_ALERTS__TELEGRAM_TOKEN": TOKEN,
        "BOTCTL_ALERTS__TELEGRAM_CHAT": CHAT,
        "BOTCTL_ALERTS__TELEGRAM_API": api.url,
    }
    (folder / "botctl.toml").touch()
    config = load(folder / "botctl.toml", env)
    ways = notifiers(config, QuietLog(), SystemClock())
    return {way.channel: way.send(LETTER, timeout_ms=300).taken for way in ways}


@pytest.mark.parametrize(
    ("toggle", "webhook", "telegram"),
    [
        ("", Taken.SENT, Taken.SENT),
        ("telegram_down = true", Taken.SENT, Taken.LATER),
        ('telegram_delay_ms = "60000"', Taken.SENT, Taken.LATER),
        ("https_block = true", Taken.LATER, Taken.LATER),
        ("etherscan_timeout = true", Taken.SENT, Taken.SENT),
    ],
)
def test_each_channel_meets_the_toggles_that_are_its_own(
    tmp_path: Path, toggle: str, webhook: Taken, telegram: Taken
) -> None:
    (tmp_path / "faults.toml").write_text(toggle)
    with far_side() as hook, far_side(bot_api) as api:
        assert sent(tmp_path, hook, api) == {"webhook": webhook, "telegram": telegram}
        assert [bool(hook.got), bool(api.got)] == [webhook is Taken.SENT, telegram is Taken.SENT]


def test_an_explorer_that_times_out_is_silent_about_every_token_and_then_answers(
    tmp_path: Path,
) -> None:
    file = tmp_path / "faults.toml"
    file.write_text("etherscan_timeout = true")
    with StandIn() as stand_in:
        real = Explorer(f"{stand_in.url}/v2/api", "", timeout_ms=TIMEOUT_MS)
        manners = Manners(0, TIMEOUT_MS, pause_ms=lambda _: None)
        source = FaultySource(real, FaultyOutlet(Outlet.EXPLORER, FaultSwitch({}, file), manners))
        silent = dict(source.said(TOKENS, 1, lambda: False))
        assert silent == dict.fromkeys(TOKENS, Silence.TIMEOUT)
        file.unlink()
        assert dict(source.said(TOKENS, 1, lambda: False)) == dict.fromkeys(TOKENS, ())
        source.close()
