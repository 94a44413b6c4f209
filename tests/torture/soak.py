"""The real loop for hours on the embedded chain: `python -m tests.torture.soak --minutes 20`.

A cycle at every head (a block every few seconds) and every job of the timetable. What is looked at, as
the promise of a bot that is left alone: memory, handles and threads stay level, the database grows in
proportion to the cycles, no scheduled time is missed, and none begins later at the end than at first.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from botctl.adapters.clock import SystemClock, pause_ms, steady_ms
from botctl.config.environment import environment
from botctl.ports.store import JobRun
from botctl.wiring.stage import DevnetStage, StagePlan
from jobs.ledger import Outcome
from jobs.times import between_ms, next_ms
from jobs.timetable import TIMETABLE

BLOCK_S: Final = 3
LOOK_MS: Final = 10_000
MINUTE_MS: Final = 60_000
KB: Final = 1_024
END_S: Final = 120
# What is allowed. Memory: an allocator's own wavering on a small process, not a leak's slope.
MEMORY_MB_MAX: Final = 12
HANDLES_MAX: Final = 4
THREADS_MAX: Final = 2
GROWTH_BPS_MAX: Final = 15_000  # of the second half's bytes a cycle to the first half's
LATER_MS_MAX: Final = 2_000  # the typical start of the last quarter after that of the second
DONE: Final = frozenset({Outcome.RAN, Outcome.LATE, Outcome.SKIPPED})
SETTINGS: Final = f"""
[schedule]
wake = "head"
wake_min_ms = {BLOCK_S * 1_000}
"""

Say = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Look:
    """At one moment: kB of memory, open handles, threads, bytes of the database, cycles so far."""

    at_ms: int
    memory_kb: int
    handles: int
    threads: int
    database: int
    cycles: int


@dataclass(frozen=True, slots=True)
class Soaked:
    """`late_ms`: how late each scheduled cycle began, oldest first."""

    looks: tuple[Look, ...]
    runs: tuple[JobRun, ...]
    late_ms: tuple[int, ...]
    due: int  # scheduled times of all jobs while it ran
    status: int
    problems: tuple[str, ...]


def soak(folder: Path, minutes: float, say: Say = lambda _: None) -> Soaked:
    with DevnetStage(StagePlan(folder / "stage", seed=11), environment()) as stage:
        ws_url = stage.url.replace("http:", "ws:")
        text = stage.config.read_text().replace("[chain]\n", f'[chain]\nws_urls = ["{ws_url}"]\n')
        stage.config.write_text(text + SETTINGS)
        started_ms = SystemClock().now_ms()
        with _loop(stage, folder) as process:
            looks = tuple(_looks(stage, process, minutes, say))
            ended_ms = SystemClock().now_ms()
            process.terminate()
            status = process.wait(END_S)
        runs = _runs(stage, started_ms, ended_ms)
    late = [
        run.started_ms - run.scheduled_ms
        for run in runs
        if run.job == "cycle" and run.started_ms is not None
    ]
    due = {
        (job.name, at_ms)
        for job in TIMETABLE
        for at_ms in between_ms(job.cron, next_ms(job.cron, started_ms + LOOK_MS), ended_ms)
    }
    problems = (*_problems(looks, runs, late, due), *(_ended(status)))
    return Soaked(looks, runs, tuple(late), len(due), status, problems)


@contextmanager
def _loop(stage: DevnetStage, folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    with (folder / "run.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "botctl", "run", "--config", str(stage.config), "--json"],
            env={**environment(), **stage.environment()},
            stdout=log,
            stderr=log,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def _looks(
    stage: DevnetStage, process: "subprocess.Popen[bytes]", minutes: float, say: Say
) -> Iterator[Look]:
    """Mines a block every few seconds meanwhile, so that the chain's time goes as ours does."""
    begun_ms = steady_ms()
    end_ms, next_block_ms, next_look_ms = begun_ms + round(minutes * MINUTE_MS), begun_ms, begun_ms
    while (now_ms := steady_ms()) < end_ms:
        assert process.poll() is None, "the loop ended by itself: see run.log"
        if now_ms >= next_block_ms:
            stage.crowd.step(1, BLOCK_S)
            next_block_ms += BLOCK_S * 1_000
        if now_ms >= next_look_ms:
            look = _look(stage, process.pid)
            say(_line(look, begun_ms))
            yield look
            next_look_ms += LOOK_MS
        pause_ms(max(1, min(next_block_ms, next_look_ms, end_ms) - steady_ms()))


