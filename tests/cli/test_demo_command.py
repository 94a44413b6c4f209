"""The demo's exit status: a promise that it saw broken is one of ours, and no failed check."""

from contextlib import nullcontext

import pytest

from botctl.cli.commands import demo
from botctl.flows.demo import DemoReport
from botctl.flows.promises import Promise
from tests.cli.conftest import Botctl


def report(*promises: Promise) -> DemoReport:
    return DemoReport(
        cycles=(),
        positions=(),
        realised_wei=0,
        unrealised_wei=0,
        gas_wei=0,
        orders=0,
        decisions=(),
        promises=promises,
        places=(("settings", "botctl.toml"),),
    )


KEPT = Promise("no trap is entered", kept=True, evidence="5 traps, 0 bought")
BROKEN = Promise("ledger equals chain", kept=False, evidence="1 order open")


@pytest.mark.parametrize(("promises", "status"), [((KEPT,), 0), ((KEPT, BROKEN), 70)])
def test_a_broken_promise_is_status_70(
    botctl: Botctl,
    monkeypatch: pytest.MonkeyPatch,
    promises: tuple[Promise, ...],
    status: int,
) -> None:
    monkeypatch.setattr(demo, "open_stage", lambda *_: nullcontext())
    monkeypatch.setattr(demo, "demo", lambda *_, **__: report(*promises))
    plain, as_json = botctl("demo"), botctl("demo", "--json")
    assert (plain.status, as_json.status) == (status, status)
    assert ("BROKEN ledger equals chain: 1 order open" in plain.out) == (status == 70)
    assert as_json.document["promises"]
