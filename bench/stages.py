"""Where a cycle's time goes: ports that count the seconds spent behind them."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import ParamSpec, TypeVar, cast
from unittest.mock import patch

import botctl.flows.decide as decide_flow
from botctl.core.deciding import decide_cycle
from botctl.ports.chain import MarketReader
from botctl.ports.codec import Codec
from botctl.ports.runtime import Runtime
from botctl.ports.store import Store

P = ParamSpec("P")
T = TypeVar("T")

READ = "read and decode the node's answers"
MARKETS = "markets, cursor and windows from and to the database"
ENCODE = "detections: canonical documents"
RECORD = "detections: stored, first commit"
LOAD = "decide: load and decode what is due"
JUDGE = "decide: the pure decision"
BUNDLE = "decide: bundles and their hashes"
COMMIT = "decide: rows and bundles stored, second commit"
REST = "everything else (rows, reports)"
STAGES = (READ, MARKETS, ENCODE, RECORD, LOAD, JUDGE, BUNDLE, COMMIT, REST)

_OF_SCAN = {"record": RECORD, "canonical": ENCODE}
_OF_DECIDE = {"commit": COMMIT, "canonical": BUNDLE, "bundle_id": BUNDLE, "embed": BUNDLE}


class Stages:
    """Seconds by stage, of all cycles that ran within `counting`."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.cycles = 0
        self._deciding = False

    def around(self, runtime: Runtime) -> Runtime:
        return replace(
            runtime,
            markets=cast("MarketReader", _Counted(runtime.markets, self, lambda _: READ)),
            store=cast("Store", _Counted(runtime.store, self, self._of_store)),
            codec=cast("Codec", _Counted(runtime.codec, self, self._of_codec)),
        )

    @contextmanager
    def counting(self) -> Iterator[None]:
        """One cycle; what no port was asked for is the rest."""
        before, started = sum(self.seconds.values()), time.perf_counter()
        with patch.object(decide_flow, "decide_cycle", self.timed(JUDGE, decide_cycle)):
            yield
        took = time.perf_counter() - started
        self.seconds[REST] += took - (sum(self.seconds.values()) - before)
        self.cycles += 1

    def deciding(self, *, yes: bool) -> None:
        self._deciding = yes

    def timed(self, stage: str, work: Callable[P, T]) -> Callable[P, T]:
        def counted(*args: P.args, **kwargs: P.kwargs) -> T:
            started = time.perf_counter()
            try:
                return work(*args, **kwargs)
            finally:
                self.seconds[stage] += time.perf_counter() - started

        return counted

    def _total(self) -> float:
        return sum(self.seconds.values())

    def _of_store(self, method: str) -> str:
        return _OF_DECIDE.get(method, LOAD) if self._deciding else _OF_SCAN.get(method, MARKETS)

    def _of_codec(self, method: str) -> str:
        return _OF_DECIDE.get(method, LOAD) if self._deciding else ENCODE


class _Counted:
    """A port in front of a port; methods are timed, values are handed through."""

    def __init__(self, inner: object, stages: Stages, stage_of: Callable[[str], str]) -> None:
        self._inner = inner
        self._stages = stages
        self._stage_of = stage_of

    def __getattr__(self, name: str) -> object:
        found: object = getattr(self._inner, name)
        return self._stages.timed(self._stage_of(name), found) if callable(found) else found
