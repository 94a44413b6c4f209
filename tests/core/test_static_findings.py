"""What tier 1 refuses, what it only tells, and that it never passes over what it does not know."""

from dataclasses import replace
from itertools import product

import pytest

from botctl.adapters.devnet.artifacts import ours
from botctl.core.sellability.code_facts import CodeFacts, code_facts
from botctl.core.sellability.codes import Finding, SellCode, Severity, refusals
from botctl.core.sellability.powers import OUTLASTING, TRAPPING, Power
from botctl.core.sellability.proxies import NO_PROXY, Proxy, ProxyKind
from botctl.core.sellability.selectors import NEEDED, SIGNATURES, Selector
from botctl.core.sellability.static import has_live_owner, known_traps, static_findings
from botctl.core.sellability.traits import SEES_SIMULATION, Trait
from botctl.core.units import DEAD_ADDRESS, ZERO_ADDRESS, Address, Hash32

TOKEN = CodeFacts(
    is_code=True,
    is_dispatcher_known=True,
    is_replaceable=False,
    proxy=NO_PROXY,
    unread=NO_PROXY,
    selectors=tuple(sorted(NEEDED)),
    powers=(),
    traits=(),
)
OVER_SLOT = Proxy(ProxyKind.EIP1967, slot=5)
HARMLESS_POWERS = frozenset((Power.OWNERSHIP, Power.OPEN))


def _codes(findings: tuple[Finding, ...]) -> set[tuple[SellCode, Severity]]:
    return {(found.code, found.severity) for found in findings}


def _with_power(power: Power) -> CodeFacts:
    selectors = {*NEEDED, next(iter(SIGNATURES[power]))}
    return replace(TOKEN, selectors=tuple(sorted(selectors)), powers=(power,))


def test_a_token_that_can_do_nothing_but_move_gives_no_finding() -> None:
    assert static_findings(TOKEN, owner_is_live=True) == ()


@pytest.mark.parametrize("power", sorted(TRAPPING))
def test_a_power_that_traps_is_refused_while_somebody_holds_it(power: Power) -> None:
    (found,) = static_findings(_with_power(power), owner_is_live=True)
    assert found.severity is Severity.REFUSE
    assert next(iter(SIGNATURES[power].values())) in found.words


@pytest.mark.parametrize("power", sorted(TRAPPING))
def test_a_power_of_a_renounced_owner_is_only_told(power: Power) -> None:
    (live,) = static_findings(_with_power(power), owner_is_live=True)
    (found,) = static_findings(_with_power(power), owner_is_live=False)
    assert found == replace(live, severity=Severity.WARN)


@pytest.mark.parametrize("power", sorted(TRAPPING))
def test_a_power_that_a_later_tier_used_without_harm_is_only_told(power: Power) -> None:
    (found,) = static_findings(_with_power(power), owner_is_live=True, proven=frozenset((power,)))
    assert found.severity is Severity.WARN
    assert "did no harm" in found.words


@pytest.mark.parametrize("power", sorted(frozenset(Power) - TRAPPING - HARMLESS_POWERS))
def test_any_other_power_is_told_and_refused_only_where_it_is_asked_for(power: Power) -> None:
    facts = _with_power(power)
    (told,) = static_findings(facts, owner_is_live=True)
    (found,) = static_findings(facts, owner_is_live=True, refused=frozenset((power,)))
    assert (told.severity, found.severity) == (Severity.WARN, Severity.REFUSE)


@pytest.mark.parametrize("power", sorted(HARMLESS_POWERS))
def test_a_power_that_harms_no_holder_is_no_finding(power: Power) -> None:
    assert static_findings(_with_power(power), owner_is_live=True, refused=frozenset(Power)) == ()


