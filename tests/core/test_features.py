"""A part that is switched off stays silent; what limits a loss cannot be switched off."""

from dataclasses import replace

import pytest

from botctl.config.groups.features import FeaturesGroup
from botctl.core.codes import Code
from botctl.core.deciding.market import decide
from botctl.core.errors import OperatorError
from botctl.core.exits import exit_call
from botctl.core.facts import Past
from botctl.core.features import FEATURES, Feature, off, require_on
from botctl.core.invariants.market_rules import market_calm
from botctl.core.measures import measures
from botctl.core.reasons import Reason
from tests.core.test_exits import FIRING, SEEN
from tests.support.builders import (
    NOW_MS,
    POLICY,
    RESERVE_QUOTE,
    RESERVE_TOKEN,
    WORLD,
    make_case,
    make_detection,
    make_inputs,
)

SWITCHES = {
    Reason.EXIT_TAKE_PROFIT: Feature.TAKE_PROFIT,
    Reason.EXIT_TRAILING: Feature.TRAILING_STOP,
    Reason.EXIT_TIME: Feature.TIME_EXIT,
}


@pytest.mark.parametrize("feature", Feature)
def test_every_feature_has_a_meaning_and_its_setting(feature: Feature) -> None:
    about = FEATURES[feature]
    assert about.meaning.endswith(".")
    assert FeaturesGroup().on(feature) is about.default
    assert FeaturesGroup.model_fields[feature.value].description == about.meaning


def test_the_settings_have_no_other_switches() -> None:
    assert list(FeaturesGroup.model_fields) == [feature.value for feature in Feature]


def test_what_is_not_named_has_its_default() -> None:
    assert off({}) == tuple(each for each in Feature if not FEATURES[each].default)
    assert off({Feature.LIVE_PROBE: True, Feature.CALM: False}) == (Feature.CALM,)


@pytest.mark.parametrize("wanted", FIRING)
def test_only_exits_of_profit_and_time_can_be_switched_off(wanted: Reason) -> None:
    policy = replace(POLICY, off=tuple(Feature))
    found = exit_call(FIRING[wanted], SEEN, measures(WORLD, SEEN), policy, NOW_MS)
    if wanted in SWITCHES:
        assert found is None
    else:
        assert found is not None
        assert found.reason is wanted


@pytest.mark.parametrize(("wanted", "feature"), SWITCHES.items())
def test_each_switch_silences_its_own_exit_alone(wanted: Reason, feature: Feature) -> None:
    for reason in SWITCHES:
        policy = replace(POLICY, off=(feature,))
        found = exit_call(FIRING[reason], SEEN, measures(WORLD, SEEN), policy, NOW_MS)
        fired = found.reason if found else None
        assert (fired is reason) is (reason is not wanted), (reason, fired)


def test_a_nervous_pool_is_entered_only_when_calm_is_switched_off() -> None:
    nervous = make_detection(past=Past(1, RESERVE_TOKEN, RESERVE_QUOTE * 3))
    inputs = make_inputs(detection=nervous)
    assert market_calm(make_case(inputs=inputs))[0] is False
    reckless = replace(POLICY, off=(Feature.CALM,))
    assert market_calm(make_case(inputs=inputs, policy=reckless))[0] is True
    assert decide(inputs, POLICY).reason is Reason.INV_MARKET_CALM
    assert decide(inputs, reckless).reason is not Reason.INV_MARKET_CALM


def test_what_is_switched_off_is_refused_with_its_name() -> None:
    require_on((Feature.CALM,), Feature.FLATTEN)
    with pytest.raises(OperatorError, match=r"features\.flatten") as caught:
        require_on((Feature.FLATTEN,), Feature.FLATTEN)
    assert caught.value.code is Code.ERR_FEATURE_OFF
