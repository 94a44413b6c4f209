"""What hurt the users of other systems, on a real node and a real database; numbers are LESSONS'."""

from dataclasses import replace

import pytest

from botctl.adapters.devnet.control import GWEI
from botctl.core.errors import TransientError
from botctl.core.lifecycle import OrderState
from botctl.core.nonces import Finding
from botctl.core.orders import Attempt, AttemptKind, Order, SendCode
from botctl.core.permission import SourceKind
from botctl.core.reasons import Reason
from botctl.core.replacement import Act
from botctl.core.units import OrderId
from botctl.flows.compare import correct
from botctl.flows.cycle import cycle
from botctl.flows.execute import execute
from botctl.flows.nonces import nonce_status
from botctl.flows.reconcile import reconcile
from botctl.flows.tend import nonce_repair
from tests.torture.crew import Crew
from tests.torture.field import DEAR, Field, assert_one_effect_each, tokens_bought
from tests.torture.node import SEND, Node, deaf, lagging, mute_after_sending, urls
from tests.torture.strikes import PowerCut, StruckBefore, dies_at_submit
from tests.torture.together import executors

LATE_MS = 60_000  # later than any patience of the settings
DEADLINE_BLOCKS = 15
BUCKET_BLOCKS = 5  # the same wish for the same market within a minute is the same intent
MARKETS_HELD = 6
DRIFT = 633  # openzeppelin-relayer#843
STRANGERS_PRICE = 50 * GWEI


def test_1_a_create_without_an_answer_is_unknown_and_goes_out_again_as_itself(
    field: Field,
) -> None:
    (order,) = field.decide(1)
    with Node(field.port, mute_after_sending) as node:
        assert field.execute(urls(node.url)) == [SendCode.UNCLEAR]
        (signed,) = attempts(field, order)
        assert field.states() == [OrderState.SUBMITTED]
        assert field.execute(urls(node.url), late_ms=LATE_MS) == [SendCode.UNCLEAR]
    field.bury()
    assert [a.raw for a in attempts(field, order)] == [signed.raw]
    assert_one_effect_each(field, 1)


def test_2_a_network_that_is_down_says_nothing_about_an_order(field: Field) -> None:
    field.decide(1)
    field.execute()
    field.mine()
    before = field.orders()
    with Node(field.port, deaf) as node, pytest.raises(TransientError):
        field.reconcile({**urls(node.url), "CHAIN__TRIES_MAX": "1"}, late_ms=LATE_MS)
    assert field.orders() == before
    field.bury()
    assert_one_effect_each(field, 1)


def test_5_of_several_processes_that_prepare_the_same_intents_one_signs_each(
    field: Field,
) -> None:
    orders = field.decide(4)
    with Crew() as crew:
        crowd = executors(crew, field, [field.environment()] * 4)
        crowd.go()
        crowd.stop()
    field.bury()
    assert [len(attempts(field, order)) for order in orders] == [1] * 4
    assert_one_effect_each(field, 4)


def test_6_drift_over_rows_that_were_never_sent_is_lowered_to_them_and_they_go_out(
    field: Field,
) -> None:
    never_sent(field, MARKETS_HELD)
    drift(field)
    assert set(field.execute()) == {SendCode.ACCEPTED}
    field.mine()
    field.decide(1)
    field.execute()
    field.bury()
    assert_one_effect_each(field, MARKETS_HELD + 1)


def test_6_drift_over_rows_that_outlived_their_deadline_gives_every_nonce_back(
    field: Field,
) -> None:
    never_sent(field, MARKETS_HELD)
    drift(field)
    field.mine(DEADLINE_BLOCKS)
    assert field.execute() == [Reason.INV_QUOTE_FRESH] * MARKETS_HELD
    assert field.states() == [OrderState.DROPPED] * MARKETS_HELD
    with field.runtime() as rt:
        assert nonce_status(rt).diagnosis.troubles == ()
    (order,) = field.decide(1)
    field.execute()
    field.bury()
    assert field.nonce() == 1
    assert [(a.nonce, a.kind) for a in attempts(field, order)] == [(0, AttemptKind.SEND)]


