"""Whose token it is: the Bot API's getMe, as one plain request; a check needs no client library."""

import json

from botctl.adapters.notify.http import Request, UnsentError, exchange
from botctl.core.preflight.values import BotSeen


def bot_of(api: str, token: str, *, timeout_ms: int) -> BotSeen:
    """`name` empty: `said` tells why, without the token."""
    url = f"{api.rstrip('/')}/bot{token}/getMe"
    try:
        answer = exchange(Request("GET", url), timeout_ms=timeout_ms)
        body = json.loads(answer.body)
    except UnsentError as error:
        return BotSeen("", str(error), later=True)
    except ValueError:
        return BotSeen("", "not an answer of the Bot API", later=True)
    result = body.get("result") if isinstance(body, dict) else None
    name = result.get("username") if isinstance(result, dict) else None
    if isinstance(name, str) and name:
        return BotSeen(name, f"HTTP {answer.status}")
    return BotSeen("", f"HTTP {answer.status}", later=answer.status not in {401, 404})
