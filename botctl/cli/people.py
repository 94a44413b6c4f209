"""Who does something, why, and whether it is meant: the options of everything a person orders."""

import sys
from getpass import getuser
from typing import Annotated

import typer

from botctl.core.codes import Code
from botctl.core.errors import UsageError

Why = Annotated[str, typer.Option("--why", help="The reason, kept in every later record.")]
Who = Annotated[
    str, typer.Option("--who", help="Your name; default: the system user.", show_default=False)
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask: it is meant.")]


def required(why: str) -> str:
    if not why.strip():
        raise UsageError(Code.ERR_USAGE, "--why must say something: others will read it")
    return why


def named(who: str) -> str:
    return who or getuser()


def confirmed(what: str, word: str, *, yes: bool) -> None:
    """On a terminal the word is typed; elsewhere --yes must be given. Raises ERR_USAGE."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError(Code.ERR_USAGE, f"{what}; say --yes when that is what you want")
    typer.echo(what, err=True)
    if typer.prompt(f"Type {word} to go on", err=True) != word:
        raise UsageError(Code.ERR_USAGE, "that was not the word: nothing was done")
