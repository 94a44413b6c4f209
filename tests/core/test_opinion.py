"""Hearsay makes the gate stricter, whatever is said: no word takes a finding away."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botctl.core.sellability.codes import SellCode, Severity, refusals
from botctl.core.sellability.opinion import (
    REFUSED,
    SERVICE_CODES,
    Claim,
    Opinion,
    OpinionCaps,
    Silence,
    opinion_findings,
)
from botctl.core.sellability.rules import GateRules, added_findings
from botctl.core.units import Address, Hash32

TOKEN = Address("0x" + "ab" * 20)
CAPS = OpinionCaps(buy_tax_bps=300, sell_tax_bps=400, holder_bps=1_500, lp_unlocked_bps=5_000)
QUIET = Opinion("goplus", TOKEN, 7)
SHARES = {
    SellCode.SERVICE_BUY_TAX: 300,
    SellCode.SERVICE_SELL_TAX: 400,
    SellCode.SERVICE_TRANSFER_TAX: 400,
    SellCode.SERVICE_CONCENTRATED: 1_500,
    SellCode.SERVICE_LP_UNLOCKED: 5_000,
}
TRAP, HONEST = Hash32("0x" + "11" * 32), Hash32("0x" + "22" * 32)

claims = st.builds(
    Claim, st.sampled_from(sorted(SERVICE_CODES)), st.none() | st.integers(0, 10_000)
)
opinions = st.builds(
    Opinion,
    st.sampled_from(["goplus", "explorer"]),
    st.just(TOKEN),
    st.integers(0, 9),
    st.lists(claims, max_size=4).map(tuple),
    st.none() | st.sampled_from(Silence),
)
caps = st.builds(
    OpinionCaps,
    *[st.integers(0, 10_000)] * 4,
    st.sets(st.sampled_from(sorted(SERVICE_CODES))).map(frozenset),
    st.booleans(),
)


def said(*codes: Claim) -> Opinion:
    return replace(QUIET, claims=codes)


@given(st.lists(opinions, max_size=5), opinions, st.integers(0, 5), caps)
def test_one_more_opinion_takes_no_finding_away_and_admits_nothing_that_was_refused(
    before: list[Opinion], more: Opinion, place: int, caps: OpinionCaps
) -> None:
    found = opinion_findings(before, caps)
    after = opinion_findings([*before[:place], more, *before[place:]], caps)
    left = list(after)
    for each in found:
        left.remove(each)  # raises where one is missing
    assert len(refusals(after)) >= len(refusals(found))


@given(st.lists(opinions, max_size=5), caps)
def test_what_the_list_of_traps_refuses_no_service_excuses(
    heard: list[Opinion], caps: OpinionCaps
) -> None:
    found = added_findings(GateRules(caps, {TRAP: "took our stake"}), [HONEST, TRAP], heard)
    assert found[0].code is SellCode.STATIC_KNOWN_TRAP
    assert found[1:] == opinion_findings(heard, caps)


def test_a_list_of_traps_that_cannot_be_read_refuses_everything() -> None:
    (found,) = added_findings(GateRules(CAPS, {}, "line 3: no hash"), [HONEST], [])
    assert (found.code, found.severity) == (SellCode.STATIC_TRAPS_UNREAD, Severity.REFUSE)
    assert found.words == "line 3: no hash"


@pytest.mark.parametrize("silence", Silence)
def test_silence_is_nothing_unless_the_settings_demand_words(silence: Silence) -> None:
    silent = replace(QUIET, silent=silence)
    assert opinion_findings([silent], CAPS) == ()
    (found,) = opinion_findings([silent], replace(CAPS, silent_refuses=True))
    assert (found.code, found.severity) == (SellCode.SERVICE_SILENT, Severity.REFUSE)
    assert silence in found.words


def test_praise_is_nothing() -> None:
    assert opinion_findings([QUIET], replace(CAPS, silent_refuses=True)) == ()


@pytest.mark.parametrize("code", sorted(SERVICE_CODES))
def test_each_code_weighs_what_the_settings_say_and_names_the_service(code: SellCode) -> None:
    (found,) = opinion_findings([said(Claim(code))], CAPS)
    assert found.severity is (Severity.REFUSE if code in REFUSED else Severity.WARN)
    assert found.words.startswith("goplus says: ")
    (found,) = opinion_findings([said(Claim(code))], replace(CAPS, refused=frozenset()))
    assert found.severity is Severity.WARN
    (found,) = opinion_findings([said(Claim(code))], replace(CAPS, refused=frozenset({code})))
    assert found.severity is Severity.REFUSE


@pytest.mark.parametrize(("code", "cap_bps"), SHARES.items())
def test_a_share_is_held_against_its_cap_and_one_at_the_cap_is_within_it(
    code: SellCode, cap_bps: int
) -> None:
    assert opinion_findings([said(Claim(code, cap_bps))], CAPS) == ()
    (found,) = opinion_findings([said(Claim(code, cap_bps + 1))], CAPS)
    assert f"{cap_bps + 1} bps, the cap {cap_bps}" in found.words


def test_every_code_of_a_service_can_be_told() -> None:
    named = {code for code in SellCode if code.startswith("SERVICE_")}
    assert named - SERVICE_CODES == {SellCode.SERVICE_SILENT}
