"""The demo's exit status: a promise that it saw broken is one of ours, and no failed check."""

from contextlib import nullcontext

import pytest

from botctl.cli.commands import demo
from botctl.core.intent import Side
from botctl.core.raid import Attack, AttackKind, Fate, Sandwich
from botctl.core.units import Hash32
from botctl.flows.demo import DemoReport
from botctl.flows.hostile import Hit, HostileReport, RaidReport
from botctl.flows.promises import Promise
from tests.cli.conftest import Botctl
from tests.support.builders import address


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


RAID = RaidReport(
    attacks_made=(("upgrade", 2),),
    hits=(
        Hit(
            Attack(AttackKind.UPGRADE, address(1), "TURN1", 90, 0, 5, 10**17, None),
            Fate.SOLD,
            "EXIT_EMERGENCY",
            9 * 10**16,
            10**16,
        ),
    ),
    attacked_wei=10**17,
    saved_wei=9 * 10**16,
    lost_wei=10**16,
    launches=(("Backdoor", 1),),
    refused=(("OwnedTrap", "INV_SELLABLE OWNER_STOPS_SALES", 3),),
    sandwiches=(Sandwich(Hash32("0x"), address(1), Side.BUY, 10, None),),
    regimes=((1, "normal"), (9, "rug_heavy")),
    exposure_most_wei=10**18,
    day_loss_most_wei=10**16,
)


@pytest.mark.parametrize(("promises", "status"), [((KEPT,), 0), ((KEPT, BROKEN), 70)])
def test_the_hostile_run_ends_the_same_way_and_tells_its_numbers(
    botctl: Botctl,
    monkeypatch: pytest.MonkeyPatch,
    promises: tuple[Promise, ...],
    status: int,
) -> None:
    monkeypatch.setattr(demo, "open_hostile_stage", lambda *_: nullcontext())
    monkeypatch.setattr(
        demo, "hostile_run", lambda *_, **__: HostileReport(report(*promises), RAID)
    )
    plain, as_json = botctl("demo", "--hostile"), botctl("demo", "--hostile", "--json")
    assert (plain.status, as_json.status) == (status, status)
    assert "upgrade" in plain.out
    assert "INV_SELLABLE OWNER_STOPS_SALES" in plain.out
    assert "1 buys, 0 sells; 1 reverted at their bound" in plain.out
    raid = as_json.document["raid"]
    assert isinstance(raid, dict)
    assert raid["saved_wei"] == str(RAID.saved_wei)
    assert raid["hits"][0]["fate"] == "sold"
