"""A scan on a real node beside the same reads, byte for byte, sent raw and not even decoded."""

import http.client
from collections.abc import Iterator, Sequence

from bench.chain import NOTHING_TO_BUY, BenchChain, bench_chain, bench_runtime, through
from bench.figures import Line, Mark, Note, compared
from bench.harness import Sample, interleaved, measured
from bench.options import Options
from bench.tape import Recorder
from botctl.flows.scan import scan
from botctl.ports.runtime import Runtime

MARKETS, MARKETS_QUICK = 500, 10
ROUNDS = 15
MARK = Mark(bound=2.0, stretch=1.3)
SCAN, RAW, SURVEY = "scan, all facts, stored", "the same reads, raw", "the survey alone"


def figures(options: Options) -> Iterator[Line]:
    markets = MARKETS_QUICK if options.quick else MARKETS
    yield Note(
        "each round a new block; the raw side posts the very bodies that the scan posted, over"
    )
    yield Note("http.client; `by cpu` is the client's own time, without the node's")
    with bench_chain(options.folder / "chain", markets) as chain:
        env = chain.environment()
        with bench_runtime(chain.settings("bot", more=NOTHING_TO_BUY), env) as runtime:
            pair = _Pair(chain, runtime, markets)
            for _ in range(2):
                pair.scan()  # the backfill, and one more
            cases = {SCAN: pair.scan, RAW: pair.raw}
            rounds = interleaved(cases, options.rounds(ROUNDS))
    what = f"scan of {markets:,} markets on the real node"
    yield compared(rounds, SCAN, RAW, what=what, mark=MARK)
    yield compared(rounds, SCAN, RAW, what="  per market", unit="us", per=markets)


class _Pair:
    """Whichever case comes first in a round makes the new block and, for the raw side, its bodies."""

    def __init__(self, chain: BenchChain, runtime: Runtime, markets: int) -> None:
        self._chain = chain
        self._runtime = runtime
        self._markets = markets
        self._bodies: Sequence[bytes] = ()
        host = chain.url.removeprefix("http://")
        self._raw = http.client.HTTPConnection(host)

    def scan(self) -> Sample:
        self._chain.step()
        recorder = Recorder(self._chain.transport())
        runtime = through(self._runtime, recorder, self._chain.now_ms())
        sample = measured(lambda: scan(runtime))
        recorder.close()
        self._bodies = [exchange.request for exchange in recorder.tape]
        return sample

    def raw(self) -> Sample:
        return measured(self._post_all)

    def _post_all(self) -> None:
        for body in self._bodies:
            self._raw.request("POST", "/", body, {"Content-Type": "application/json"})
            answer = self._raw.getresponse()
            assert answer.status == http.client.OK
            assert answer.read()
