"""What the database tells about the configured bot."""

from botctl.flows.status import StatusReport, status
from botctl.wiring.setup import Books


def bot_status(books: Books) -> StatusReport:
    bot, schedule = books.config.bot, books.config.schedule
    return status(
        books.store,
        bot=bot.name,
        mode=bot.mode,
        now_ms=books.clock.now_ms(),
        interval_ms=schedule.interval_ms,
    )
