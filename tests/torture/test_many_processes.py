"""Eight processes and one wallet: every intent has one effect, and the nonces have no hole."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from botctl.core.orders import SendCode
from tests.torture.field import Field, assert_one_effect_each
from tests.torture.together import LOCKED, Seen, execute_in_waves

PROCESSES = 8
# Of two that send the same bytes at once, one is told that they are known, or mined already.
ALLOWED = {SendCode.ACCEPTED, SendCode.ALREADY_KNOWN, SendCode.NONCE_TOO_LOW, LOCKED}


def test_eight_processes_execute_20_intents_of_one_wallet_once_each(
    tmp_path: Path, database_url: str
) -> None:
    """Lesson 5."""
    with Field(tmp_path / "field", 20, database_url) as field:
        seen = execute_in_waves(field, processes=PROCESSES, waves=4, wave=5)
        assert_nothing_but_locked(seen)
        field.bury()
        assert_one_effect_each(field, 20)


@pytest.mark.torture
def test_eight_processes_execute_200_intents_of_one_wallet_once_each(
    tmp_path: Path, database_url: str
) -> None:
    """Lesson 5."""
    with Field(tmp_path / "field", 200, database_url) as field:
        seen = execute_in_waves(field, processes=PROCESSES, waves=20, wave=10)
        assert_nothing_but_locked(seen)
        field.bury()
        assert_one_effect_each(field, 200)


def assert_nothing_but_locked(seen: Sequence[Seen]) -> None:
    everything: Counter[str] = sum(seen, Counter())
    assert everything.keys() <= ALLOWED, everything
    assert everything[LOCKED] > 0, "they never met"
