"""`python -m bench [names] [--quick] [--json]`: each suite's figures as they come."""

import argparse
import json
import platform
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.figures import Line, table
from bench.options import Options
from bench.processes import launcher

# In the order of the marks; a suite is imported when it is run.
SUITES = {
    "startup": "1, 2: starting, and commands that read the database",
    "cold": "3: a cold `botctl cycle` of 20 markets, as cron starts it",
    "warm": "4, 5: a warm, durable cycle of 500, 1,000 and 2,000 markets",
    "growth": "5: round trips and peak memory of the whole cycle on a real node",
    "scan": "6: a scan of 500 markets on a real node",
    "replay": "7: replaying 2,000 stored bundles",
    "order": "8, 10: one durable transition; from an intent to its bytes sent",
    "gate": "11: proving tokens sellable, and the verdict on each of the corpus",
    "drills": "from a drill's trouble to another mode and to an alert, over 20 seeds",
    "page": "first views as the ledger grows, and live events to many open pages",
    "pool": "several providers behind one port: a read, and an agreed head",
    "interactive": "12: commands and pages with an old ledger beside a young one",
    "backup": "a backup of a large database, and its verified restore",
    "telemetry": "3, 4: the same cycles with telemetry and without",
    "rows": "9: 1,000 ledger rows in a batch, SQLite and PostgreSQL",
}


def main(arguments: Sequence[str]) -> int:
    asked = _parsed(arguments)
    documents: list[dict[str, object]] = []
    for name in asked.names or SUITES:
        lines = []
        _say(asked.json, f"\n{name}: {SUITES[name]}")
        for line in _run(name, quick=asked.quick, rows=asked.rows):
            lines.append(line)
            _say(asked.json, "\n".join(_printed(line, first=len(lines) == 1)))
        documents.append({"suite": name, "lines": [line.document() for line in lines]})
    if asked.json:
        machine = {"python": platform.python_version(), "machine": platform.machine()}
        sys.stdout.write(json.dumps({**machine, "suites": documents}, indent=1) + "\n")
    return 0


def _run(name: str, *, quick: bool, rows: int | None) -> Iterator[Line]:
    figures: Callable[[Options], Iterator[Line]] = import_module(f"bench.suites.{name}").figures
    with TemporaryDirectory(prefix="botctl-bench-") as place:
        folder = Path(place)
        with launcher(folder) as started:
            yield from figures(Options(folder, quick, started, rows))


def _printed(line: Line, *, first: bool) -> Iterator[str]:
    head, row = table([line])
    if first:
        yield head
    yield row


def _say(as_json: bool, text: str) -> None:
    """Progress goes to stderr when stdout is a document."""
    out = sys.stderr if as_json else sys.stdout
    out.write(text + "\n")
    out.flush()


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Measure botctl beside its limits, interleaved in one run.",
        epilog="; ".join(f"{name} {what}" for name, what in SUITES.items()),
    )
    parser.add_argument("names", nargs="*", choices=[*SUITES, []], metavar="name", help="suites")
    parser.add_argument("--quick", action="store_true", help="a few rounds on small input")
    parser.add_argument("--rows", type=int, help="of a large ledger, instead of ten million")
    parser.add_argument("--json", action="store_true", help="one document on stdout")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
