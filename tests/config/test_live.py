"""Real money needs a mode, a second switch and a key; never one of them alone."""

from pathlib import Path

import pytest

from botctl.config.live import require_live_allowed
from botctl.core.codes import Code
from botctl.core.errors import OperatorError
from tests.config.conftest import Load

LIVE = (
    "[bot]\nmode = 'live'\n{}\n[wallet]\naddress = '0x000000000000000000000000000000000000dEaD'\n"
)
ALLOWED = LIVE.format("live_allowed = true")


def refused(loaded: Load, text: str, *, switch: bool) -> Code:
    with pytest.raises(OperatorError) as caught:
        require_live_allowed(loaded(text), switch=switch)
    return caught.value.code


@pytest.mark.parametrize("mode", ["paper", "devnet"])
def test_other_modes_need_nothing(loaded: Load, mode: str) -> None:
    require_live_allowed(loaded(f"[bot]\nmode = '{mode}'\nlive_allowed = true\n"), switch=False)


def test_the_switch_alone_does_not_make_paper_live(loaded: Load) -> None:
    assert refused(loaded, "", switch=True) is Code.ERR_LIVE_NOT_ALLOWED


def test_the_mode_alone_is_not_enough(loaded: Load) -> None:
    assert refused(loaded, LIVE.format(""), switch=False) is Code.ERR_LIVE_NOT_ALLOWED


@pytest.mark.parametrize(("text", "switch"), [(ALLOWED, False), (LIVE.format(""), True)])
def test_either_switch_does_but_only_with_a_key(
    loaded: Load, tmp_path: Path, text: str, *, switch: bool
) -> None:
    assert refused(loaded, text, switch=switch) is Code.ERR_KEYSTORE_MISSING
    (tmp_path / "keystore.json").touch()
    require_live_allowed(loaded(text), switch=switch)
