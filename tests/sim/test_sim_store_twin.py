"""The simulated store answers as the SQL store does, whatever is asked in whatever order."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from botctl.adapters.store import SqlStore, open_store
from botctl.core.deciding.spending import Holdings
from botctl.core.facts import Market
from botctl.core.health import Vitals
from botctl.core.lifecycle import OrderState
from botctl.ports.store import Closed
from botctl.sim.clock import SerialIds
from botctl.sim.history import History
from botctl.sim.store import SimStore
from botctl.sim.store.tables import Tables
from tests.sim.steps import STEPS, Small, Step
from tests.sim.twins import BOT, CHAIN, WALLET, Twins, address

DAY_MS = 86_400_000
NO_MARKETS: tuple[Market, ...] = ()
DRAWN = st.lists(
    st.tuples(st.sampled_from(STEPS), st.tuples(*(st.integers(0, 11) for _ in range(3)))),
    min_size=20,
    max_size=60,
)


def _agree(twins: Twins) -> None:
    """Every question that a flow asks."""
    questions: list[Callable[[SqlStore | SimStore], object]] = [
        lambda store: store.open(),
        lambda store: store.open((OrderState.MINED, OrderState.CREATED)),
        lambda store: store.recent(None),
        lambda store: store.of_pair(address(1), 2),
        lambda store: store.nonce(WALLET),
        lambda store: store.slots(WALLET),
        lambda store: store.settled_next(WALLET),
        lambda store: store.sources(),
        lambda store: store.baseline(BOT),
        lambda store: store.native_moved_wei(BOT),
        lambda store: store.newest_fills(BOT, 3),
        lambda store: store.unanswered_fills(BOT, 3),
        lambda store: store.wallet_books(BOT, WALLET),
        lambda store: store.ended_from(WALLET, 1, 3),
        lambda store: dict(store.failed_exits(BOT)),
        lambda store: _by_id(store.positions(BOT, only_open=False)),
        lambda store: _sorted_positions(store.holdings(BOT, twins.now_ms - DAY_MS)),
        lambda store: dict(store.counters().values),
        lambda store: store.latest() is None,
        lambda store: _without_tallies(store.vitals(BOT, twins.now_ms)),
        lambda store: store.pauses(),
        lambda store: store.transitions(5),
    ]
    for question in questions:
        twins.ask(question)
    for order_id in twins.versions:
        twins.ask(partial(_of_order, order_id))


def _without_tallies(vitals: Vitals) -> Vitals:
    """Orders of one moment come in any order; decisions are not told in the simulated world."""
    ended = tuple(sorted(vitals.ended, key=lambda one: (-one.at_ms, one.pair, one.took_ms)))
    return replace(vitals, ended=ended, match=None, recent=(), before=())


def _of_order(order_id: str, store: SqlStore | SimStore) -> object:
    order = store.order(order_id)
    assert order is not None
    return order, store.attempts(order.id), store.timeline(order.id)


def _by_id(found: Sequence[Closed]) -> Sequence[Closed]:
    return sorted(found, key=lambda one: one.position.id)


def _sorted_positions(found: Holdings) -> Holdings:
    positions = sorted(found.positions, key=lambda one: one.id)
    return replace(found, positions=tuple(positions))


# Every call is a durable write: shrinking a failure would take minutes, and the blob repeats it.
@settings(
    max_examples=30,
    deadline=None,
    print_blob=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(DRAWN)
def test_both_stores_give_the_same_answers_to_the_same_calls(
    steps: list[tuple[Step, Small]],
) -> None:
    with TemporaryDirectory() as folder:
        store = open_store(
            f"sqlite:///{Path(folder) / 'botctl.db'}",
            chain_id=CHAIN,
            factory=address(9),
            bot=BOT,
            ids=SerialIds(),
        )
        assert isinstance(store, SqlStore)
        try:
            twins = Twins(store, SimStore(Tables(BOT, CHAIN, NO_MARKETS, SerialIds(), History())))
            for step, draw in steps:
                twins.now_ms += 1
                step(twins, draw)
            _agree(twins)
        finally:
            store.close()
