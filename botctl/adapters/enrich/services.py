"""All services at once: one deadline, a memory of answers, and rest for those in trouble."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Event, Thread
from time import monotonic
from typing import Final, TypeAlias

from botctl.adapters.enrich.source import TROUBLE, Said, Source
from botctl.core.sellability.opinion import Opinion, Silence
from botctl.core.units import Address

MS_PER_S: Final = 1_000
REST_MS: Final = 60_000  # a rate limit is counted by the minute

Answer: TypeAlias = tuple[int, Address | None, Said]  # a source's place; no token: it is done
Box: TypeAlias = SimpleQueue[Answer]
Key: TypeAlias = tuple[int, int, Address]  # a source's place, the chain, the token


@dataclass(frozen=True, slots=True)
class Bounds:
    """`deadline_ms` for all services together; answers are believed for `cache_ms`."""

    deadline_ms: int
    tokens_max: int
    cache_ms: int


@dataclass(slots=True)
class _Round:
    """One call of `opinions`: what was asked, and what came in time."""

    place_of: dict[int, Sequence[Address]]
    box: Box = field(default_factory=SimpleQueue)
    over: Event = field(default_factory=Event)
    heard: dict[tuple[int, Address], Said] = field(default_factory=dict)
    done: set[int] = field(default_factory=set)


class Services:
    """An Enrichment. Not for use by two threads at once.

    Each service is asked in a thread of its own, over a connection of its own. Whoever has not
    answered at the deadline is silent; it is not asked again before it has ended, and before
    REST_MS have passed, so that a slow service costs one deadline and not one a token.
    """

    def __init__(
        self,
        sources: Sequence[Source],
        bounds: Bounds,
        *,
        now_ms: Callable[[], int],
        clock_s: Callable[[], float] = monotonic,
    ) -> None:
        self._sources = tuple(sources)
        self._bounds = bounds
        self._now_ms = now_ms
        self._clock_s = clock_s
        self._known: dict[Key, Opinion] = {}
        self._rests_until_ms: dict[int, int] = {}
        self._threads: dict[int, Thread] = {}

    def opinions(self, tokens: Sequence[Address], chain_id: int) -> tuple[Opinion, ...]:
        wanted = tuple(dict.fromkeys(tokens))
        now_ms = self._now_ms()
        asked = self._asked(wanted, chain_id, now_ms)
        self._learn(asked, chain_id, now_ms)
        return tuple(
            self._opinion(place, token, chain_id, asked, now_ms)
            for token in wanted
            for place in range(len(self._sources))
        )

    def close(self) -> None:
        """What is still at work in its own thread ends by its own deadline, or with the process."""
        for place, source in enumerate(self._sources):
            if self._is_free(place):
                source.close()

    def _asked(self, wanted: Sequence[Address], chain_id: int, now_ms: int) -> _Round:
        over_s = self._clock_s() + self._bounds.deadline_ms / MS_PER_S
        this = _Round({})
        for place, source in enumerate(self._sources):
            new = [token for token in wanted if not self._knows((place, chain_id, token), now_ms)]
            if new and self._may_ask(place, now_ms):
                this.place_of[place] = new[: self._bounds.tokens_max]
                work = (place, source, this.place_of[place], chain_id, this)
                self._threads[place] = thread = Thread(target=_work, args=work, daemon=True)
                thread.start()
        self._hear(this, over_s)
        this.over.set()
        for place in this.done:
            del self._threads[place]  # has spoken: its connection is free
        return this

    def _hear(self, this: _Round, over_s: float) -> None:
        with suppress(Empty):  # the deadline
            while len(this.done) < len(this.place_of):
                place, token, said = this.box.get(timeout=max(over_s - self._clock_s(), 0))
                if token is None:
                    this.done.add(place)
                else:
                    this.heard[place, token] = said

    def _learn(self, this: _Round, chain_id: int, now_ms: int) -> None:
        """What was said is kept; trouble is not, but earns a rest."""
        for place, tokens in this.place_of.items():
            missing = Silence.BROKEN if place in this.done else Silence.TIMEOUT
            for token in tokens:
                said = this.heard.setdefault((place, token), missing)
                if said in TROUBLE:
                    self._rests_until_ms[place] = now_ms + REST_MS
                else:
                    self._known[place, chain_id, token] = self._made(place, token, now_ms, said)

    def _opinion(
        self, place: int, token: Address, chain_id: int, this: _Round, now_ms: int
    ) -> Opinion:
        key = (place, chain_id, token)
        if self._knows(key, now_ms):
            return self._known[key]
        unasked = Silence.LEFT_OUT if place in this.place_of else Silence.RESTING
        return self._made(place, token, now_ms, this.heard.get((place, token), unasked))

    def _made(self, place: int, token: Address, at_ms: int, said: Said) -> Opinion:
        name = self._sources[place].name
        if isinstance(said, Silence):
            return Opinion(name, token, at_ms, silent=said)
        return Opinion(name, token, at_ms, claims=said)

    def _knows(self, key: Key, now_ms: int) -> bool:
        """A clock that was set back makes what is known too young to believe."""
        known = self._known.get(key)
        return known is not None and 0 <= now_ms - known.at_ms < self._bounds.cache_ms

    def _may_ask(self, place: int, now_ms: int) -> bool:
        left_ms = self._rests_until_ms.get(place, now_ms) - now_ms
        return self._is_free(place) and not 0 < left_ms <= REST_MS

    def _is_free(self, place: int) -> bool:
        thread = self._threads.get(place)
        return thread is None or not thread.is_alive()


def _work(
    place: int, source: Source, tokens: Sequence[Address], chain_id: int, this: _Round
) -> None:
    """What is raised here is a mistake of ours: it is printed, and the tokens left are BROKEN."""
    try:
        for token, said in source.said(tokens, chain_id, this.over.is_set):
            this.box.put((place, token, said))
    finally:
        if this.over.is_set():
            source.close()  # nobody waits any more, and nobody else may
        this.box.put((place, None, ()))