@pytest.mark.parametrize(("lasting", "power"), sorted(product(OUTLASTING, TRAPPING)))
def test_giving_up_the_ownership_proves_nothing_when_others_or_the_owner_can_return(
    lasting: Power, power: Power
) -> None:
    facts = replace(TOKEN, powers=tuple(sorted((lasting, power))))
    assert len(refusals(static_findings(facts, owner_is_live=False))) == 1


def test_every_power_has_a_code_of_its_own() -> None:
    told = frozenset(Power) - HARMLESS_POWERS
    codes = {static_findings(_with_power(each), owner_is_live=True)[0].code for each in told}
    assert len(codes) == len(told)


def test_many_names_of_one_power_are_cut_and_counted() -> None:
    selectors = tuple(SIGNATURES[Power.FEE])[:7]
    facts = replace(TOKEN, selectors=(*sorted(NEEDED), *selectors), powers=(Power.FEE,))
    (found,) = static_findings(facts, owner_is_live=True)
    assert found.words.endswith(" and 3 more")


@pytest.mark.parametrize(
    ("owner", "live"),
    [
        (None, True),
        (ZERO_ADDRESS, False),
        (DEAD_ADDRESS, False),
        (Address("0x" + "0" * 39 + "1"), False),
        (Address("0x" + "0" * 39 + "f"), True),
    ],
)
def test_an_owner_is_away_only_at_an_address_nobody_has(owner: Address | None, live: bool) -> None:
    assert has_live_owner(owner) is live


UNKNOWNS = {
    SellCode.STATIC_NO_CODE: replace(TOKEN, is_code=False),
    SellCode.STATIC_PROXY_UNREAD: replace(TOKEN, proxy=OVER_SLOT, unread=OVER_SLOT),
    SellCode.STATIC_PROXY_UNKNOWN: replace(TOKEN, unread=Proxy(ProxyKind.UNKNOWN)),
    SellCode.STATIC_DISPATCHER_UNKNOWN: replace(TOKEN, is_dispatcher_known=False),
    SellCode.STATIC_NOT_A_TOKEN: replace(TOKEN, selectors=(Selector("a9059cbb"),)),
}


@pytest.mark.parametrize("live", [False, True])
@pytest.mark.parametrize("code", UNKNOWNS)
def test_what_cannot_be_known_is_refused_whoever_owns_it(code: SellCode, live: bool) -> None:
    everything = frozenset(Power)
    found = static_findings(
        UNKNOWNS[code], owner_is_live=live, proven=everything, refused=frozenset()
    )
    assert (code, Severity.REFUSE) in _codes(found)


def test_a_code_without_any_function_is_refused() -> None:
    found = static_findings(replace(TOKEN, selectors=()), owner_is_live=False)
    assert _codes(found) == {(SellCode.STATIC_DISPATCHER_UNKNOWN, Severity.REFUSE)}


def test_a_proxy_that_was_not_read_says_where_to_read() -> None:
    at = Proxy(ProxyKind.MINIMAL, address=DEAD_ADDRESS)
    slot = static_findings(replace(TOKEN, unread=OVER_SLOT), owner_is_live=True)
    address = static_findings(replace(TOKEN, unread=at), owner_is_live=True)
    assert "eip1967, slot 0x5" in slot[0].words
    assert DEAD_ADDRESS in address[0].words


@pytest.mark.parametrize(
    ("trait", "code", "severity"),
    [
        (Trait.SELFDESTRUCT, SellCode.STATIC_SELFDESTRUCT, Severity.REFUSE),
        (Trait.CALLCODE, SellCode.STATIC_CALLCODE, Severity.REFUSE),
        (Trait.DELEGATECALL, SellCode.STATIC_DELEGATECALL, Severity.REFUSE),
        (Trait.DELEGATECALL_FIXED, SellCode.STATIC_DELEGATECALL, Severity.WARN),
        (Trait.UNNAMED_WRITE, SellCode.STATIC_UNNAMED_WRITE, Severity.WARN),
        *(
            (each, SellCode.STATIC_SEES_SIMULATION, Severity.WARN)
            for each in sorted(SEES_SIMULATION)
        ),
    ],
)
@pytest.mark.parametrize("live", [False, True])
def test_what_the_code_does_to_anybody_is_found_whoever_owns_it(
    trait: Trait, code: SellCode, severity: Severity, live: bool
) -> None:
    found = static_findings(replace(TOKEN, traits=(trait,)), owner_is_live=live)
    assert _codes(found) == {(code, severity)}


