"""`botctl chat`: listens in Telegram until a signal asks it to stop."""

from contextlib import closing
from dataclasses import dataclass
from functools import partial

import typer

from botctl.chat.app import Chat
from botctl.chat.desk import ChatDesk, ChatPlan
from botctl.cli.frame import busy, finish, opened_settings
from botctl.cli.options import AsJson, ConfigPath
from botctl.ports.chat import ChatLine
from botctl.wiring.chat import (
    chat_locks,
    line_id,
    opened_chat_books,
    secret,
    telegram_line,
    token_of,
)
from botctl.wiring.setup import Setup, wall_clock
from jobs.stopper import Stopper
from jobs.timetable import MS

MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class ChatReport:
    """`handled` counts updates: messages, presses, and what was not for us."""

    started_ms: int
    stopped_ms: int
    handled: int


def command(
    ctx: typer.Context,
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """Answers the people of [[chat.allow]]; /help there lists what it understands. The switch is moved
    only by operators, once they confirm. The loop does not depend on it and never feels it.

    SIGTERM and Ctrl-C end it with exit status 0. Exit status 78: no token, or it is refused; 75: another
    program has listened with this token for ten minutes. Another `botctl chat` here: says so, and 0.

    Example: botctl chat --config botctl.toml
    """
    with opened_settings(ctx) as setup:
        token = token_of(setup.config)
        locks = chat_locks(setup.config)
        # One a data folder, which a restore waits for, and one a token.
        with locks.only_one("chat") as ours, locks.only_one(f"chat-{line_id(token)}") as alone:
            if not (ours and alone):
                busy(ctx, "chat")
            report = _listened(setup, token)
    finish(ctx, report, lambda done: [_told(done)])


def desk_of(setup: Setup, line: ChatLine, token: str) -> ChatDesk:
    return ChatDesk(
        line=line,
        line_id=line_id(token),
        plan=_plan(setup),
        clock=wall_clock(),
        log=setup.log,
        books=partial(opened_chat_books, setup),
        secret=secret,
    )


def _listened(setup: Setup, token: str) -> ChatReport:
    line = telegram_line(setup.config, token)
    with closing(line), Stopper(on_asked=line.interrupt) as stopper:
        chat = Chat(desk_of(setup, line, token))
        started_ms = chat.desk.clock.now_ms()
        setup.log.info("chat started", people=len(chat.desk.plan.people))
        chat.run(lambda: stopper.asked)
        report = ChatReport(started_ms, chat.desk.clock.now_ms(), chat.handled)
    setup.log.info("chat stopped", handled=report.handled)
    return report


def _plan(setup: Setup) -> ChatPlan:
    chat = setup.config.chat
    return ChatPlan(
        people={person.id: person for person in chat.allow},
        groups=frozenset(chat.groups),
        confirm_ms=chat.confirm_s * MS,
        late_ms_max=chat.late_max_s * MS,
        card_ms=chat.card_s * MS,
        card_for_ms=chat.card_minutes * MINUTE_MS,
        poll_ms=chat.poll_s * MS,
    )


def _told(report: ChatReport) -> str:
    seconds = (report.stopped_ms - report.started_ms) // MS
    return f"stopped as asked, after {seconds} s; {report.handled} updates handled"
