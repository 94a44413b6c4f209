"""What the world itself promises: it breaks as real chains, nodes and processes break."""

import pytest

from botctl.core.lifecycle import OrderState
from botctl.core.orders import OrderKind, SendCode, SignedTx, UnsignedTx
from botctl.core.units import Address
from botctl.ports.runtime import Runtime
from botctl.sim.chain import Chain, Tx
from botctl.sim.commands import Commands
from botctl.sim.faults import Crash
from botctl.sim.node import Node
from botctl.sim.plan import Act, Action, Hit, Strike
from botctl.sim.rules import CHAIN_ID, ELSEWHERE, GWEI, WALLET
from botctl.sim.wire import decoded, encoded
from botctl.sim.world import World
from tests.sim import __main__ as front
from tests.sim.real import REAL
from tests.sim.shrink import shrunk

NOW_S = 1_800_000_100


def _signed(nonce: int, *, fee_gwei: int = 30, tip_gwei: int = 2, value: int = 0) -> SignedTx:
    fees = (fee_gwei * GWEI, tip_gwei * GWEI)
    return encoded(UnsignedTx(CHAIN_ID, nonce, ELSEWHERE, value, b"", 21_000, *fees))


def _node() -> tuple[Chain, Node]:
    chain = Chain()
    return chain, Node(chain)


def _mine(chain: Chain, node: Node) -> tuple[Tx, ...]:
    block = chain.mine(node.waiting(), NOW_S)
    node.settle()
    return block.txs


def test_a_transaction_reads_back_as_it_was_written() -> None:
    signed = _signed(3, value=7)
    assert encoded(decoded(signed.raw)) == signed


@pytest.mark.parametrize(
    ("fee_gwei", "tip_gwei", "code"),
    [
        (30, 2, SendCode.ALREADY_KNOWN),
        (33, 2, SendCode.UNDERPRICED),  # only one field
        (32, 3, SendCode.UNDERPRICED),  # less than a tenth
        (33, 3, SendCode.ACCEPTED),
    ],
)
def test_a_replacement_needs_a_tenth_more_on_both_fee_fields(
    fee_gwei: int, tip_gwei: int, code: SendCode
) -> None:
    _, node = _node()
    node.send(_signed(0))
    assert node.send(_signed(0, fee_gwei=fee_gwei, tip_gwei=tip_gwei)).code is code


def test_what_stands_above_a_gap_waits_until_it_is_filled() -> None:
    chain, node = _node()
    assert node.send(_signed(1)).code is SendCode.ACCEPTED
    assert _mine(chain, node) == ()
    node.send(_signed(0))
    assert [tx.unsigned.nonce for tx in _mine(chain, node)] == [0, 1]


def test_what_is_mined_is_known_and_another_for_its_nonce_too_low() -> None:
    chain, node = _node()
    node.send(_signed(0))
    _mine(chain, node)
    assert node.send(_signed(0)).code is SendCode.ALREADY_KNOWN
    assert node.send(_signed(0, fee_gwei=90, tip_gwei=9)).code is SendCode.NONCE_TOO_LOW


def test_nothing_is_taken_that_cannot_be_paid_or_costs_less_than_the_block() -> None:
    chain, node = _node()
    assert node.send(_signed(0, value=10**30)).code is SendCode.NO_FUNDS
    node.send(_signed(0, fee_gwei=5, tip_gwei=1))
    assert _mine(chain, node) == ()


def test_a_lagging_node_does_not_see_the_newest_blocks() -> None:
    chain, node = _node()
    signed = _signed(0)
    node.send(signed)
    _mine(chain, node)
    node.lag_blocks = 1
    (seen,) = node.sightings([signed.hash])
    assert (seen.known, seen.receipt) == (True, None)
    assert node.wallet(WALLET, (), node.head().block).nonce == 0
    assert [count.mined for count in node.nonces(WALLET)] == [0, 1]


def test_a_reorganisation_takes_receipts_and_state_back() -> None:
    chain, node = _node()
    signed = _signed(0, value=5)
    node.send(signed)
    before = chain.head.state
    _mine(chain, node)
    assert [tx.hash for tx in chain.cut(1)] == [signed.hash]
    assert chain.head.state == before
    assert chain.holding(signed.hash) is None


