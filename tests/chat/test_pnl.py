"""Profit and loss from the books of a bot that really traded: each figure where it comes from."""

from botctl.adapters.clock import SystemClock
from botctl.flows.worth import Worth, worth
from botctl.ports.store import LedgerFilter
from botctl.wiring.books import watch_of_books
from botctl.wiring.chat import opened_chat_books
from botctl.wiring.setup import Setup


def report(setup: Setup) -> Worth:
    with opened_chat_books(setup) as books:
        return worth(watch_of_books(books))


def test_what_is_held_is_worth_what_the_newest_decision_about_it_said(setup: Setup) -> None:
    found = report(setup)
    assert found.holdings
    assert (found.trades, found.won, found.realised_wei) == (0, 0, 0)
    with opened_chat_books(setup) as books:
        for one in found.holdings:
            held = one.closed.position
            rows = books.store.rows(LedgerFilter(pair=held.pair, limit=1))
            row = next(iter(rows))
            later = row.at_ms >= held.opened_ms
            assert one.value_wei == (row.value_wei if later else None)
            assert one.gain_wei is None or one.gain_wei == (one.value_wei or 0) - held.cost_wei
    valued = [one.gain_wei for one in found.holdings if one.gain_wei is not None]
    assert found.open_wei == sum(valued)
    assert found.unvalued == len(found.holdings) - len(valued)


def test_a_loss_is_realised_once_the_position_is_over(setup: Setup) -> None:
    before = report(setup)
    held = before.holdings[0].closed
    with opened_chat_books(setup) as books:
        for order in books.store.open():  # an order in flight keeps its position open
            assert order.intent.pair != held.position.pair
        now_ms = max(books.clock.now_ms(), SystemClock().now_ms())
        assert books.store.write_off(held.position.id, "cannot be sold", now_ms)
    after = report(setup)
    assert (after.trades, after.won) == (1, 0)
    assert len(after.holdings) == len(before.holdings) - 1
    assert after.realised_wei == before.realised_wei - held.position.cost_wei
    assert after.today_wei == before.today_wei - held.position.cost_wei
    assert after.gas_wei == before.gas_wei
