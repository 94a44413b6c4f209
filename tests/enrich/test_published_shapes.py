"""What the published answers of each service become, and what is asked for them."""

import json
from typing import Protocol

import pytest

from botctl.adapters.enrich.explorer import Explorer
from botctl.adapters.enrich.goplus import FLAGS, GoPlus
from botctl.adapters.enrich.honeypot_is import HoneypotIs
from botctl.adapters.enrich.source import Said, Source
from botctl.core.sellability.codes import SellCode
from botctl.core.sellability.opinion import Claim, Silence
from botctl.core.units import Address
from tests.enrich.shapes import KEY, OTHER, TOKEN, goplus, goplus_row, honeypot, notok, source
from tests.enrich.standin import Answer, Asked, Raw, StandIn, http, says

PATIENT_MS = 20_000
C = SellCode
CALM = (
    Claim(C.SERVICE_BUY_TAX, 0),
    Claim(C.SERVICE_SELL_TAX, 0),
    Claim(C.SERVICE_CONCENTRATED, 100),
    Claim(C.SERVICE_LP_UNLOCKED, 0),
)
NO_TAX = (
    Claim(C.SERVICE_BUY_TAX, 0),
    Claim(C.SERVICE_SELL_TAX, 0),
    Claim(C.SERVICE_TRANSFER_TAX, 0),
)


class Made(Protocol):
    def __call__(self, url: str, key: str, *, timeout_ms: int) -> Source: ...


def said(made: Made, answer: Answer, *tokens: Address, key: str = "") -> dict[Address, Said]:
    with StandIn(answer) as service:
        service_of = made(service.url, key, timeout_ms=PATIENT_MS)
        found = dict(service_of.said(tokens or (TOKEN,), 1, lambda: False))
        service_of.close()
        return found


def of_row(**changed: object) -> Said:
    return said(GoPlus, says(goplus(**{TOKEN: goplus_row(**changed)})))[TOKEN]


def new(answer: Said, calm: tuple[Claim, ...]) -> set[Claim]:
    assert not isinstance(answer, Silence), answer
    return set(answer) - set(calm)


# --- GoPlus ---


def test_goplus_is_asked_once_for_all_tokens_with_its_key_in_a_header() -> None:
    rows = {TOKEN.upper().replace("X", "x"): goplus_row(), OTHER: goplus_row(is_honeypot="1")}
    with StandIn(says(goplus(**rows))) as service:
        one = GoPlus(service.url + "/under", KEY, timeout_ms=PATIENT_MS)
        found = dict(one.said((TOKEN, OTHER), 56, lambda: False))
        one.close()
    (asked,) = service.asked
    assert asked.path == "/under/api/v1/token_security/56"
    assert asked.words == {"contract_addresses": f"{TOKEN},{OTHER}"}
    assert f"Authorization: {KEY}\r\n" in asked.head
    assert asked.head.startswith("GET ")
    assert found[TOKEN] == CALM
    assert new(found[OTHER], CALM) == {Claim(C.SERVICE_HONEYPOT)}


@pytest.mark.parametrize(("name", "code"), FLAGS.items())
@pytest.mark.parametrize("yes", ["1", 1, True])
def test_each_flag_of_goplus_has_its_code(name: str, code: SellCode, yes: object) -> None:
    assert new(of_row(**{name: yes}), CALM) == {Claim(code)}


@pytest.mark.parametrize("name", FLAGS)
@pytest.mark.parametrize("no", ["0", 0, "", None, False])
def test_what_is_unknown_speaks_against_nobody(name: str, no: object) -> None:
    assert of_row(**{name: no}) == CALM


@pytest.mark.parametrize(
    ("text", "bps"),
    [
        ("0.05", 500),
        ("1e-2", 100),
        ("0.00001", 1),
        ("1", 10_000),
        ("7", 10_000),
        ("1e9999", 10_000),
        ("Infinity", 10_000),
        ("1e-9999", 1),
        (0, 0),
        (1, 10_000),
    ],
)
def test_a_tax_is_a_fraction_rounded_up(text: object, bps: int) -> None:
    answer = of_row(sell_tax=text)
    assert Claim(C.SERVICE_SELL_TAX, bps) in answer
    assert Claim(C.SERVICE_UNREADABLE) not in answer


def test_an_unknown_tax_is_no_claim() -> None:
    answer = of_row(buy_tax="", sell_tax=None)
    assert not isinstance(answer, Silence)
    assert {claim.code for claim in answer} == {C.SERVICE_CONCENTRATED, C.SERVICE_LP_UNLOCKED}