def test_7_an_underpriced_first_send_holds_its_nonce_until_a_raise_lets_the_line_go_on(
    field: Field,
) -> None:
    """The nonce is given out, no pool has its bytes, and what stands behind cannot mine."""
    field.decide(1)
    with field.runtime() as rt:
        dear = StruckBefore(rt.sender, lambda: field.mine(1, DEAR))
        assert [o.code for o in execute(replace(rt, sender=dear)).outcomes] == [
            SendCode.UNDERPRICED
        ]
    field.decide(1)
    assert SendCode.ACCEPTED in field.execute()
    field.mine(1, DEAR)
    assert field.nonce() == 0
    (tended,) = field.reconcile(late_ms=LATE_MS).tended
    assert (tended.act, tended.nonce, tended.code) == (Act.BUMP, 0, SendCode.ACCEPTED)
    field.mine(1, DEAR)
    field.bury()
    assert_one_effect_each(field, 2)


def test_7_a_raise_that_comes_after_its_first_bytes_mined_is_no_second_effect(
    field: Field,
) -> None:
    order = stuck(field)
    (first,) = attempts(field, order)
    with field.runtime(late_ms=LATE_MS) as rt:
        beaten = StruckBefore(rt.sender, lambda: mines_after_all(field, first))
        (tended,) = reconcile(replace(rt, sender=beaten)).tended
    assert (tended.act, tended.code) == (Act.BUMP, SendCode.NONCE_TOO_LOW)
    assert len(attempts(field, order)) == 2
    field.bury()
    assert_one_effect_each(field, 1)


def test_8_a_cancel_in_the_middle_of_the_line_lets_what_is_behind_it_mine(field: Field) -> None:
    field.mine(1, DEAR)
    (first,) = field.decide(1)
    field.execute()
    field.mine()
    (middle,) = field.decide(1, {"EXECUTION__DEADLINE_S": "60"})
    field.execute()
    field.mine(1, DEAR)
    (last,) = field.decide(1, {"EXECUTION__DEADLINE_S": "6000"})
    field.execute()
    field.mine(5, DEAR)
    assert field.nonce() == 1
    (tended,) = field.reconcile().tended
    assert (tended.order_id, tended.act) == (middle.id, Act.CANCEL)
    field.mine(1, DEAR)
    field.bury()
    assert {order.id: order.state for order in field.orders()} == {
        first.id: OrderState.CONFIRMED,
        middle.id: OrderState.CANCELED,
        last.id: OrderState.CONFIRMED,
    }
    assert field.nonce() == 3


def test_9_a_key_used_elsewhere_during_a_raise_stops_entries_until_a_person_has_looked(
    field: Field,
) -> None:
    order = stuck(field)
    with field.runtime(late_ms=LATE_MS) as rt:
        elsewhere = StruckBefore(rt.sender, lambda: stranger_takes(field, nonce=0))
        (tended,) = reconcile(replace(rt, sender=elsewhere)).tended
    assert tended.code == SendCode.NONCE_TOO_LOW
    field.mine(2)
    assert field.reconcile(late_ms=LATE_MS).mismatches != (), "a stranger spent our gas"
    assert state_of(field, order) is OrderState.REPLACED
    assert tokens_bought(field) == {}
    with field.runtime() as rt:
        assert {s.kind for s in rt.store.sources()} == {SourceKind.NONCE, SourceKind.LEDGER}
        nonce_repair(rt, apply=True)
        assert correct(rt, why="a stranger's gas", apply=True).applied == 1
        assert rt.store.sources() == ()
    field.mine(BUCKET_BLOCKS)
    field.decide(1)
    assert field.execute() == [SendCode.ACCEPTED]
    field.bury()
    assert field.nonce() == 2