@pytest.mark.parametrize(
    "trait",
    [
        Trait.CREATE, Trait.CREATE2, Trait.TIMESTAMP, Trait.NUMBER, Trait.BLOCKHASH,
        Trait.PREVRANDAO, Trait.EXTCODEHASH, Trait.DELEGATECALL_SELF,
    ],
)  # fmt: skip
def test_a_trait_of_many_honest_tokens_is_a_fact_and_no_finding(trait: Trait) -> None:
    assert static_findings(replace(TOKEN, traits=(trait,)), owner_is_live=True) == ()


def test_code_that_can_be_replaced_is_told_and_its_delegatecall_adds_nothing() -> None:
    facts = replace(TOKEN, is_replaceable=True, proxy=OVER_SLOT, traits=(Trait.DELEGATECALL,))
    assert _codes(static_findings(facts, owner_is_live=False)) == {
        (SellCode.STATIC_UPGRADEABLE, Severity.WARN),
        (SellCode.STATIC_DELEGATECALL, Severity.WARN),
    }


@pytest.mark.parametrize("is_proxy", [False, True])
def test_where_upgrades_are_refused_a_renounced_owner_excuses_no_proxy(is_proxy: bool) -> None:
    facts = replace(_with_power(Power.UPGRADE), is_replaceable=is_proxy)
    found = static_findings(facts, owner_is_live=False, refused=frozenset((Power.UPGRADE,)))
    assert bool(refusals(found)) is is_proxy


def test_a_known_trap_is_refused_in_our_words_at_any_link_of_the_chain() -> None:
    honest, trap = Hash32("0x" + "11" * 32), Hash32("0x" + "22" * 32)
    known = {trap: "sells revert"}
    (found,) = known_traps((honest, trap), known)
    assert (found.code, found.severity) == (SellCode.STATIC_KNOWN_TRAP, Severity.REFUSE)
    assert "sells revert" in found.words
    assert known_traps((honest,), known) == ()


HONEST = (
    "AbsurdSupply",
    "Bytes32Symbol",
    "FeeToken",
    "NoDecimals",
    "NoReturn",
    "PlainToken",
    "RevertingName",
)


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_token_whose_owner_is_away_is_not_refused(name: str) -> None:
    facts = code_facts((bytes.fromhex(ours(name).runtime[2:]),))
    assert refusals(static_findings(facts, owner_is_live=False)) == ()


def test_a_live_owner_of_a_plain_token_is_refused_for_minting_alone() -> None:
    facts = code_facts((bytes.fromhex(ours("PlainToken").runtime[2:]),))
    (found,) = refusals(static_findings(facts, owner_is_live=True))
    assert found.code is SellCode.STATIC_POWER_MINT
    assert found.words == "an owner can mint: mint(address,uint256)"


def test_a_token_that_can_destroy_itself_is_refused_though_its_owner_is_away() -> None:
    facts = code_facts((bytes.fromhex(ours("Destructible").runtime[2:]),))
    (found,) = refusals(static_findings(facts, owner_is_live=False))
    assert found.code is SellCode.STATIC_SELFDESTRUCT


def test_no_code_and_the_code_of_an_account_are_refused_and_nothing_else_is_said() -> None:
    for code in (b"", bytes.fromhex("ef0100" + "be" * 20)):
        (found,) = static_findings(code_facts((code,)), owner_is_live=True)
        assert found.code is SellCode.STATIC_NO_CODE
