"""Errors as answers: which status a code is, and the same document that `--json` prints."""

from typing import Final

from botctl.core.codes import Code
from botctl.core.errors import BotError, OperatorError, TransientError
from botctl.core.text import printable, redacted

STATUS: Final = {
    Code.ERR_LOGIN_NEEDED: 401,
    Code.ERR_ROLE_TOO_LOW: 403,
    Code.ERR_FORM_STALE: 403,
    Code.ERR_NOT_FOUND: 404,
    Code.ERR_USAGE: 422,
    Code.ERR_TOO_MANY_TRIES: 429,
}
LATER, BROKEN = 503, 500
RETRY_AFTER_S: Final = 5


def status_of(error: BotError) -> int:
    if error.code in STATUS:
        return STATUS[error.code]
    return LATER if isinstance(error, TransientError | OperatorError) else BROKEN


def headers_of(error: BotError) -> dict[str, str]:
    status = status_of(error)
    if status in {STATUS[Code.ERR_TOO_MANY_TRIES], LATER}:
        return {"Retry-After": str(error.facts.get("retry_after_s", RETRY_AFTER_S))}
    return {"WWW-Authenticate": "Bearer"} if status == STATUS[Code.ERR_LOGIN_NEEDED] else {}


def told(error: BotError) -> str:
    return printable(redacted(error.say)) or str(error.code)


def error_document(error: BotError) -> dict[str, object]:
    facts = {key: printable(redacted(str(value))) for key, value in error.facts.items()}
    return {"error": {"code": str(error.code), "message": told(error), "facts": facts}}
