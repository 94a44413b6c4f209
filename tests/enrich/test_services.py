"""All services together: one deadline, one memory, and rest for who is in trouble."""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from queue import SimpleQueue

import pytest

from botctl.adapters.enrich.explorer import Explorer
from botctl.adapters.enrich.goplus import GoPlus
from botctl.adapters.enrich.honeypot_is import HoneypotIs
from botctl.adapters.enrich.services import REST_MS, Bounds, Services
from botctl.adapters.enrich.source import TROUBLE, Said, Source
from botctl.core.sellability.codes import SellCode
from botctl.core.sellability.opinion import Claim, Opinion, Silence
from botctl.core.units import Address
from tests.enrich.shapes import KEY, OTHER, TOKEN, goplus, goplus_row, honeypot, source
from tests.enrich.standin import Raw, StandIn, http, says

WAIT_S_MAX = 30.0
PATIENT_MS = 30_000
BAD = (Claim(SellCode.SERVICE_HONEYPOT),)


@dataclass
class Told:
    """A Source that says what it is told to say; `hold` keeps it at work, as a hung resolver would."""

    name: str = "told"
    answer: Said = BAD
    hold: threading.Event | None = None
    asked: list[tuple[Address, ...]] = field(default_factory=list)
    closed: threading.Event = field(default_factory=threading.Event)
    entered: threading.Event = field(default_factory=threading.Event)

    def said(
        self, tokens: Sequence[Address], chain_id: int, is_over: Callable[[], bool]
    ) -> Iterator[tuple[Address, Said]]:
        assert chain_id == 1
        assert not is_over()
        self.asked.append(tuple(tokens))
        self.entered.set()
        if self.hold is not None:
            self.hold.wait(WAIT_S_MAX)
        for token in tokens:
            yield token, self.answer

    def close(self) -> None:
        self.closed.set()


class Now:
    ms = 1_000_000

    def __call__(self) -> int:
        return self.ms


class Hurry:
    """A clock on which the deadline has passed as soon as everybody was asked."""

    def __init__(self, *sources: Told) -> None:
        self._sources = sources
        self._first = True

    def __call__(self) -> float:
        if self._first:
            self._first = False
            return 0.0
        assert all(source.entered.wait(WAIT_S_MAX) for source in self._sources)
        return 1e9


def services(
    *sources: Source,
    now: Callable[[], int] | None = None,
    tokens_max: int = 20,
    cache_ms: int = 500,
) -> Services:
    return Services(sources, Bounds(PATIENT_MS, tokens_max, cache_ms), now_ms=now or Now())


def test_each_service_speaks_of_each_token_in_its_place() -> None:
    one, two = Told("one"), Told("two", ())
    found = services(one, two).opinions([TOKEN, OTHER, TOKEN], 1)
    assert found == tuple(
        Opinion(name, token, Now.ms, claims)
        for token in (TOKEN, OTHER)
        for name, claims in (("one", BAD), ("two", ()))
    )
    assert one.asked == two.asked == [(TOKEN, OTHER)]


def test_a_service_that_never_answers_holds_nobody_beyond_the_deadline() -> None:
    """By structure: the call returns while the slow one is still held."""
    hold = threading.Event()
    slow, quick = Told("slow", hold=hold), Told("quick")
    both = Services(
        [slow, quick],
        Bounds(PATIENT_MS, 20, 500),
        now_ms=Now(),
        clock_s=Hurry(slow),
    )
    first, _ = both.opinions([TOKEN], 1)
    assert not hold.is_set()
    assert (first.source, first.silent) == ("slow", Silence.TIMEOUT)
    hold.set()
    assert slow.closed.wait(WAIT_S_MAX), "who comes too late closes its own connection"


def test_who_still_owes_an_answer_is_not_asked_again_however_long_ago_that_was() -> None:
    now, hold = Now(), threading.Event()
    slow = Told(hold=hold)
    alone = Services([slow], Bounds(PATIENT_MS, 20, 500), now_ms=now, clock_s=Hurry(slow))
    (first,) = alone.opinions([TOKEN], 1)
    now.ms += 10 * REST_MS
    (second,) = alone.opinions([TOKEN], 1)
    assert (first.silent, second.silent) == (Silence.TIMEOUT, Silence.RESTING)
    assert len(slow.asked) == 1
    hold.set()
    assert slow.closed.wait(WAIT_S_MAX)


@pytest.mark.parametrize("silence", sorted(TROUBLE - {Silence.BROKEN}))
def test_trouble_earns_a_rest_and_is_not_remembered_as_an_answer(silence: Silence) -> None:
    now, told = Now(), Told(answer=silence)
    alone = services(told, now=now)
    assert [each.silent for each in alone.opinions([TOKEN], 1)] == [silence]
    now.ms += REST_MS - 1
    assert [each.silent for each in alone.opinions([TOKEN, OTHER], 1)] == [Silence.RESTING] * 2
    now.ms += 1
    told.answer = BAD
    assert [each.claims for each in alone.opinions([TOKEN], 1)] == [BAD]
    assert told.asked == [(TOKEN,), (TOKEN,)]


