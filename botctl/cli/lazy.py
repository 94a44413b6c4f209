"""Typer over the table: a group knows its commands' names, and imports the one that is invoked."""

import inspect
from importlib import import_module
from types import FunctionType

import typer
from typer._click.core import Command, Context  # 0.28 vendors Click under this name
from typer._click.formatting import HelpFormatter
from typer._click.shell_completion import CompletionItem
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_install_completion_arguments

from botctl.cli.app import COMMANDS, GROUPS, Entry
from botctl.cli.overview import overview

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class WithBelow(TyperCommand):
    """A command that has another below it: `ledger` lists, and offers the shell `verify` and `grade`."""

    def shell_complete(self, ctx: Context, incomplete: str) -> list[CompletionItem]:
        below = _names(f"{self.name} ")
        offered = [CompletionItem(name) for name in below if name.startswith(incomplete)]
        return [*offered, *super().shell_complete(ctx, incomplete)]


class LazyGroup(TyperGroup):
    """The root, or the commands that share a first word."""

    def list_commands(self, ctx: Context) -> list[str]:  # noqa: ARG002
        return list(_names(self.prefix))

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:  # noqa: ARG002
        name = self.prefix + cmd_name
        if name in COMMANDS:
            return _command(cmd_name, COMMANDS[name])
        return group(cmd_name) if not self.prefix and cmd_name in GROUPS else None

    def resolve_command(
        self, ctx: Context, args: list[str]
    ) -> tuple[str | None, Command | None, list[str]]:
        """A command may have another below it: `ledger` lists, `ledger verify` proves."""
        two = " ".join(args[:2])
        if not self.prefix and args[0] in COMMANDS and two in COMMANDS and len(args) > 1:
            return two, _command(args[1], COMMANDS[two]), args[2:]
        return super().resolve_command(ctx, args)

    def format_help(self, ctx: Context, formatter: HelpFormatter) -> None:  # noqa: ARG002
        formatter.write(overview(self.prefix.strip()))

    @property
    def prefix(self) -> str:
        return f"{self.name} " if self.name in GROUPS else ""


def root(*, completion: bool) -> LazyGroup:
    """`completion`: with the options that install it, which cost an import of their own."""
    made = group("botctl")
    if completion:
        made.params.extend(get_install_completion_arguments())
    return made


def group(name: str) -> LazyGroup:
    known = dict.fromkeys(_names(f"{name} " if name in GROUPS else ""))
    made = LazyGroup(
        name=name, context_settings=CONTEXT, rich_markup_mode=None, help=GROUPS.get(name),
        short_help=GROUPS.get(name),
    )  # fmt: skip
    made.commands = known  # type: ignore[assignment]  # names alone: what a typo is compared with
    return made


def _names(prefix: str) -> dict[str, None]:
    return dict.fromkeys(
        name.removeprefix(prefix).partition(" ")[0] for name in COMMANDS if name.startswith(prefix)
    )


def _command(name: str, entry: Entry) -> Command:
    module, _, function = entry.target.partition(":")
    call: FunctionType = getattr(import_module(module), function)
    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    kind = WithBelow if _names(f"{name} ") else TyperCommand
    app.command(name, cls=kind, help=_help(entry, call), context_settings=CONTEXT)(call)
    return get_command(app)


def _help(entry: Entry, call: FunctionType) -> str:
    """The table's line, then what the function says; its examples keep their lines."""
    text = inspect.getdoc(call) or ""
    return f"{entry.help}.\n\n{text}".replace("\n\nExample", "\n\n\b\nExample")
