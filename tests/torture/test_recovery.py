"""A process is killed in the middle of its orders; the next one accounts for every one of them."""

from pathlib import Path

import pytest

from tests.torture.field import Field, assert_one_effect_each
from tests.torture.recovery import Wound, recovered, while_sending, while_signing

FEW = 6
# A dead process keeps the wallet for as long as its lease lasts.
SHORT_LEASE = {"EXECUTION__LEASE_MS": "1000"}


@pytest.mark.parametrize(
    "wound", [while_sending, pytest.param(while_signing, marks=pytest.mark.torture)]
)
def test_after_a_sigkill_in_the_middle_every_order_is_accounted_for(
    tmp_path: Path, database_url: str, wound: Wound
) -> None:
    with Field(tmp_path / "field", FEW, database_url) as field:
        recovered(field, FEW, wound, SHORT_LEASE)
        field.bury()
        assert_one_effect_each(field, FEW)
