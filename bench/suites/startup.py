"""Starting: `--version`, `--help`, and the commands that read the database and nothing else."""

from collections.abc import Iterator, Mapping
from os import environ
from pathlib import Path

from bench.figures import Line, Mark, Note, compared, speed_up
from bench.harness import Rounds, interleaved
from bench.options import Options
from bench.peers.environments import FREQTRADE, SAY, binary
from bench.processes import BOTCTL, PASS, Command
from botctl.wiring.stage import DevnetStage, StagePlan

ROUNDS = 25
CYCLES = 6  # of the demo: enough for positions, trades and refusals of many kinds
SEED = 7
LOOK = Mark(bound=8.5, stretch=6.5)
READ = Mark(bound=36, stretch=20)
OF_FREQTRADE = Mark(bound=0.25)
PYTHON = "python -c pass"
SHOW_TRADES = "freqtrade show-trades"
LOOKS = {"botctl --version": ["--version"], "botctl --help": ["--help"]}
READS = {
    "botctl status": ["status"],
    "botctl health --json": ["health", "--json"],
    "botctl ledger --limit 20": ["ledger", "--limit", "20"],
}
UNWELL = frozenset({0, 1})  # the demo's last cycle is old by the time it is measured


def figures(options: Options) -> Iterator[Line]:
    yield Note("whole processes, in an environment that holds PATH and HOME; settings in the cache")
    folder = options.folder / "demo"
    env = _demo(folder, 1 if options.quick else CYCLES)
    commands = {PYTHON: Command(PASS, options.folder)}
    commands |= {
        name: Command([BOTCTL, *arguments], options.folder) for name, arguments in LOOKS.items()
    }
    commands |= {
        name: Command([BOTCTL, *arguments], folder, env, UNWELL)
        for name, arguments in READS.items()
    }
    commands |= {} if options.quick else _freqtrade(options.folder)
    cases = {name: options.launcher.case(command) for name, command in commands.items()}
    rounds = interleaved(cases, options.rounds(ROUNDS))
    yield from (compared(rounds, name, PYTHON, mark=LOOK) for name in LOOKS)
    for name in READS:
        yield compared(rounds, name, PYTHON, mark=READ)
    yield from () if options.quick else _beside_freqtrade(rounds)


def _beside_freqtrade(rounds: Rounds) -> Iterator[Line]:
    if SHOW_TRADES not in rounds.samples:
        yield Note(f"freqtrade: {SAY}")
        return
    for name in rounds.samples:
        if name.startswith("freqtrade"):
            yield compared(rounds, name, PYTHON)
    yield from (compared(rounds, name, SHOW_TRADES, mark=OF_FREQTRADE) for name in READS)
    yield speed_up(rounds, "botctl --version", "freqtrade --version")


def _demo(folder: Path, cycles: int) -> Mapping[str, str]:
    """A database as the demo leaves it; the environment that its commands need."""
    with DevnetStage(StagePlan(folder, SEED), environ) as stage:
        for _ in range(cycles):
            stage.step()
            stage.run("cycle")
        return stage.environment() | {"XDG_CACHE_HOME": str(folder / "cache")}


def _freqtrade(folder: Path) -> dict[str, Command]:
    program = binary(FREQTRADE, "freqtrade")
    if program is None:
        return {}
    home = folder / "freqtrade"
    (home / "user_data").mkdir(parents=True)
    trades = ["show-trades", "--db-url", f"sqlite:///{home / 'trades.sqlite'}"]
    asked = {"--version": ["--version"], "--help": ["--help"], "show-trades": trades}
    return {
        f"freqtrade {name}": Command([str(program), *arguments], home)
        for name, arguments in asked.items()
    }