def _look(stage: DevnetStage, pid: int) -> Look:
    status = Path(f"/proc/{pid}/status").read_text()
    told = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    return Look(
        at_ms=steady_ms(),
        memory_kb=int(told["VmRSS"].split()[0]),
        handles=len(list(Path(f"/proc/{pid}/fd").iterdir())),
        threads=int(told["Threads"]),
        database=sum(file.stat().st_size for file in stage.config.parent.glob("botctl.db*")),
        cycles=len(stage.store.cycle_sizes()),
    )


def _runs(stage: DevnetStage, since_ms: int, until_ms: int) -> tuple[JobRun, ...]:
    store = stage.store
    return tuple(run for job in TIMETABLE for run in store.job_rows(job.name, since_ms, until_ms))


def _problems(
    looks: Sequence[Look],
    runs: Sequence[JobRun],
    late_ms: Sequence[int],
    due: set[tuple[str, int]],
) -> Iterator[str]:
    told = {(run.job, run.scheduled_ms): run for run in runs}
    if silent := sorted(due - told.keys()):
        yield f"{len(silent)} scheduled times have no row, the first {silent[0]}"
    bad = [run for run in runs if run.outcome not in DONE]
    if bad:
        yield f"{len(bad)} scheduled times did not run, the first {bad[0]}"
    yield from _level("memory in MB", [look.memory_kb // KB for look in looks], MEMORY_MB_MAX)
    yield from _level("handles", [look.handles for look in looks], HANDLES_MAX)
    yield from _level("threads", [look.threads for look in looks], THREADS_MAX)
    yield from _level("start of a cycle after its time in ms", late_ms, LATER_MS_MAX)
    yield from _growth(looks)


def _level(what: str, figures: Sequence[int], most: int) -> Iterator[str]:
    """The first quarter is for warming up: the last is held against the second."""
    quarter = len(figures) // 4
    if not quarter:
        return
    before, after = median(figures[quarter : 2 * quarter]), median(figures[-quarter:])
    if after > before + most:
        yield f"{what}: {before:g} in the second quarter, {after:g} in the last"


def _growth(looks: Sequence[Look]) -> Iterator[str]:
    first, middle, last = looks[len(looks) // 4], looks[len(looks) * 5 // 8], looks[-1]
    if min(middle.cycles - first.cycles, last.cycles - middle.cycles) < 1:
        yield "there were no cycles to measure the database by"
        return
    early, late = _per_cycle(first, middle), _per_cycle(middle, last)
    if late * 10_000 > max(early, 1) * GROWTH_BPS_MAX:
        yield f"the database grew by {early} bytes a cycle at first, and by {late} at the end"


def _per_cycle(one: Look, other: Look) -> int:
    return (other.database - one.database) // (other.cycles - one.cycles)


def _ended(status: int) -> Iterator[str]:
    if status:
        yield f"run ended with {status}"


def _line(look: Look, begun_ms: int) -> str:
    seconds = (look.at_ms - begun_ms) // 1_000
    return (
        f"{seconds:>7}  {look.memory_kb / KB:>9.1f}  {look.handles:>7}  {look.threads:>7}"
        f"  {look.database // KB:>11}  {look.cycles:>6}\n"
    )


def told(found: Soaked) -> Iterator[str]:
    outcomes: dict[tuple[str, str], int] = {}
    for run in found.runs:
        outcomes[run.job, run.outcome] = outcomes.get((run.job, run.outcome), 0) + 1
    yield f"{found.due} scheduled times; " + ", ".join(
        f"{job} {outcome}: {count}" for (job, outcome), count in sorted(outcomes.items())
    )
    if found.late_ms:
        yield f"a cycle began {median(found.late_ms):g} ms after its time, {max(found.late_ms)} at most"
    yield from (f"PROBLEM: {problem}" for problem in found.problems)
    yield "level" if not found.problems else "not level"


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--minutes", type=float, default=20)
    minutes = asked.parse_args().minutes
    say = sys.stdout.write
    say(
        f"{'second':>7}  {'memory MB':>9}  {'handles':>7}  {'threads':>7}  {'database kB':>11}  cycles\n"
    )
    with tempfile.TemporaryDirectory(prefix="botctl-soak-") as folder:
        found = soak(Path(folder), minutes, say)
    for line in told(found):
        say(f"{line}\n")
    return 1 if found.problems else 0


if __name__ == "__main__":
    sys.exit(main())
