"""What telemetry costs: a warm and a cold cycle with its rows and without; and a scrape."""

from collections.abc import Iterator
from contextlib import ExitStack

from bench.chain import NOTHING_TO_BUY, bench_chain, bench_runtime, through
from bench.figures import Figure, Line, Mark, Note, compared
from bench.harness import Case, Sample, interleaved, measured
from bench.node import StandInNode, served
from bench.options import Options
from bench.suites.cold import botctl_cycle
from bench.suites.warm import WARM_UP, Block, decided_markets, recorded
from bench.tape import Player
from botctl.flows.permit import watch_of
from botctl.flows.telemetry.exposed import exposition
from botctl.ports.runtime import Runtime

MARKETS, MARKETS_QUICK, MARKETS_COLD = 500, 20, 20
ROUNDS = 21
ON, OFF = "with telemetry", "without"
OFF_SETTINGS = "\n[telemetry]\nenabled = false\n"
MARK = Mark(bound=1.02)
MS = 1e3


def figures(options: Options) -> Iterator[Line]:
    yield Note(
        "two bots that differ in telemetry.enabled alone; the same answers of a node to both"
    )
    yield from _warm(options, MARKETS_QUICK if options.quick else MARKETS)
    yield from _cold(options)


def _warm(options: Options, size: int) -> Iterator[Line]:
    rounds = options.rounds(ROUNDS)
    with ExitStack() as undo:
        chain = undo.enter_context(bench_chain(options.folder / "warm", size))
        env, wanted = chain.environment(), rounds + WARM_UP + 1  # `interleaved` warms up once
        makes = chain.settings("recorded", owner="telemetry", more=NOTHING_TO_BUY)
        with bench_runtime(makes, env) as recording:
            blocks = [recorded(chain, recording) for _ in range(wanted)]
        runtimes = {
            name: undo.enter_context(
                bench_runtime(
                    chain.settings(name, owner="telemetry", more=NOTHING_TO_BUY + more), env
                )
            )
            for name, more in ((ON, ""), (OFF, OFF_SETTINGS))
        }
        cases = {name: _played(runtime, blocks) for name, runtime in runtimes.items()}
        for _ in range(WARM_UP):
            for case in cases.values():
                case()
        what = f"warm durable cycle of {size:,} markets, per market"
        found = interleaved(cases, rounds)
        yield compared(found, ON, OFF, unit="us", per=size, mark=MARK, what=what)
        scraped = measured(lambda: exposition(watch_of(runtimes[ON])))
        yield Figure(
            what=f"a scrape, {wanted} cycles to be folded", value=scraped.wall_s * MS, unit="ms"
        )


def _played(runtime: Runtime, blocks: list[Block]) -> Case:
    ahead = iter(blocks)

    def case() -> Sample:
        block = next(ahead)
        player = Player(block.tape)
        sample = measured(lambda: decided_markets(through(runtime, player, block.now_ms)))
        player.close()
        return sample

    return case


def _cold(options: Options) -> Iterator[Line]:
    with bench_chain(options.folder / "cold", MARKETS_COLD) as chain:
        node = StandInNode(chain.transport(), MARKETS_COLD)
        with served(node) as port:
            url = f"http://127.0.0.1:{port}"
            cases = {
                name: options.launcher.case(botctl_cycle(options, chain, node, name, url, more))
                for name, more in ((ON, ""), (OFF, OFF_SETTINGS))
            }
            found = interleaved(cases, options.rounds(ROUNDS))
    yield compared(found, ON, OFF, mark=MARK, what="botctl cycle, cold, 20 markets")
