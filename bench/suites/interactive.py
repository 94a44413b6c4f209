"""What a person waits for, with a young ledger and with an old one: the same commands, interleaved."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from bench.figures import Line, Mark, Note, compared
from bench.grow import grow
from bench.grown import Growth
from bench.harness import Case, in_process, interleaved
from bench.options import Options
from bench.processes import BOTCTL, Command
from botctl.adapters.clock import SystemClock
from botctl.config.environment import environment, without_settings
from botctl.config.load import load
from botctl.ports.store import LedgerFilter, Store
from botctl.wiring import open_books

YOUNG, OLD, OLD_QUICK = 10_000, 10_000_000, 20_000
BUNDLES_SHARE = 10  # one bundle for so many rows
ROUNDS = 15
REPEAT = 20
OLD_OR_YOUNG = Mark(bound=1.5)
UNWELL = frozenset({0, 1})
COMMANDS = (
    "status", "health --json", "ledger --limit 20", "ledger --kind BUY --limit 20",
    "ledger --reason SCORE_LOW --limit 20", "ledger --market TOK7 --limit 20", "ledger --since 1h --limit 20",
    "explain TOK7", "alerts", "positions", "orders --limit 20",
)  # fmt: skip
Read = Callable[[Store], object]
PAGES: Mapping[str, Read] = {
    "page of 20, newest": lambda s: list(s.rows(LedgerFilter(limit=20))),
    "page of 20, one kind": lambda s: list(s.rows(LedgerFilter(kinds=("FAIL",), limit=20))),
    "page of 20, one reason": lambda s: list(
        s.rows(LedgerFilter(reasons=("SCORE_LOW",), limit=20))
    ),
    "page of 20, one market": lambda s: list(s.rows(LedgerFilter(pair="TOK7", limit=20))),
    "newest cycle": lambda s: s.latest(),
    "newest orders": lambda s: s.recent(20),
    "open orders": lambda s: s.open(),
    "open positions": lambda s: s.positions("main", only_open=True),
}


@dataclass(frozen=True, slots=True)
class Bot:
    rows: int
    folder: Path

    @property
    def file(self) -> Path:
        return self.folder / "state" / "botctl.db"

    def opened(self) -> AbstractContextManager[Store]:
        return open_books(load(self.folder / "botctl.toml", without_settings(environment())))


def figures(options: Options) -> Iterator[Line]:
    young = _bot(options, "young", YOUNG)
    old = _bot(options, "old", options.large(OLD, OLD_QUICK))
    size_mb = old.file.stat().st_size / 1e6
    yield Note(f"SQLite; {old.rows:,} ledger rows ({size_mb:,.0f} MB) beside {young.rows:,}")
    for command in COMMANDS:
        yield from _beside(options, command, _process(options, command, old, young))
    with young.opened() as one, old.opened() as other:
        for name, read in PAGES.items():
            yield from _beside(options, name, _pages(read, other, one), unit="us")


def _beside(
    options: Options, name: str, cases: Mapping[str, Case], *, unit: str = "ms"
) -> Iterator[Line]:
    rounds = interleaved(cases, options.rounds(ROUNDS))
    yield compared(rounds, "old", "young", unit=unit, mark=OLD_OR_YOUNG, what=name)


def _process(options: Options, command: str, old: Bot, young: Bot) -> Mapping[str, Case]:
    argv = [BOTCTL, *command.split()]
    env = {"XDG_CACHE_HOME": str(options.folder / "cache")}
    return {
        name: options.launcher.case(Command(argv, bot.folder, env, UNWELL))
        for name, bot in (("old", old), ("young", young))
    }


def _pages(read: Read, old: Store, young: Store) -> Mapping[str, Case]:
    return {
        "old": in_process(lambda: read(old), repeat=REPEAT),
        "young": in_process(lambda: read(young), repeat=REPEAT),
    }


def _bot(options: Options, name: str, rows: int) -> Bot:
    """Its settings are those of `botctl init`, which go by the wall clock."""
    bot = Bot(rows, options.folder / name)
    bot.file.parent.mkdir(parents=True)
    options.launcher.run(Command([BOTCTL, "init"], bot.folder))
    end_ms = SystemClock().now_ms() - 60_000
    grow(f"sqlite:///{bot.file}", Growth(rows, max(1_000, rows // BUNDLES_SHARE), end_ms))
    return bot
