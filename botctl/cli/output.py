"""The command line's own stdout."""

import sys

import typer

from botctl.cli.errors import broken_pipe


def say(text: str) -> None:
    """Flushed at once: a pipe should see a long command's lines as they come."""
    try:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
    except BrokenPipeError:
        raise typer.Exit(broken_pipe()) from None  # typer itself would call it a failed check
