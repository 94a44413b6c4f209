"""Tokens that open the page and the REST interface; a token's text is shown once and kept by nobody."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

import typer

from botctl.cli.frame import finish, opened_books
from botctl.cli.options import AsJson, ConfigPath
from botctl.cli.show import at
from botctl.cli.tables import table
from botctl.cli.terminal import bold
from botctl.core.roles import Role
from botctl.flows.access import NewAccess, end_access, new_access
from botctl.ports.web import Access
from botctl.wiring.web import fresh_token, ids


class What(StrEnum):
    NEW = "new"
    LIST = "list"
    END = "end"


@dataclass(frozen=True, slots=True)
class TokensReport:
    tokens: tuple[Access, ...]


WhatArg = Annotated[What, typer.Argument(help="new, list or end.")]
Name = Annotated[
    str, typer.Option("--name", help="Whose it is: it stands in every record of what was done.")
]
As = Annotated[Role, typer.Option("--role", help="viewer looks; operator also halts and pauses.")]


def command(
    ctx: typer.Context,
    what: WhatArg,
    name: Name = "me",
    role: As = Role.VIEWER,
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """Ending one ends its logins and its live pages too.

    Example: botctl serve token new --role operator --name anna
    Example: botctl serve token list
    Example: botctl serve token end --name anna
    """
    with opened_books(ctx) as books:
        store, now_ms = books.store, books.clock.now_ms()
        if what is What.NEW:
            made = new_access(store, ids(), name, role, now_ms=now_ms, draw=fresh_token)
            books.log.warning("token made", who=name, role=role)
            finish(ctx, made, _new)
        if what is What.END:
            ended = end_access(store, name, now_ms)
            books.log.warning("token ended", who=name)
            finish(ctx, ended, lambda one: [f"ended: {one.name} ({one.role})"])
        finish(ctx, TokensReport(store.accesses()), _listed)


def _new(made: NewAccess) -> Iterator[str]:
    yield f"{made.access.name} ({made.access.role}); this is shown once:"
    yield bold(made.token)


def _listed(report: TokensReport) -> Iterator[str]:
    if not report.tokens:
        yield "there is no token: `botctl serve token new` makes one"
        return
    rows = [(t.name, t.role, at(t.made_ms), at(t.used_ms), at(t.ended_ms)) for t in report.tokens]
    yield from table(("name", "role", "made", "last login", "ended"), rows)
