"""What a shell may offer instead of typing; silent when there is nothing to ask."""

import re
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from botctl.adapters.hints import MARKETS, ORDERS, PAIRS, hints
from botctl.config.environment import environment
from botctl.config.load import load
from botctl.core.errors import BotError

SQLITE: Final = "sqlite:///"
# Strangers choose symbols: one that a shell would read as more than a word is not offered.
SAFE: Final = re.compile(r"[A-Za-z0-9_.:-]{1,66}")


def markets(config: Path | None, begun: str) -> Sequence[str]:
    """Symbols; addresses once one is begun."""
    return _like(config, PAIRS if begun.startswith("0x") else MARKETS, begun)


def pairs(config: Path | None, begun: str) -> Sequence[str]:
    return _like(config, PAIRS, begun)


def orders(config: Path | None, begun: str) -> Sequence[str]:
    return _like(config, ORDERS, begun)


def asked(config: Path | None, begun: str) -> Sequence[str]:
    """What `explain` takes: a market or an order."""
    return [*markets(config, begun), *(orders(config, begun) if begun else ())]


def _like(config: Path | None, query: str, begun: str) -> Sequence[str]:
    """No settings, no database, one that is locked: nothing to offer, and no place to say why."""
    try:
        values = load(config, environment())
        found = _found(values.storage.url, values.bot.name, query)
    except (BotError, sqlite3.Error):
        return []
    return [word for word in found if word.startswith(begun) and SAFE.fullmatch(word)]


def _found(url: str, bot: str, query: str) -> Sequence[str]:
    if url.startswith(SQLITE):
        return hints(url.removeprefix(SQLITE), bot, query)
    from botctl.adapters.store import hints_server  # noqa: PLC0415  150 ms that a file saves

    return hints_server.hints(url, bot, query)