def test_only_the_relay_has_what_was_sent_to_it_alone() -> None:
    chain, node = _node()
    signed = _signed(0)
    node.send(signed, public=False)
    (seen,) = node.sightings([signed.hash])
    assert not seen.known
    assert [tx.hash for tx in _mine(chain, node)] == [signed.hash]


def _world(seen: list[str], *strikes: Strike) -> World:
    """One process that reads the head, adds a note, and says goodbye at the end."""

    def command(rt: Runtime) -> object:
        try:
            rt.txs.head()
            seen.append("read")
            rt.store.count("note")
            seen.append("noted")
        finally:
            rt.store.count("goodbye")
        return None

    world = World(Commands(command, command, command, command))
    world.play(Action(Act.EXECUTE, strikes=strikes))
    return world


@pytest.mark.parametrize(
    ("strike", "seen", "notes"),
    [
        (Strike(1, Hit.CRASH_BEFORE), [], {}),
        (Strike(2, Hit.CRASH_BEFORE), ["read"], {}),
        (Strike(2, Hit.CRASH_AFTER), ["read"], {"note": 1}),
        (Strike(2, Hit.FAIL), ["read"], {"goodbye": 1}),
        (Strike(2, Hit.LOSE), ["read"], {"goodbye": 1, "note": 1}),
        (Strike(1, Hit.FAIL, on="store.count"), ["read"], {"goodbye": 1}),
        (Strike(9, Hit.CRASH_BEFORE), ["read", "noted"], {"goodbye": 1, "note": 1}),
    ],
)
def test_a_strike_takes_the_effect_the_answer_or_the_process(
    strike: Strike, seen: list[str], notes: dict[str, int]
) -> None:
    """A process that is killed does nothing more, whatever its `finally` says."""
    happened: list[str] = []
    world = _world(happened, strike)
    assert happened == seen
    assert world.store.counters().values == notes


def test_a_crash_is_no_error_that_a_flow_could_catch() -> None:
    assert not issubclass(Crash, Exception)


def test_what_is_sent_late_arrives_with_the_next_block() -> None:
    world = World(REAL)
    late = Strike(1, Hit.LATE, on="sender.send")
    world.play(Action(Act.DECIDE))
    world.play(Action(Act.EXECUTE, strikes=(late,)))
    (order,) = world.tables.orders.values()
    assert order.state is OrderState.SUBMITTED
    assert world.node.waiting() == []
    world.play(Action(Act.MINE, 1))
    assert world.chain.head.state.nonce == 1


def test_another_process_can_run_between_two_calls_of_one() -> None:
    world = World(REAL)
    world.play(Action(Act.DECIDE))
    other = Action(Act.EXECUTE, who=1)
    inside = Strike(1, Hit.MEANWHILE, other, on="store.attempts_of")
    world.play(Action(Act.EXECUTE, strikes=(inside,)))
    runs = [fact[3] for fact in world.history.events if fact[:2] == ("act", Act.EXECUTE)]
    assert runs == [0, 1]
    assert len(world.signer.signed) == 1


def test_a_day_without_faults_buys_and_sells() -> None:
    world = World(REAL)
    for _ in range(2):
        world.play(Action(Act.DECIDE))
        world.play(Action(Act.EXECUTE))
        world.play(Action(Act.MINE, 4))
        world.play(Action(Act.RECONCILE))
    kinds = [order.kind for order in world.tables.orders.values()]
    assert kinds == [OrderKind.SWAP, OrderKind.SWAP, OrderKind.APPROVE]
    assert {o.state for o in world.tables.orders.values()} == {OrderState.CONFIRMED}
    assert world.chain.head.state.tokens[Address(world.tables.markets[0].token)] == 0
    assert world.history.broken == []


def test_a_failing_plan_shrinks_to_what_it_needs() -> None:
    needed = Action(Act.MINE, 7, strikes=(Strike(1, Hit.FAIL), Strike(2, Hit.LOSE)))
    plan = [Action(Act.DECIDE), needed, Action(Act.KILL)]
    (left,) = shrunk(plan, lambda some: any(a.amount == 7 and a.strikes for a in some))
    assert (left.act, left.amount, len(left.strikes)) == (Act.MINE, 7, 1)


def test_a_broken_promise_sets_the_exit_status(capsys: pytest.CaptureFixture[str]) -> None:
    assert front._say_all(iter(["fine", "BROKEN a promise"])) == 1
    assert front._say_all(iter(["fine"])) == 0
    assert "BROKEN a promise" in capsys.readouterr().out