@pytest.mark.parametrize(
    "wrong", ["5%", "nan", "-0.1", "0x1", "1_0", "1" * 50, [], {}, True, "1e99999999999999999999"]
)
def test_a_tax_of_another_form_is_told_and_hides_nothing_else(wrong: object) -> None:
    answer = of_row(sell_tax=wrong, is_honeypot="1")
    assert new(answer, CALM) == {Claim(C.SERVICE_UNREADABLE), Claim(C.SERVICE_HONEYPOT)}


@pytest.mark.parametrize("wrong", ["yes", 2, [], {"value": "1"}, "01", 1.5])
def test_a_flag_of_another_form_is_told_and_hides_nothing_else(wrong: object) -> None:
    answer = of_row(transfer_pausable=wrong, cannot_sell_all="1")
    assert new(answer, CALM) == {Claim(C.SERVICE_UNREADABLE), Claim(C.SERVICE_CANNOT_SELL_ALL)}


def test_the_largest_share_of_a_person_is_told_and_contracts_locks_and_ashes_are_none() -> None:
    person = {"address": OTHER, "is_contract": 0, "is_locked": 0, "percent": "0.6001"}
    assert new(of_row(holders=[person]), CALM) == {Claim(C.SERVICE_CONCENTRATED, 6_001)}
    assert new(of_row(lp_holders=[person]), CALM) == {Claim(C.SERVICE_LP_UNLOCKED, 6_001)}
    assert new(of_row(creator_percent="0.2"), CALM) == {Claim(C.SERVICE_CONCENTRATED, 2_000)}


@pytest.mark.parametrize("wrong", ["x", 3, {}, [3], [{"percent": []}], [{"is_locked": "maybe"}]])
def test_holders_of_another_form_are_told(wrong: object) -> None:
    assert Claim(C.SERVICE_UNREADABLE) in of_row(holders=wrong)


def test_a_source_that_is_not_published_is_told() -> None:
    closed = dict.fromkeys(FLAGS)
    assert new(of_row(is_open_source="0", **closed), CALM) == {Claim(C.SERVICE_NOT_VERIFIED)}


@pytest.mark.parametrize(
    ("answer", "silence"),
    [
        (goplus(), Silence.UNKNOWN),
        (goplus(**{TOKEN: {}}), Silence.UNKNOWN),
        (goplus(**{TOKEN: None}), Silence.UNKNOWN),
        ({"code": 1, "message": "OK", "result": None}, Silence.UNKNOWN),
        (goplus(**{OTHER: goplus_row(is_honeypot="1")}), Silence.UNKNOWN),
        (goplus(**{TOKEN: "1"}), Silence.GARBAGE),
        ({"code": 4029, "message": "too many requests", "result": None}, Silence.RATE_LIMITED),
        ({"code": 4012, "message": "signature", "result": None}, Silence.REFUSED),
        ({"code": 5000, "message": "system error", "result": None}, Silence.FAULT),
        ({"code": "1", "result": {}}, Silence.GARBAGE),
        ({"code": 1, "result": []}, Silence.GARBAGE),
        ({"code": []}, Silence.GARBAGE),
        ({}, Silence.GARBAGE),
        ([], Silence.GARBAGE),
    ],
)
def test_whatever_else_goplus_says_is_a_silence(answer: object, silence: Silence) -> None:
    assert said(GoPlus, says(answer)) == {TOKEN: silence}


# --- honeypot.is ---


def test_honeypot_is_is_asked_a_token_at_a_time_over_one_connection() -> None:
    def answer(asked: Asked) -> Raw:
        token = {"address": asked.words["address"]}
        return Raw(http(json.dumps(honeypot(token=token)).encode()))

    with StandIn(answer) as service:
        one = HoneypotIs(service.url, KEY, timeout_ms=PATIENT_MS)
        found = dict(one.said((TOKEN, OTHER), 8453, lambda: False))
        one.close()
    assert [each.words for each in service.asked] == [
        {"address": token, "chainID": "8453"} for token in (TOKEN, OTHER)
    ]
    assert {each.path for each in service.asked} == {"/v2/IsHoneypot"}
    assert all(f"X-API-KEY: {KEY}\r\n" in each.head for each in service.asked)
    assert service.connections == 1
    assert found == {TOKEN: NO_TAX, OTHER: NO_TAX}


