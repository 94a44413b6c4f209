"""What a command of the loop does around its flow: the lock, and telling who should know."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from botctl.cli.frame import busy, opened_settings
from botctl.flows.observe import observed
from botctl.flows.permit import watch_of
from botctl.ports.runtime import Runtime
from botctl.wiring import open_runtime
from botctl.wiring.alerts import told_afterwards
from botctl.wiring.unstored import told_without_store


@contextmanager
def opened_loop(ctx: typer.Context, command: str, *, alive: bool = False) -> Iterator[Runtime]:
    """`alive`: its success is a sign of life. Ends the command when another run has the lock.

    Health is looked at while the lock is ours; alerts leave after it is free again: a slow channel
    keeps no other run from its work.
    """
    with opened_settings(ctx) as setup:
        setup.require_live_allowed(switch=bool(ctx.params.get("live")))
        with (
            told_without_store(setup),
            open_runtime(setup.config, setup.env, setup.log) as rt,
            told_afterwards(setup, rt, command, alive=alive) as telling,
            rt.only_one(command) as ours,
        ):
            telling.due = ours
            if not ours:
                busy(ctx, command)
            try:
                with observed(watch_of(rt), setup.log, command, rt.trace):
                    yield rt
            except typer.Exit:  # it has printed another report than its flow's
                telling.due = False
                raise