@pytest.mark.parametrize("first", [False, True], ids=["second", "first"])
def test_10_a_lagging_node_proves_nothing_about_our_nonces(field: Field, first: bool) -> None:
    field.decide(1)
    with Node(field.port, lagging(field.height())) as behind:
        pair = (behind.url, field.url) if first else (field.url, behind.url)
        field.execute()
        field.mine(2)
        field.reconcile(urls(*pair))
        with field.runtime(urls(*pair)) as rt:
            assert nonce_status(rt).diagnosis.foreign == ()
            assert rt.store.sources() == ()
            assert counter(field) == 1
    field.bury()
    assert_one_effect_each(field, 1)


def test_10_a_node_behind_what_we_have_seen_buried_lowers_and_accuses_nobody(
    field: Field,
) -> None:
    field.decide(1)
    with Node(field.port, lagging(field.height())) as behind:
        field.execute()
        field.bury()
        with field.runtime(urls(behind.url)) as rt:
            assert [t.finding for t in nonce_status(rt).diagnosis.troubles] == [Finding.LAGGING]
            reconcile(rt)
            assert rt.store.sources() == ()
        assert counter(field) == 1


def test_11_a_pending_order_is_no_reason_to_run_the_operation_again(field: Field) -> None:
    order = stuck(field)
    patient = {"EXECUTION__BUMP_AFTER_MS": "6000000", "SCAN__MARKETS_MAX": "1000"}
    held = {order.intent.pair}
    for _ in range(3):
        field.mine(1, DEAR)
        with field.runtime({**patient, "EXECUTION__SELECT_BEST": "1000"}, late_ms=LATE_MS) as rt:
            cycle(rt)
            execute(rt)
            again = [o for o in rt.store.recent(None) if o.intent.pair in held]
            assert [o.id for o in again] == [order.id]
            assert not rt.store.add(replace(order, id=OrderId(f"{order.id}-again")))
    assert len(attempts(field, order)) == 1


def never_sent(field: Field, count: int) -> None:
    """All signed in one run that ended before it said that the first bytes go out."""
    field.decide(count)
    with field.runtime() as rt, pytest.raises(PowerCut):
        execute(replace(rt, store=dies_at_submit(rt.store)))
    assert field.states() == [OrderState.SIGNED] * count


def drift(field: Field) -> None:
    with field.runtime() as rt:
        row, now_ms = rt.store.nonce(field.wallet), rt.clock.now_ms()
        assert row is not None
        lease = rt.store.lease(
            field.wallet, holder="test", chain_nonce=0, now_ms=now_ms, ttl_ms=1_000
        )
        assert lease is not None
        to = row.next + DRIFT
        rt.store.set_next(lease, expected=row.next, to=to, now_ms=now_ms, why="drift")
        rt.store.release(lease)


def stuck(field: Field) -> Order:
    """An entry whose fee is below the price of every block since."""
    (order,) = field.decide(1)
    assert field.execute() == [SendCode.ACCEPTED]
    field.mine(1, DEAR)
    return order


def stranger_takes(field: Field, *, nonce: int) -> None:
    """Somebody who has the key pays more than we do, and mines first."""
    field.rpc.call("anvil_impersonateAccount", field.wallet)
    sent = {
        "from": field.wallet,
        "to": field.wallet,
        "nonce": hex(nonce),
        "gasPrice": hex(STRANGERS_PRICE),
    }
    field.rpc.call("eth_sendTransaction", sent)
    field.mine(1, DEAR)


def mines_after_all(field: Field, attempt: Attempt) -> None:
    """Another pool had kept the bytes until blocks were cheap again."""
    field.mine(1, GWEI)
    field.rpc.call(SEND, f"0x{attempt.raw.hex()}")
    field.mine(1, GWEI)
    assert field.nonce() == attempt.nonce + 1


def attempts(field: Field, order: Order) -> tuple[Attempt, ...]:
    with field.store() as store:
        return store.attempts(order.id)


def state_of(field: Field, order: Order) -> OrderState:
    return next(o.state for o in field.orders() if o.id == order.id)


def counter(field: Field) -> int:
    with field.store() as store:
        row = store.nonce(field.wallet)
    assert row is not None
    return row.next