@pytest.mark.parametrize(
    ("changed", "claim"),
    [
        ({"honeypotResult": {"isHoneypot": True}}, Claim(C.SERVICE_HONEYPOT)),
        ({"simulationResult": {"sellTax": 99.2}}, Claim(C.SERVICE_SELL_TAX, 9_920)),
        ({"simulationResult": {"buyTax": 0.001}}, Claim(C.SERVICE_BUY_TAX, 1)),
        ({"simulationResult": {"transferTax": 100}}, Claim(C.SERVICE_TRANSFER_TAX, 10_000)),
        ({"contractCode": {"openSource": False}}, Claim(C.SERVICE_NOT_VERIFIED)),
        ({"contractCode": {"isProxy": True}}, Claim(C.SERVICE_PROXY)),
        ({"simulationSuccess": False}, Claim(C.SERVICE_NOT_SIMULATED)),
        ({"summary": {"risk": "very_high"}}, Claim(C.SERVICE_HIGH_RISK)),
        (
            {"summary": {"flags": [{"flag": "HIGH_FAIL_RATE", "severity": "critical"}]}},
            Claim(C.SERVICE_CRITICAL),
        ),
        ({"summary": {"flags": [{"severity": "high"}]}}, Claim(C.SERVICE_HIGH_RISK)),
        ({"honeypotResult": {"isHoneypot": "perhaps"}}, Claim(C.SERVICE_UNREADABLE)),
        ({"contractCode": [1]}, Claim(C.SERVICE_UNREADABLE)),
        ({"summary": {"risk": ["high"], "flags": [["high"]]}, "flags": 3}, None),
    ],
)
def test_what_honeypot_is_says_against_a_token(
    changed: dict[str, object], claim: Claim | None
) -> None:
    answer = said(HoneypotIs, says(honeypot(**changed)))[TOKEN]
    assert new(answer, NO_TAX) == ({claim} if claim else set())


def test_a_trip_that_could_not_be_simulated_leaves_parts_out() -> None:
    bare = {"token": {"address": TOKEN}, "simulationSuccess": False, "simulationError": "no pair"}
    assert said(HoneypotIs, says(bare)) == {TOKEN: (Claim(C.SERVICE_NOT_SIMULATED),)}


def test_an_answer_about_another_token_is_no_answer() -> None:
    answer = honeypot(token={"address": OTHER})
    assert said(HoneypotIs, says(answer)) == {TOKEN: Silence.GARBAGE}


def test_a_token_without_a_pair_is_unknown() -> None:
    answer = says({"code": 404, "error": "No pairs found"}, "404 Not Found")
    assert said(HoneypotIs, answer, TOKEN, OTHER) == dict.fromkeys((TOKEN, OTHER), Silence.UNKNOWN)


# --- an explorer ---


def test_an_explorer_is_asked_with_its_key_in_the_query() -> None:
    with StandIn(says(source())) as service:
        one = Explorer(service.url + "/v2/api", KEY, timeout_ms=PATIENT_MS)
        assert dict(one.said((TOKEN,), 10, lambda: False)) == {TOKEN: ()}
        one.close()
    (asked,) = service.asked
    assert asked.path == "/v2/api"
    assert asked.words == {
        "chainid": "10",
        "module": "contract",
        "action": "getsourcecode",
        "address": TOKEN,
        "apikey": KEY,
    }


@pytest.mark.parametrize(
    ("changed", "claim"),
    [
        ({"SourceCode": ""}, Claim(C.SERVICE_NOT_VERIFIED)),
        ({"ABI": "Contract source code not verified"}, Claim(C.SERVICE_NOT_VERIFIED)),
        ({"Proxy": "1"}, Claim(C.SERVICE_PROXY)),
        ({"Proxy": ["1"]}, Claim(C.SERVICE_UNREADABLE)),
    ],
)
def test_what_an_explorer_says_against_a_token(changed: dict[str, object], claim: Claim) -> None:
    assert said(Explorer, says(source(**changed))) == {TOKEN: (claim,)}


@pytest.mark.parametrize(
    ("answer", "silence"),
    [
        (notok("Max rate limit reached, please use API Key for higher rate limit"), "RATE_LIMITED"),
        (notok("Max calls per sec rate limit reached (5/sec)"), "RATE_LIMITED"),
        (notok("Invalid API Key (#err2)|e0"), "REFUSED"),
        (notok("Missing/Invalid API Key"), "REFUSED"),
        (notok("Error! Invalid address format"), "FAULT"),
        ({"status": "0", "message": "No records", "result": []}, "FAULT"),
        ({"status": "1", "result": []}, "GARBAGE"),
        ({"status": "1", "result": [3]}, "GARBAGE"),
        ({"status": "1", "result": [{"SourceCode": None}]}, "GARBAGE"),
        ({"status": 1, "result": [{}]}, "FAULT"),
    ],
)
def test_whatever_else_an_explorer_says_is_a_silence(answer: object, silence: str) -> None:
    assert said(Explorer, says(answer)) == {TOKEN: Silence[silence]}
