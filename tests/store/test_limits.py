"""No row of scans, decisions, signatures, fills, losses and midnights leads beyond a limit (promise 2)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from botctl.adapters.store import SqlStore, journal
from botctl.core.errors import LostMoveError
from botctl.core.lifecycle import OrderState
from botctl.core.orders import Order
from botctl.core.policy import Policy
from botctl.core.reasons import Reason
from botctl.ports.store import DecidedBatch
from tests.store.limit_world import CAPS, LimitWorld
from tests.store.making import BOT, opened
from tests.support.builders import ETHER, make_policy
from tests.support.postgres import PostgresServer

S = OrderState
DAY_MS = 86_400_000
WAITING = (S.CREATED,)
OUT = (S.SIGNED, S.SUBMITTED)


@dataclass(slots=True)
class Reached:
    """A machine that never enters, refuses or conflicts would promise nothing."""

    entered: int = 0
    refused: int = 0
    conflicts: int = 0
    settled: int = 0


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Limits so near that most rows of steps meet several of them."""
    return make_policy(
        caps=CAPS,
        select_best=draw(st.integers(2, 5)),
        positions_max=draw(st.integers(2, 5)),
        exposure_max_wei=draw(st.sampled_from([ETHER // 8, ETHER // 5, ETHER // 3])),
        token_exposure_max_wei=draw(st.sampled_from([ETHER // 20, ETHER // 10])),
        daily_loss_max_wei=draw(st.sampled_from([ETHER // 50, ETHER // 10])),
        balance_buffer_wei=draw(st.sampled_from([ETHER // 10, ETHER // 2])),
        canary=draw(st.booleans()),
        canary_trades=2,
        on=draw(st.booleans()),
        score_min=50,
        passes_min=5,
    )


class Limits(RuleBasedStateMachine):
    """Subclassed with a database."""

    url: Callable[[], str]
    reached: Reached

    def __init__(self) -> None:
        super().__init__()
        self.address = type(self).url()
        self._opened = opened(self.address)
        self.store = self._opened.__enter__()
        self.world: LimitWorld | None = None

    def teardown(self) -> None:
        if self.world is not None:
            self.reached.entered += self.world.entered
            self.reached.refused += self.world.refused
            self.reached.conflicts += self.world.conflicts
            assert self.store.verify().altered == ()
        self._opened.__exit__(None, None, None)

    @initialize(policy=policies(), balance=st.sampled_from([ETHER // 2, ETHER, 10 * ETHER]))
    def start(self, policy: Policy, balance: int) -> None:
        self.world = LimitWorld(self.store, policy, balance)
        self.world.scan()

    @property
    def bot(self) -> LimitWorld:
        assert self.world is not None
        return self.world

    def look(self, batch: DecidedBatch, bought: list[Order]) -> None:
        """With the balance that the decision knew: it is asked again before it is signed."""
        self.bot.limits_seen(bought, balance_wei=self.bot.scanned_wei[batch.cycle_id])

    def look_at_signing(self, order: Order) -> None:
        self.bot.limits_seen([order], balance_wei=self.bot.balance_wei)

    def one(self, pick: int, *states: OrderState) -> Order:
        found = self.bot.in_state(*states)
        return found[pick % len(found)]

    @rule()
    def scan(self) -> None:
        self.bot.scan()

    @rule(n=st.integers(0, 6), liquidity=st.integers(0, 2), insiders=st.integers(0, 1))
    def a_market_changes(self, n: int, liquidity: int, insiders: int) -> None:
        self.bot.spots[n].liquidity, self.bot.spots[n].insiders = liquidity, insiders

    @rule(n=st.integers(0, 6), good=st.booleans())
    def a_market_turns(self, n: int, good: bool) -> None:
        self.bot.spots[n].good = good

    @rule()
    def scan_and_decide(self) -> None:
        self.bot.scan()
        self.bot.decide(self.look)

    @rule()
    def two_decide_at_once(self) -> None:
        """The other scans and decides all of its own cycle while the first is about to write."""
        self.bot.scan()
        with opened(self.address) as other:

            def meanwhile() -> None:
                self.bot.scan()
                self.bot.decide(self.look, store=other)

            self.bot.decide(self.look, meanwhile=meanwhile)

    @precondition(lambda self: self.bot.in_state(S.MINED))
    @rule(pick=st.integers(0, 9))
    def a_fill_is_booked_while_one_decides(self, pick: int) -> None:
        self.bot.scan()
        order = self.one(pick, S.MINED)
        self.bot.decide(self.look, meanwhile=lambda: self.bot.settle(order))

    @precondition(lambda self: self.bot.in_state(*WAITING))
    @rule()
    def sign_all(self) -> None:
        for order in self.bot.in_state(*WAITING):
            self.bot.sign(order, self.look_at_signing)

    @rule()
    def insiders_buy_into_all_before_what_was_decided_is_signed(self) -> None:
        """Each was within its kind's limit; now they are all of one kind, at the same prices."""
        self.scan_and_decide()
        for spot in self.bot.spots:
            spot.insiders = 1
        for order in self.bot.in_state(*WAITING):
            self.bot.sign(order, self.look_at_signing)

    @precondition(lambda self: self.bot.in_state(*WAITING))
    @rule(pick=st.integers(0, 9))
    def sign(self, pick: int) -> None:
        self.bot.sign(self.one(pick, *WAITING), self.look_at_signing)

    @precondition(lambda self: self.bot.in_state(S.SIGNED))
    @rule(
        pick=st.integers(0, 9),
        share_bps=st.sampled_from([10_000, 10_000, 5_000]),
        reverts=st.sampled_from([False, False, True]),
    )
    def mine(self, pick: int, share_bps: int, reverts: bool) -> None:
        self.bot.mine(self.one(pick, S.SIGNED), share_bps=share_bps, reverts=reverts)

    @precondition(lambda self: self.bot.in_state(S.MINED))
    @rule(pick=st.integers(0, 9))
    def settle(self, pick: int) -> None:
        self.bot.settle(self.one(pick, S.MINED))
        self.reached.settled += 1

    @rule()
    def all_the_way(self) -> None:
        """Decided, signed, mined and booked without anything in between."""
        self.scan_and_decide()
        for order in self.bot.in_state(*WAITING):
            self.bot.sign(order, self.look_at_signing)
        for order in self.bot.in_state(S.SIGNED):
            self.bot.mine(order, share_bps=10_000, reverts=False)
        for order in self.bot.in_state(S.MINED):
            self.bot.settle(order)
            self.reached.settled += 1

    @precondition(lambda self: self.store.positions(BOT, only_open=True))
    @rule(pick=st.integers(0, 9))
    def write_off(self, pick: int) -> None:
        held = self.store.holdings(BOT, 0).positions
        self.bot.write_off(held[pick % len(held)].id)

    @precondition(lambda self: self.store.positions(BOT, only_open=True))
    @rule(pick=st.integers(0, 9), number=st.integers(0, 10**9))
    def correct(self, pick: int, number: int) -> None:
        held = self.store.holdings(BOT, 0).positions
        with suppress(LostMoveError):
            self.bot.correct(held[pick % len(held)].id, number)

    @rule(hours=st.sampled_from([1, 7, 24]))
    def time_passes(self, hours: int) -> None:
        self.bot.now_ms += hours * DAY_MS // 24

    @rule()
    def midnight(self) -> None:
        self.bot.now_ms += DAY_MS - self.bot.now_ms % DAY_MS

    @rule()
    def restart(self) -> None:
        self._opened.__exit__(None, None, None)
        self._opened = opened(self.address)
        self.store = self._opened.__enter__()
        self.bot.store = self.store

    @invariant()
    def the_books_are_those_of_the_events(self) -> None:
        if self.world is None:
            return
        realised = sum(wei for _, wei in self.world.realised)
        assert self.store.holdings(BOT, 0).realised_today_wei == realised


@contextmanager
def on_sqlite() -> Iterator[Callable[[], str]]:
    with TemporaryDirectory() as folder:
        numbers = iter(range(10**6))
        yield lambda: f"sqlite:///{Path(folder) / f'{next(numbers)}.db'}"


def walked(url: Callable[[], str], *, examples: int, steps: int) -> Reached:
    reached = Reached()
    machine = type("Machine", (Limits,), {"url": staticmethod(url), "reached": reached})
    how = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=how)
    return reached


def test_no_limit_is_ever_exceeded_on_sqlite() -> None:
    with on_sqlite() as url:
        reached = walked(url, examples=40, steps=25)
    assert min(reached.entered, reached.settled) > 25
    assert min(reached.refused, reached.conflicts) > 0


def test_no_limit_is_ever_exceeded_on_postgres(postgres_server: PostgresServer) -> None:
    with postgres_server.database() as name:
        url = postgres_server.url(name)

        def emptied() -> str:
            with opened(url) as store:
                _emptied(store)
            return url

        reached = walked(emptied, examples=12, steps=25)
    assert min(reached.entered, reached.settled) > 5


def _emptied(store: SqlStore) -> None:
    with store._db.writing() as db:
        names = db.exec_driver_sql(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            " AND tablename NOT IN ('alembic_version', 'journal_head')"
        ).scalars()
        db.exec_driver_sql(f"TRUNCATE {', '.join(names)}, journal_head CASCADE")
        journal.begin_chain(db)


def test_what_no_longer_fits_its_kind_of_market_is_not_signed() -> None:
    """Two entries that fitted together when they were decided; then insiders bought into both."""
    policy = make_policy(caps=CAPS, select_best=2, exposure_max_wei=ETHER // 8, score_min=50)
    with on_sqlite() as url, opened(url()) as store:
        world = LimitWorld(store, policy, 10 * ETHER)
        world.scan()
        world.decide(lambda _, bought: world.limits_seen(bought, balance_wei=world.balance_wei))
        first, second = world.in_state(*WAITING)
        for spot in world.spots:
            spot.insiders = 1
        for order in (first, second):
            world.sign(order, lambda one: world.limits_seen([one], balance_wei=world.balance_wei))
        refused, signed = store.order(first.id), store.order(second.id)
    assert refused is not None
    assert signed is not None
    assert (refused.state, refused.code) == (S.FAILED, Reason.INV_EXPOSURE_OK)
    assert signed.state is S.SIGNED


def test_after_a_days_loss_nothing_is_entered_until_midnight() -> None:
    policy = make_policy(
        caps=CAPS,
        select_best=1,
        daily_loss_max_wei=ETHER // 50,
        token_exposure_max_wei=3 * ETHER // 10,  # what was given up counts there for good
    )
    with on_sqlite() as url, opened(url()) as store:
        world = LimitWorld(store, policy, 10 * ETHER)
        entered = []
        for late_ms in (0, 0, DAY_MS):
            world.now_ms += late_ms
            world.scan()
            world.decide(lambda _, bought: world.limits_seen(bought, balance_wei=world.balance_wei))
            entered.append(world.entered)
            for order in world.in_state(*WAITING):
                world.sign(order, lambda _: None)
                (out,) = world.in_state(S.SIGNED)
                world.mine(out, share_bps=10_000, reverts=False)
                world.settle(*world.in_state(S.MINED))
            for held in store.holdings(BOT, 0).positions:
                world.write_off(held.id)
    assert entered == [1, 1, 2]
