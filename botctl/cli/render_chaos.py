"""A drill on a terminal: a line as soon as a scenario is over, then whatever was not kept."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from botctl.cli.output import say
from botctl.cli.tables import table
from botctl.cli.terminal import GREEN, RED, YELLOW, bold, good_or_bad, painted
from botctl.core.text import printable
from botctl.flows.chaos.run import ChaosReport, ScenarioReport

NAME_WIDE: Final = 24
MS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Listed:
    name: str
    proves: str
    needs: str  # empty: any database


def list_lines(known: Sequence[Listed]) -> Iterator[str]:
    yield from table(("scenario", "what it proves"), [(one.name, one.proves) for one in known])


def nothing(_report: ScenarioReport) -> None:
    """With --json there is nothing but the document."""


def played_line(report: ScenarioReport) -> None:
    word, style = _outcome(report)
    changes = ", ".join(f"{t.state} at {t.at_s} s" for t in report.transitions[1:])
    told = report.skipped or changes or "never worse than before"
    name = report.name.ljust(NAME_WIDE)
    say(f"{painted(word, style)}  {name} {report.ms // MS:4d} s  {printable(told)}")


def _outcome(report: ScenarioReport) -> tuple[str, str]:
    if report.skipped:
        return "skipped", YELLOW
    return ("passed ", GREEN) if report.passed else ("FAILED ", RED)


def report_lines(report: ChaosReport) -> Iterator[str]:
    """Every expectation of a single scenario; of several, those that were not kept."""
    alone = len(report.scenarios) == 1
    for one in report.scenarios:
        if one.passed and not alone:
            continue
        yield bold(f"\n{one.name}: {one.proves}")
        for verdict in one.verdicts:
            mark = good_or_bad("kept  " if verdict.kept else "BROKEN", good=verdict.kept)
            yield printable(f"{mark} {verdict.name}: {verdict.evidence}")
        yield f"codes heard: {', '.join(one.told) or 'none'}"
    passed = sum(one.passed for one in report.scenarios)
    skipped = sum(bool(one.skipped) for one in report.scenarios)
    total = len(report.scenarios)
    yield f"\n{passed} of {total} passed, {skipped} could not be played here; seed {report.seed}"
