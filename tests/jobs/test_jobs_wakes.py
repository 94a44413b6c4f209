"""News of the chain start cycles of their own between the scheduled ones, and never too many."""

from datetime import timedelta

import pytest

from botctl.core.permission import Level, PermissionSource, SourceKind
from botctl.core.wake import Wake
from botctl.ports.heads import Heard, News
from jobs.ledger import JobLedger
from jobs.scheduler import Loop
from jobs.scheduler import News as NewsOfLoop
from jobs.timetable import CYCLE
from jobs.wakes import WHO, Wakes, Watch
from tests.jobs.world import NOON, SECOND, World, ms
from tests.support.quiet import QuietLog

MIN_MS = 5_000
MARKET, HEAD = Heard(News.MARKET, 7), Heard(News.HEAD, 7)


class Listening:
    """A loop in frozen time that also hears; waiting ends early when something is due."""

    def __init__(self, world: World, wake: Wake) -> None:
        self.world = world
        self.wakes = Wakes(wake, MIN_MS, world.clock)
        self.watch = Watch(world.store, world.clock, QuietLog())
        self.told: list[tuple[float, Heard]] = []

    def hears(self, second: float, heard: Heard) -> None:
        self.told.append((second, heard))

    def run(self, seconds: float) -> None:
        end = NOON + timedelta(seconds=seconds)
        self.world.stopped = False
        self.world.stop_at(end)
        Loop(
            ((CYCLE, self.world.note),),
            JobLedger(self.world.store, self.world.clock, QuietLog()),
            wait=self._wait,
            stopping=lambda: self.world.stopped,
            news=NewsOfLoop(self.wakes, self.watch, self.world.note),
        ).run()

    def _wait(self, seconds: float) -> None:
        """As the real one does, it ends with the first news."""
        now_s = (self.world.now() - NOON).total_seconds()
        soon = [(at, one) for at, one in self.told if at <= now_s + seconds]
        if soon:
            at, heard = min(soon, key=lambda one: one[0])
            self.told.remove((at, heard))
            self.world._wait(max(0.0, at - now_s))
            self.wakes.hear(heard)
            return
        self.world._wait(seconds)

    def starts(self) -> list[float]:
        """Seconds after noon."""
        return [(at - NOON).total_seconds() for at in self.world.started]


@pytest.fixture
def on_market(world: World) -> Listening:
    return Listening(world, Wake.MARKET)


def test_a_new_market_starts_a_cycle_at_once_as_its_own_kind_of_time(on_market: Listening) -> None:
    on_market.hears(20, MARKET)
    on_market.run(70)
    assert on_market.starts() == [20, 60]
    woken, scheduled = on_market.world.rows()
    assert (woken.job, woken.outcome) == ("cycle on market", "ran")
    assert woken.scheduled_ms == ms(NOON) + 20_000
    assert scheduled.job == "cycle"


def test_a_storm_of_news_is_never_more_often_than_allowed(on_market: Listening) -> None:
    for tenth in range(200, 320):
        on_market.hears(tenth / 10, MARKET)
    on_market.run(50)
    assert on_market.starts() == [20, 25, 30, 35]


def test_a_scheduled_cycle_counts_too_and_sees_what_was_heard_before(on_market: Listening) -> None:
    on_market.hears(58, MARKET)
    on_market.hears(59, MARKET)
    on_market.hears(61, MARKET)
    on_market.run(90)
    assert on_market.starts() == [58, 60, 65]


def test_a_head_wakes_only_whoever_asked_for_heads(world: World) -> None:
    quiet = Listening(world, Wake.MARKET)
    quiet.hears(20, HEAD)
    quiet.run(30)
    assert world.started == []


def test_every_head_wakes_when_asked_for(world: World) -> None:
    eager = Listening(world, Wake.HEAD)
    eager.hears(12, HEAD)
    eager.hears(24, HEAD)
    eager.hears(26, MARKET)
    eager.run(40)
    assert eager.starts() == [12, 24, 29]
    assert [row.job for row in world.rows()] == [
        "cycle on head",
        "cycle on head",
        "cycle on market",
    ]


def test_off_means_off(world: World) -> None:
    deaf = Listening(world, Wake.OFF)
    deaf.hears(20, MARKET)
    deaf.run(30)
    assert world.started == []


def test_a_clock_that_was_set_back_delays_no_wake_by_more_than_the_minimum(
    on_market: Listening,
) -> None:
    on_market.hears(20, MARKET)
    on_market.run(22)
    on_market.world.frozen.move_to(NOON + 2 * SECOND)
    on_market.hears(3, MARKET)
    on_market.run(4)
    assert on_market.starts() == [20, 3]


def pauses(world: World) -> list[tuple[Level, str]]:
    return [(source.level, source.who) for source in world.store.sources()]


def test_a_socket_given_up_pauses_entries_until_it_tries_again(on_market: Listening) -> None:
    world = on_market.world
    on_market.hears(10, Heard(News.LOST, say="h: TimeoutError"))
    on_market.hears(11, Heard(News.PAUSED, say="no connection after 10 attempts"))
    world.at(NOON + 12 * SECOND, lambda: found.append(pauses(world)))
    found: list[list[tuple[Level, str]]] = []
    on_market.hears(13, Heard(News.RESUMED))
    on_market.run(20)
    assert found == [[(Level.EXITS_ONLY, WHO)]]
    assert pauses(world) == []


def test_losing_it_alone_pauses_nothing_and_the_timetable_goes_on(on_market: Listening) -> None:
    on_market.hears(10, Heard(News.UP))
    on_market.hears(11, Heard(News.LOST))
    on_market.run(70)
    assert (pauses(on_market.world), on_market.starts()) == ([], [60])


def test_the_pause_of_somebody_else_is_neither_replaced_nor_lifted(on_market: Listening) -> None:
    theirs = PermissionSource(SourceKind.PAUSE, Level.EXITS_ONLY, "maintenance", "alice", 1)
    on_market.world.store.set_source(theirs)
    for news in (News.PAUSED, News.RESUMED, News.UP):
        on_market.watch.note(Heard(news))
        assert on_market.world.store.sources() == (theirs,)


def test_what_a_killed_process_left_is_lifted(on_market: Listening) -> None:
    on_market.watch.note(Heard(News.PAUSED))
    Watch(on_market.world.store, on_market.world.clock, QuietLog()).lift()
    assert pauses(on_market.world) == []
