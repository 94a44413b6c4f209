"""What the jobs do: the same flows and commands as the command line, in this process."""

import gc
import json
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

from botctl.cli.lazy import root
from botctl.core.codes import Code
from botctl.core.errors import CheckError
from botctl.flows.cycle import cycle
from botctl.ports.runtime import Runtime
from jobs.ledger import Work
from jobs.timetable import CYCLE, Job


def work_of(job: Job, rt: Runtime, config: Path | None) -> Work:
    """The loop's own job keeps its connections open; the rare ones start as from the shell."""
    if job.command == CYCLE.command:
        return lambda: run_cycle(rt)
    return lambda: run_command(job.command, config)


def run_cycle(rt: Runtime) -> bool:
    with rt.only_one(CYCLE.command) as ours:
        if not ours:
            return False
        found = cycle(rt).reconcile.mismatches
    if found:
        say = "ledger and chain differ; trading is halted until a person has looked"
        raise CheckError(Code.ERR_LEDGER_MISMATCH, say, token=found[0].token, count=len(found))
    return True


def run_command(command: str, config: Path | None) -> bool:
    """Raises its BotError. Its report is for nobody: stdout belongs to the command that runs us."""
    places = [] if config is None else ["--config", str(config)]
    gc.collect()  # the command freezes what is alive; garbage must not be among it
    with redirect_stdout(StringIO()) as told:
        status = root(completion=False).main(
            [*command.split(), "--json", *places], prog_name="botctl", standalone_mode=False
        )
    if status:
        raise CheckError(Code.ERR_PROMISE_BROKEN, f"`botctl {command}` ended with {status}")
    return not _was_busy(told.getvalue())


def _was_busy(told: str) -> bool:
    report = json.loads(told) if told.strip() else {}
    return isinstance(report, dict) and report.get("busy") is True
