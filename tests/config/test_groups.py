"""Groups and the plain values they become never drift apart, and the defaults are careful."""

from dataclasses import fields

import pytest

from botctl.config.groups.places import PAPER_WALLET
from botctl.config.groups.risk import BANDS_DEFAULT, BandGroup, RiskGroup
from botctl.config.groups.scan import FreshnessGroup
from botctl.config.groups.strategy import SIGNALS_COUNT, ExitsGroup, SignalsGroup
from botctl.config.settings import Settings
from botctl.core.amm import FEE_DENOMINATOR, FEE_NUMERATOR
from botctl.core.errors import OperatorError
from botctl.core.policy import Band, Exits, Freshness, Risk, Signals
from botctl.core.signals import SIGNALS
from botctl.core.units import BPS_ONE
from tests.config.conftest import Load

POOL_FEE_BPS = (FEE_DENOMINATOR - FEE_NUMERATOR) * BPS_ONE // FEE_DENOMINATOR


@pytest.mark.parametrize(
    ("group", "values"),
    [
        (RiskGroup, Risk),
        (BandGroup, Band),
        (SignalsGroup, Signals),
        (ExitsGroup, Exits),
        (FreshnessGroup, Freshness),
    ],
)
def test_a_group_has_exactly_the_fields_of_its_values(
    group: type[RiskGroup], values: type[Risk]
) -> None:
    assert list(group.model_fields) == [field.name for field in fields(values)]


def test_there_are_as_many_votes_as_signals() -> None:
    assert len(SIGNALS) == SIGNALS_COUNT


def test_five_entries_and_their_gas_fit_the_limits() -> None:
    risk = RiskGroup()
    assert risk.positions_max * risk.trade_wei <= risk.exposure_max_wei
    assert risk.daily_loss_max_wei < risk.exposure_max_wei


def test_a_fill_at_every_bound_of_its_band_is_still_accepted() -> None:
    """Otherwise one of the bounds could never be the one that decides."""
    tax = RiskGroup().buy_tax_max_bps
    for band in BANDS_DEFAULT:
        at_worst = POOL_FEE_BPS + band.impact_max_bps + tax + band.slippage_bps
        assert at_worst - 30 <= band.cost_max_bps <= at_worst


def test_a_take_profit_pays_for_more_than_one_stop_loss() -> None:
    exits = ExitsGroup()
    assert exits.take_profit_bps > exits.stop_loss_bps > exits.trailing_drop_bps
    assert exits.trailing_start_bps < exits.take_profit_bps


def test_the_paper_wallet_is_nobodys() -> None:
    assert Settings().wallet.address == PAPER_WALLET


@pytest.mark.parametrize(
    ("text", "at_ms"),
    [
        ("", 0),
        ("2026-03-01T12:00", 1_772_366_400_000),
        ("2026-03-01T13:00+01:00", 1_772_366_400_000),
    ],
)
def test_a_canary_begins_at_a_moment_in_utc(loaded: Load, text: str, at_ms: int) -> None:
    assert loaded(f'[sizing]\ncanary_from = "{text}"\n').policy.sizing.canary_from_ms == at_ms
    with pytest.raises(OperatorError, match="write a time in UTC"):
        loaded('[sizing]\ncanary_from = "tomorrow"\n')
