"""Cycles on the stage one by one, and what can be done to its markets between two of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from botctl.adapters.devnet import control
from botctl.adapters.devnet.deploy import DemoMarket
from botctl.adapters.evm.calldata import RouterCalls
from botctl.adapters.evm.hashing import keccak256
from botctl.core.facts import Detection, Tiers, World
from botctl.core.units import Address
from botctl.flows.decide import DecideReport, Line, decide
from botctl.flows.execute import execute
from botctl.flows.reconcile import reconcile
from botctl.flows.replay import from_store, replay
from botctl.flows.scan import scan
from botctl.ports.runtime import Runtime
from botctl.ports.store import LedgerFilter
from botctl.wiring.stage import DevnetStage
from tests.support.staged import runtime_on

BLOCK_S = 12
FREE_ACCOUNT = 14  # neither the creator's nor the crowd's
# Slots of the demo's tokens (`Ledger.sol`), and of a pair: its own LP token.
SUPPLY, OWNER = 0, 3
LP_BALANCES = 1
BURNED = Address("0x000000000000000000000000000000000000dead")
# The crowd moves prices, and nothing but the guards is to end a position here.
PATIENT = {
    "BANDS": '[{"liquidity_usd_min":0,"slippage_bps":2000,"cost_max_bps":4000,"impact_max_bps":500}]',
    "CALM__FLICKER_BPS": "9999",
    "EXITS__TAKE_PROFIT_BPS": "90000",
    "EXITS__STOP_LOSS_BPS": "9900",
    "EXITS__TRAILING_START_BPS": "90000",
    "EXITS__HOLD_MAX_S": "86400",
}


def decided(stage: DevnetStage, settings: Mapping[str, str]) -> DecideReport:
    """One cycle without sending anything."""
    with runtime_on(stage, settings) as rt:
        scan(rt)
        return decide(rt)


def traded(stage: DevnetStage, settings: Mapping[str, str], *, blocks: int = 3) -> DecideReport:
    """One cycle whose orders are mined and buried."""
    with runtime_on(stage, settings) as rt:
        scan(rt)
        report = decide(rt)
        execute(rt)
    for _ in range(blocks):
        mine(stage)
    with runtime_on(stage, settings) as rt:
        reconcile(rt)
    return report


def mine(stage: DevnetStage) -> None:
    """One block in which nobody but us trades."""
    control.mine_at(stage.rpc, control.head(stage.rpc).timestamp_s + BLOCK_S)


def line_of(report: DecideReport, pair: str) -> Line:
    return next(line for line in report.lines if line.pair == pair)


def market_of(stage: DevnetStage, pair: str) -> DemoMarket:
    return next(m for m in stage.deployment.markets if m.pair == pair)


def put(stage: DevnetStage, where: Address, slot: int, value: int) -> None:
    stage.rpc.call("anvil_setStorageAt", where, hex(slot), f"0x{value:064x}")


def at(stage: DevnetStage, where: Address, slot: int) -> int:
    return int(str(stage.rpc.call("eth_getStorageAt", where, hex(slot), "latest")), 16)


def balance_slot(who: Address, mapping: int) -> int:
    """Where Solidity keeps `mapping[who]`."""
    return int.from_bytes(keccak256(int(who, 16).to_bytes(32, "big") + mapping.to_bytes(32, "big")))


def code_of(stage: DevnetStage, contract: str) -> str:
    token = next(m.token for m in stage.deployment.markets if m.plan.contract == contract)
    return "0x" + control.code(stage.rpc, token).hex()


def recode(stage: DevnetStage, token: Address, code: str) -> None:
    stage.rpc.call("anvil_setCode", token, code)


def same_but_other(stage: DevnetStage, token: Address) -> None:
    """Other code that does the same: a byte behind the end is never run."""
    recode(stage, token, "0x" + control.code(stage.rpc, token).hex() + "00")


def whale_buys(stage: DevnetStage, pair: str, ether: int) -> None:
    market, who = market_of(stage, pair), control.accounts(stage.rpc)[FREE_ACCOUNT]
    data = RouterCalls().buy(
        min_out=0, path=(stage.deployment.weth, market.token), to=who, deadline_s=2**63
    )
    call = control.Transaction(
        who,
        control.nonce(stage.rpc, who),
        "0x" + data.hex(),
        to=stage.deployment.router,
        value_wei=ether * 10**18,
    )
    control.all_of(stage.rpc, [call.request()])
    mine(stage)


@dataclass(slots=True)
class Heard:
    """Which markets each scan asked all tiers about."""

    asked: list[tuple[str, ...]] = field(default_factory=list)

    def on(self, rt: Runtime) -> Runtime:
        def tiers(
            runtime: Runtime, world: World, detections: Sequence[Detection]
        ) -> tuple[Tiers, ...]:
            self.asked.append(tuple(seen.market.pair for seen in detections))
            return rt.tiers(runtime, world, detections)

        return replace(rt, tiers=tiers)


def assert_replays(stage: DevnetStage) -> None:
    """Every decision of the test, computed again from its bundle alone."""
    everything = LedgerFilter(limit=None)
    decisions = sum(1 for _ in stage.store.rows(everything))
    report = replay(stage.codec, from_store(stage.store.bundles(everything)))
    assert report.others == ()
    assert report.total == report.same == decisions > 0
    assert stage.store.verify().altered == ()
