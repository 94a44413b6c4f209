"""Services and lists on the demo's stage: they only ever add refusals, and exits never meet them."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from botctl.cli import app
from botctl.core.lifecycle import OrderState
from botctl.core.reasons import Kind, Reason
from botctl.core.sellability.codes import SellCode, Severity
from botctl.core.sellability.opinion import Silence
from botctl.core.units import Address
from botctl.flows.check import CheckReport, Verdict, check
from botctl.flows.decide import decide
from botctl.flows.execute import execute
from botctl.flows.gate import Told
from botctl.flows.scan import scan
from botctl.wiring.stage import DevnetStage
from tests.enrich.shapes import KEY, goplus, goplus_row
from tests.enrich.standin import Asked, Raw, StandIn, http
from tests.support.staged import runtime_on

SEVERAL = {"EXECUTION__SELECT_BEST": "3"}


@contextmanager
def service(**changed: object) -> Iterator[StandIn]:
    """Says the same of every token it is asked about."""

    def answer(asked: Asked) -> Raw:
        tokens = asked.words["contract_addresses"].split(",")
        return Raw(
            http(json.dumps(goplus(**dict.fromkeys(tokens, goplus_row(**changed)))).encode())
        )

    with StandIn(answer) as one:
        yield one


def sources(one: StandIn, **more: str) -> dict[str, str]:
    """As settings; `more` are of the group."""
    table = [{"kind": "goplus", "url": one.url, "key": KEY}]
    return {
        "ENRICH__SOURCES": json.dumps(table),
        **{f"ENRICH__{name.upper()}": text for name, text in more.items()},
    }


def broken(_: Asked) -> Raw:
    return Raw(http(KEY.encode(), "500 Internal Server Error"))


def codes(report: CheckReport) -> list[str]:
    return [found.code for found in report.findings]


def plain_pair(stage: DevnetStage) -> Address:
    """Of a plain token whose owner is away."""
    return next(
        market.pair
        for market in stage.deployment.markets
        if market.plan.contract == "PlainToken" and market.plan.renounced
    )


def honest(stage: DevnetStage, settings: Mapping[str, str] | None = None) -> CheckReport:
    """A market that no tier refuses."""
    with runtime_on(stage, settings) as rt:
        return check(rt, plain_pair(stage))


def trap(stage: DevnetStage, settings: Mapping[str, str] | None = None) -> CheckReport:
    with runtime_on(stage, settings) as rt:
        return check(rt, min(stage.traps))


def test_a_service_adds_its_findings_after_our_own_and_is_quoted_apart(stage: DevnetStage) -> None:
    plain = honest(stage)
    assert plain.verdict is not Verdict.REFUSED
    with service(is_honeypot="1", is_mintable="1") as one:
        report = honest(stage, sources(one))
    assert report.verdict is Verdict.REFUSED
    assert report.findings[0] == Told(
        SellCode.SERVICE_HONEYPOT, Severity.REFUSE, "goplus says: it is a honeypot"
    )
    mine = [found for found in report.findings if not found.code.startswith("SERVICE_")]
    assert tuple(mine) == plain.findings
    (opinion,) = report.opinions
    assert (opinion.source, opinion.token) == ("goplus", report.market.token)
    assert {claim.code for claim in opinion.claims} > {SellCode.SERVICE_MINTABLE}


def test_services_that_are_switched_off_are_not_heard(stage: DevnetStage) -> None:
    plain = honest(stage)
    with service(is_honeypot="1") as one:
        assert honest(stage, sources(one)).verdict is Verdict.REFUSED
        report = honest(stage, {**sources(one), "FEATURES__ENRICHMENT": "false"})
    assert (report.findings, report.opinions) == (plain.findings, ())


def test_praise_and_silence_change_nothing_of_what_we_saw(stage: DevnetStage) -> None:
    good, bad = honest(stage), trap(stage)
    assert bad.verdict is Verdict.REFUSED
    with service() as praise, StandIn(broken) as silence:
        for one in (praise, silence):
            assert honest(stage, sources(one)).findings == good.findings
            assert trap(stage, sources(one)).findings == bad.findings
        assert honest(stage, sources(silence)).opinions[0].silent is Silence.UNREACHABLE


def test_where_words_are_demanded_silence_refuses(stage: DevnetStage) -> None:
    with StandIn(broken) as silence, service() as praise:
        report = honest(stage, sources(silence, silent="refuse"))
        assert report.verdict is Verdict.REFUSED
        assert codes(report)[0] == SellCode.SERVICE_SILENT
        assert honest(stage, sources(praise, silent="refuse")).verdict is not Verdict.REFUSED


def test_the_settings_move_a_code_between_refusal_and_warning(stage: DevnetStage) -> None:
    with service(is_honeypot="1", is_mintable="1") as one:
        told = honest(stage, sources(one, only_warn="SERVICE_HONEYPOT"))
        assert told.verdict is Verdict.WARNED
        assert SellCode.SERVICE_HONEYPOT in codes(told)
        moved = sources(one, only_warn="SERVICE_HONEYPOT", also_refuse="SERVICE_MINTABLE")
        assert codes(honest(stage, moved))[0] == SellCode.SERVICE_MINTABLE


def entered(stage: DevnetStage, settings: Mapping[str, str]) -> list[tuple[OrderState, str, str]]:
    """Decided on before the services have a say, so that they have it at the signature."""
    stage.step()
    with runtime_on(stage, SEVERAL) as rt:
        scan(rt)
        decide(rt)
    with runtime_on(stage, {**SEVERAL, **settings}) as rt:
        return [(one.state, one.code, one.detail) for one in execute(rt).outcomes]


def test_no_entry_is_decided_against_a_service_s_word(stage: DevnetStage) -> None:
    stage.step()
    with service(cannot_sell_all="1") as one, runtime_on(stage, sources(one)) as rt:
        scan(rt)
        report = decide(rt)
    assert report.orders == 0
    told = [line for line in report.lines if "SERVICE_CANNOT_SELL_ALL" in line.detail]
    assert told
    assert {(line.kind, line.reason) for line in told} == {(Kind.FAIL, Reason.INV_SELLABLE)}


def test_no_entry_is_signed_against_a_service_s_word(stage: DevnetStage) -> None:
    with service(cannot_sell_all="1") as one:
        outcomes = entered(stage, sources(one))
    assert outcomes
    for state, code, detail in outcomes:
        assert (state, code) == (OrderState.FAILED, Reason.INV_SELLABLE)
        assert "SERVICE_CANNOT_SELL_ALL" in detail or "OWNER_MINTS" in detail


def test_a_service_in_trouble_holds_no_entry_and_is_asked_once_a_run(stage: DevnetStage) -> None:
    with StandIn(broken) as silence:
        outcomes = entered(stage, sources(silence))
        assert OrderState.PENDING in {state for state, _, _ in outcomes}
        assert len(silence.asked) == 1


def test_a_listed_code_is_refused_whatever_else_is_seen(stage: DevnetStage, tmp_path: Path) -> None:
    report = honest(stage)
    (own, *_) = report.code.hashes
    assert own == report.facts.token_code_hash
    refused = honest(stage, {"GATE__TRAP_CODE_HASHES": own})
    assert codes(refused)[0] == SellCode.STATIC_KNOWN_TRAP
    file = tmp_path / "traps.txt"
    file.write_text(f"{own} # took our stake in May\n")
    refused = honest(stage, {"GATE__TRAP_CODE_FILE": str(file)})
    assert codes(refused)[0] == SellCode.STATIC_KNOWN_TRAP
    assert "took our stake in May" in refused.findings[0].words


def test_a_list_that_cannot_be_read_stops_entries_and_names_its_line(
    stage: DevnetStage, tmp_path: Path
) -> None:
    file = tmp_path / "traps.txt"
    file.write_text("0x12\n")
    report = honest(stage, {"GATE__TRAP_CODE_FILE": str(file)})
    assert codes(report)[0] == SellCode.STATIC_TRAPS_UNREAD
    assert "line 1" in report.findings[0].words
    states = {state for state, _, _ in entered(stage, {"GATE__TRAP_CODE_FILE": str(file)})}
    assert states == {OrderState.FAILED}


@pytest.mark.parametrize("words", [("--json",), ()])
def test_check_tells_each_service_and_no_key(
    stage: DevnetStage,
    words: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, text in stage.environment().items():
        monkeypatch.setenv(name, text)
    with service(sell_tax="0.5") as talks, StandIn(broken) as silent:
        table = [
            {"kind": "goplus", "url": talks.url, "key": KEY},
            {"kind": "honeypot_is", "url": f"{silent.url}/{KEY}", "key": KEY},
            {"kind": "explorer", "url": f"{silent.url}/api", "key": KEY},
        ]
        monkeypatch.setenv("BOTCTL_ENRICH__SOURCES", json.dumps(table))
        status = app.run(["check", plain_pair(stage), "--config", str(stage.config), *words])
        assert any(KEY in str(asked) for asked in silent.asked), "the canary was sent"
    told = capsys.readouterr()
    assert status == 1
    for each in ("goplus", "honeypot_is", "explorer", "SERVICE_SELL_TAX", Silence.UNREACHABLE):
        assert each in told.out
    assert KEY not in told.out + told.err
    assert no_canary_below(stage.config.parent)
    if words:
        document = json.loads(told.out)
        sources_told = [one["source"] for one in document["opinions"]]
        assert sources_told == ["goplus", "honeypot_is", "explorer"]
        assert document["code"]["hashes"][0].startswith("0x")


def no_canary_below(folder: Path) -> bool:
    """Database, log, bundles: everything that was written."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    return all(KEY.encode() not in path.read_bytes() for path in files)


def test_an_entry_that_was_refused_leaves_no_key_in_books_logs_or_bundles(
    stage: DevnetStage,
) -> None:
    with service(is_honeypot="1") as one:
        settings = {**sources(one), "LOG__FILE": "refused.jsonl"}
        stage.step()
        with runtime_on(stage) as rt:
            scan(rt)
            decide(rt)
            tokens = {Address(o.intent.pair) for o in rt.store.open()}
        with runtime_on(stage, settings) as rt:
            outcomes = execute(rt).outcomes
        assert tokens
        assert all(o.code == Reason.INV_SELLABLE for o in outcomes)
    assert no_canary_below(stage.config.parent)
