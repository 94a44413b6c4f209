"""A decision made in strict times replays in strict times."""

import pytest

from botctl.adapters.codec import JsonCodec
from botctl.core.bundle import SCHEMA, Bundle, Header
from botctl.core.deciding import decide
from botctl.core.policy import RULE_VERSION
from botctl.core.record import record
from botctl.core.standing import Standing
from botctl.core.terms import Effect, Regime
from botctl.flows.replay import Stored, replay
from tests.support.builders import make_inputs, make_policy

EFFECTS = (
    Effect(Regime.CHOP, size_bps=5_000, bound_bps=100, score_add=10),
    Effect(Regime.RUG_HEAVY, size_bps=2_500, bound_bps=8_000, score_add=15, entries=False),
)
CODEC = JsonCodec()


@pytest.mark.parametrize("regime", list(Regime))
def test_a_decision_made_in_any_times_replays_the_same(regime: Regime) -> None:
    policy = make_policy(regimes=EFFECTS)
    inputs = make_inputs(standing=Standing(regime, record(())))
    header = Header(SCHEMA, "build", RULE_VERSION, "config", None)
    body = CODEC.canonical(Bundle(header, policy, inputs, decide(inputs, policy)))
    report = replay(CODEC, [Stored("one", CODEC.bundle_id(body), body)])
    assert (report.total, report.same) == (1, 1), report.others


def test_the_times_do_change_the_decision() -> None:
    """Or the test above would say nothing."""
    policy = make_policy(regimes=EFFECTS)
    normal, chop = (
        decide(make_inputs(standing=Standing(regime, record(()))), policy)
        for regime in (Regime.NORMAL, Regime.CHOP)
    )
    assert normal != chop