@pytest.mark.parametrize("answer", [BAD, (), Silence.UNKNOWN, Silence.FAULT, Silence.GARBAGE])
def test_an_answer_is_believed_for_so_long_and_keeps_its_age(answer: Said) -> None:
    now, told = Now(), Told(answer=answer)
    alone = services(told, now=now)
    (first,) = alone.opinions([TOKEN], 1)
    now.ms += 499
    again = alone.opinions([TOKEN, OTHER], 1)
    assert again[0] == first
    assert told.asked == [(TOKEN,), (OTHER,)]
    now.ms += 1
    (later,) = alone.opinions([TOKEN], 1)
    assert later.at_ms == now.ms
    assert told.asked[2:] == [(TOKEN,)]


def test_a_clock_that_was_set_back_makes_nothing_eternal() -> None:
    now, told = Now(), Told(answer=Silence.RATE_LIMITED)
    alone = services(told, now=now)
    alone.opinions([TOKEN], 1)
    now.ms -= 10 * REST_MS
    told.answer = BAD
    assert [each.claims for each in alone.opinions([TOKEN], 1)] == [BAD]
    now.ms -= 10 * REST_MS
    alone.opinions([TOKEN], 1)
    assert len(told.asked) == 3


def test_more_tokens_than_are_asked_about_at_once_are_left_out_and_asked_next_time() -> None:
    told = Told()
    alone = services(told, tokens_max=1)
    first = alone.opinions([TOKEN, OTHER], 1)
    assert [each.silent for each in first] == [None, Silence.LEFT_OUT]
    assert [each.silent for each in alone.opinions([TOKEN, OTHER], 1)] == [None, None]
    assert told.asked == [(TOKEN,), (OTHER,)]


def test_our_own_mistake_is_a_silence_too_and_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    printed: SimpleQueue[type[BaseException]] = SimpleQueue()
    monkeypatch.setattr(threading, "excepthook", lambda args: printed.put(args.exc_type))

    class Broken(Told):
        def said(
            self,
            tokens: Sequence[Address],
            chain_id: int,
            is_over: Callable[[], bool],
        ) -> Iterator[tuple[Address, Said]]:
            assert chain_id
            assert not is_over()
            yield tokens[0], BAD
            raise ZeroDivisionError

    first, second = services(Broken()).opinions([TOKEN, OTHER], 1)
    assert (first.claims, second.silent) == (BAD, Silence.BROKEN)
    assert printed.get(timeout=WAIT_S_MAX) is ZeroDivisionError


def test_who_has_spoken_is_free_before_its_thread_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    hold, now = threading.Event(), Now()
    monkeypatch.setattr(threading, "excepthook", lambda _: hold.wait(WAIT_S_MAX))

    class Lingers(Told):
        def said(
            self, tokens: Sequence[Address], chain_id: int, is_over: Callable[[], bool]
        ) -> Iterator[tuple[Address, Said]]:
            yield from super().said(tokens, chain_id, is_over)
            raise ZeroDivisionError  # its thread is held where it would be printed

    alone = services(Lingers(), now=now)
    assert [each.silent for each in alone.opinions([TOKEN], 1)] == [None]
    assert [each.silent for each in alone.opinions([OTHER], 1)] == [None]
    hold.set()


def test_no_token_asks_nobody() -> None:
    told = Told()
    assert services(told).opinions([], 1) == ()
    assert told.asked == []


def test_three_real_connections_at_once_and_a_hung_one_costs_the_others_nothing() -> None:
    rows = goplus(**{TOKEN: goplus_row(is_honeypot="1")})
    page = json.dumps(honeypot()).encode()
    with (
        StandIn(says(rows)) as first,
        StandIn(lambda _: Raw(http(page)[:-1], hang=True)) as hung,
        StandIn(says(source(SourceCode=""))) as third,
    ):
        every = Services(
            [
                GoPlus(first.url, KEY, timeout_ms=PATIENT_MS),
                HoneypotIs(hung.url, KEY, timeout_ms=100),
                Explorer(third.url, KEY, timeout_ms=PATIENT_MS),
            ],
            Bounds(PATIENT_MS, 20, 500),
            now_ms=Now(),
        )
        one, two, three = every.opinions([TOKEN], 1)
        every.close()
    assert BAD[0] in one.claims
    assert two.silent is Silence.TIMEOUT
    assert three.claims == (Claim(SellCode.SERVICE_NOT_VERIFIED),)
    assert KEY not in repr((one, two, three, every))
