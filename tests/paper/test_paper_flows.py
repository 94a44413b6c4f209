"""The same flows on the chain and on paper, side by side at the same heads (LESSONS 16)."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from botctl.adapters.devnet import control
from botctl.adapters.devnet.desk import MOVE_BPS_MAX, NOISE_BPS
from botctl.config.environment import environment
from botctl.core.facts import Mode
from botctl.core.intent import Side
from botctl.core.lifecycle import OrderState
from botctl.core.orders import Fill, Order, OrderKind, SendCode, SignedTx
from botctl.core.settlement import fill_of
from botctl.core.units import BPS_ONE, Address
from botctl.flows.cycle import CycleReport, cycle
from botctl.flows.reconcile import reconcile
from botctl.ports.chain import SendAnswer
from botctl.ports.runtime import Runtime
from botctl.wiring.stage import DevnetStage, StagePlan
from tests.support.staged import runtime_on

BLOCK_S = 12
HELD_TOO_LONG_S = 1_000  # above the stage's `hold_max_s`: everything is sold
# The crowd moves a reserve by so much in a block, up or down; the price goes with its square.
RESERVE_MOVE_BPS_MAX = MOVE_BPS_MAX + 2 * NOISE_BPS[1]
PRICE_MOVE_BPS_MAX = (BPS_ONE + RESERVE_MOVE_BPS_MAX) ** 2 // BPS_ONE - BPS_ONE

Leg = tuple[Address, Side]


@dataclass(frozen=True)
class Sides:
    """One bot twice; `paper` and `real` open its runtimes."""

    stage: DevnetStage
    paper_settings: Mapping[str, str]

    @contextmanager
    def paper(self) -> Iterator[Runtime]:
        """By the chain's clock, as the other one: paper's own is that of the machine."""
        with runtime_on(self.stage) as real, runtime_on(self.stage, self.paper_settings) as paper:
            yield replace(paper, clock=real.clock)

    @contextmanager
    def real(self) -> Iterator[Runtime]:
        with runtime_on(self.stage) as rt:
            yield rt

    def cycle(self) -> tuple[CycleReport, CycleReport]:
        """At the same head; the chain mines what the real one sent only afterwards."""
        with self.paper() as rt:
            paper = cycle(rt)
        with self.real() as rt:
            return paper, cycle(rt)

    def settle(self, mine: Callable[[], None]) -> None:
        for _ in range(3):
            mine()
            for opened in (self.paper, self.real):
                with opened() as rt:
                    assert reconcile(rt).mismatches == ()

    def mine_alone(self, seconds: int = BLOCK_S) -> None:
        """A block in which nobody else trades."""
        control.mine_at(self.stage.rpc, control.head(self.stage.rpc).timestamp_s + seconds)

    def fills(self) -> tuple[dict[Leg, Fill], dict[Leg, Fill]]:
        with self.paper() as rt:
            paper = fills_of(rt)
        with self.real() as rt:
            return paper, fills_of(rt)


@pytest.fixture
def sides(tmp_path: Path) -> Iterator[Sides]:
    with DevnetStage(StagePlan(tmp_path / "stage", seed=7), environment()) as stage:
        stage.step()
        folder = tmp_path / "paper"
        yield Sides(
            stage,
            {
                "BOT__MODE": "paper",
                "STORAGE__STATE_DIR": str(folder),
                "STORAGE__URL": f"sqlite:///{tmp_path / 'paper.db'}",
                "PAPER__BALANCE_WEI": "10 ether",
            },
        )


def test_without_others_in_between_paper_fills_to_the_wei_and_decides_the_same(
    sides: Sides,
) -> None:
    paper, real = sides.cycle()
    assert choices(paper) == choices(real)
    assert paper.decide.orders == real.decide.orders > 0
    sides.settle(sides.mine_alone)

    sides.mine_alone(HELD_TOO_LONG_S)
    paper, real = sides.cycle()
    assert choices(paper) == choices(real)
    sides.settle(sides.mine_alone)

    on_paper, on_chain = sides.fills()
    assert {side for _, side in on_chain} == set(Side)
    assert amounts(on_paper) == amounts(on_chain)
    with sides.paper() as on_paper_rt, sides.real() as on_chain_rt:
        assert held(on_paper_rt) == held(on_chain_rt)


def test_with_a_crowd_paper_differs_by_no_more_than_the_price_moved(sides: Sides) -> None:
    for _ in range(8):
        sides.cycle()
        sides.stage.step()
    sides.settle(sides.stage.step)

    on_paper, on_chain = sides.fills()
    both = on_paper.keys() & on_chain.keys()
    bought = [leg for leg in both if leg[1] is Side.BUY]
    assert len(bought) >= 2
    for leg in bought:
        paper, real = on_paper[leg].token_delta, on_chain[leg].token_delta
        assert abs(paper - real) * BPS_ONE <= real * PRICE_MOVE_BPS_MAX


def test_on_paper_the_chain_sees_nothing_of_us(sides: Sides) -> None:
    before = control.head(sides.stage.rpc)
    with sides.paper() as rt:
        assert rt.identity.mode is Mode.PAPER
        assert cycle(rt).execute.sent > 0
        assert control.nonce(sides.stage.rpc, rt.identity.wallet) == 0
        assert (
            control.number(sides.stage.rpc.call("eth_getBalance", rt.identity.wallet, "latest"))
            == 0
        )
    assert control.head(sides.stage.rpc) == before


def test_a_paper_bot_that_is_killed_after_sending_finds_its_fills_again(sides: Sides) -> None:
    with sides.paper() as rt:
        deaf = replace(rt, sender=Deaf(rt))
        assert cycle(deaf).execute.sent > 0
        sent = [order.id for order in rt.store.recent(None)]
    sides.settle(sides.mine_alone)
    with sides.paper() as rt:
        orders = rt.store.recent(None)
        assert [order.id for order in orders] == sent
        assert {order.state for order in orders} == {OrderState.CONFIRMED}


class Deaf:
    """Sends, and loses the answer: as if the process had died right after the call."""

    def __init__(self, rt: Runtime) -> None:
        self._sender = rt.sender

    def send(self, signed: SignedTx, *, public: bool = True) -> SendAnswer:
        self._sender.send(signed, public=public)
        return SendAnswer(SendCode.UNCLEAR, "connection lost")


def choices(report: CycleReport) -> list[tuple[str, str, str]]:
    """What was decided about each market, and why."""
    return sorted((line.pair, line.kind, line.reason) for line in report.decide.lines)


def held(rt: Runtime) -> list[tuple[Address, int]]:
    """Of every position that is still open, or was."""
    found = rt.store.positions(rt.identity.bot, only_open=False)
    return sorted((one.position.pair, one.position.quantity) for one in found)


def fills_of(rt: Runtime) -> dict[Leg, Fill]:
    """The first confirmed trade of each market and side, read from its receipt."""
    found: dict[Leg, Fill] = {}
    for order in reversed(rt.store.recent(None)):
        leg = (order.intent.pair, order.intent.side)
        if order.kind is OrderKind.SWAP and order.state is OrderState.CONFIRMED:
            found.setdefault(leg, _fill(rt, order))
    return found


def _fill(rt: Runtime, order: Order) -> Fill:
    hashes = [attempt.hash for attempt in rt.store.attempts(order.id)]
    receipt = next(s.receipt for s in rt.txs.sightings(hashes) if s.receipt is not None)
    venue = rt.policy.venue
    return fill_of(
        order, receipt, wallet=rt.identity.wallet, native=venue.native, router=venue.router
    )


def amounts(fills: Mapping[Leg, Fill]) -> dict[Leg, tuple[int, int]]:
    return {leg: (fill.token_delta, fill.native_delta_wei) for leg, fill in fills.items()}
