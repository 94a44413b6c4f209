"""A cold cycle as cron starts it: from the interpreter's first byte to its exit."""

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from bench.chain import NOTHING_TO_BUY, BenchChain, bench_chain
from bench.figures import Line, Mark, Note, compared, speed_up
from bench.harness import interleaved
from bench.limits.cycle import CycleLimit
from bench.node import StandInNode, served
from bench.options import Options
from bench.peers.environments import HERE, SAY, USUAL_STACK, binary
from bench.processes import BOTCTL, PASS, PYTHON, Command

MARKETS = 20
ROUNDS = 21
BACKFILL_BLOCKS = 2  # scanned before anything is measured, so that no case starts from nothing
MARK = Mark(bound=36, stretch=15)
FASTER = Mark(bound=3, at_least=True)
NOTHING = "python -c pass"
FLOOR = "floor: http.client, msgspec, sqlite3"
STACK = "usual stack: Typer, pydantic, ORM, web3"
COLD, REAL = "botctl cycle, cold, 20 markets", "the same on the real node"
REFUSED_OR_NOT = frozenset({0, 3})
COLD_LIMIT = Path(__file__).parents[1] / "limits" / "cold.py"


def figures(options: Options) -> Iterator[Line]:
    yield Note(
        "one HTTP server for all: it says again what a real node said, so that the EVM's time"
    )
    yield Note("is in no figure; every run starts from the same database; nothing is bought")
    with bench_chain(options.folder / "chain", MARKETS) as chain:
        node = StandInNode(chain.transport(), MARKETS)
        with served(node) as port:
            commands = _commands(options, chain, node, port)
            cases = {name: options.launcher.case(command) for name, command in commands.items()}
            rounds = interleaved(cases, options.rounds(ROUNDS))
    yield compared(rounds, COLD, NOTHING, mark=MARK)
    yield compared(rounds, COLD, FLOOR)
    if STACK in rounds.samples:
        yield speed_up(rounds, COLD, STACK, mark=FASTER)
        yield compared(rounds, STACK, NOTHING)
    else:
        yield Note(f"the usual stack: {SAY}")
    yield compared(rounds, FLOOR, NOTHING)
    yield compared(rounds, REAL, NOTHING)


def _commands(
    options: Options, chain: BenchChain, node: StandInNode, port: int
) -> dict[str, Command]:
    limit_file = options.folder / "limit.db"
    CycleLimit(str(limit_file), MARKETS).close()
    empty = limit_file.read_bytes()
    commands = {
        NOTHING: Command(PASS, options.folder),
        COLD: botctl_cycle(options, chain, node, "remembered", f"http://127.0.0.1:{port}"),
        REAL: botctl_cycle(options, chain, node, "real"),
        FLOOR: Command(
            [PYTHON, str(COLD_LIMIT), str(MARKETS), str(limit_file), str(port)],
            options.folder,
            {"PYTHONPATH": str(COLD_LIMIT.parents[2])},
            before=lambda: limit_file.write_bytes(empty),
        ),
    }
    python = None if options.quick else binary(USUAL_STACK, "python")
    if python is not None:
        script, database = str(HERE / "usual_stack.py"), str(options.folder / "stack.db")
        rpc = {"RPC": f"http://127.0.0.1:{port}/multicall"}
        arguments = [str(python), script, str(MARKETS), database]
        commands[STACK] = Command(arguments, options.folder, rpc)
    return commands


def botctl_cycle(
    options: Options,
    chain: BenchChain,
    node: StandInNode,
    name: str,
    url: str = "",
    more: str = "",
) -> Command:
    """Its folder is put back before each run to how it was left, with one new block to scan."""
    settings = chain.settings(name, url=url, more=NOTHING_TO_BUY + more)
    place, cache = settings.parent, {"XDG_CACHE_HOME": str(options.folder / f"cache-{name}")}
    argv = [BOTCTL, "cycle", "--json"]
    for _ in range(options.rounds(BACKFILL_BLOCKS)):
        options.launcher.run(Command(argv, place, {**cache, **chain.environment()}, REFUSED_OR_NOT))
        chain.step()
        node.forget()
    kept = place.with_name(f"{name}-kept")
    shutil.copytree(place, kept)
    put_back = partial(_put_back, kept, place)
    return Command(argv, place, {**cache, **chain.environment()}, REFUSED_OR_NOT, put_back)


def _put_back(kept: Path, place: Path) -> None:
    shutil.rmtree(place)
    shutil.copytree(kept, place)
