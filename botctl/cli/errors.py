"""Every way a command can fail, told once: a sentence, a code, an exit status; never a traceback."""

import json
import os
import sys
import traceback
from pathlib import Path
from typing import Final

from botctl.core.codes import Code
from botctl.core.errors import BotError
from botctl.core.text import printable, redacted

USAGE, PIPE_CLOSED, BROKEN = 2, 141, 70  # 141: what the shell reports of a program the pipe ended
FRAMES_MAX: Final = 4
PACKAGE: Final = Path(__file__).parents[1]
UNEXPECTED: Final = Code.ERR_PROMISE_BROKEN


def bot_error(error: BotError, *, as_json: bool) -> int:
    facts = {key: redacted(str(value)) for key, value in error.facts.items()}
    tell(error.code, redacted(error.say), facts, error.exit_code, as_json=as_json)
    return error.exit_code


def usage_error(message: str, *, as_json: bool) -> int:
    tell(Code.ERR_USAGE, message, {}, USAGE, as_json=as_json)
    return USAGE


def unexpected(error: BaseException, *, as_json: bool) -> int:
    """Our own mistake: what and where, but not its message, which may quote a key or a passphrase."""
    say = "botctl made a mistake and stopped; its state is kept. Please report this line"
    facts = {"type": type(error).__name__, "where": " > ".join(places(error))}
    tell(UNEXPECTED, say, facts, BROKEN, as_json=as_json)
    return BROKEN


def places(error: BaseException) -> list[str]:
    """The last few calls as file:line, ours preferred."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(PACKAGE)] or frames
    return [f"{Path(frame.filename).name}:{frame.lineno}" for frame in list(ours)[-FRAMES_MAX:]]


def broken_pipe() -> int:
    """The reader left (`| head`): nothing to say, and nothing left to flush at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return PIPE_CLOSED


def tell(code: str, say: str, facts: dict[str, str], exit_code: int, *, as_json: bool) -> None:
    if as_json:
        error = {"code": code, "message": say, "exit_code": exit_code, "facts": facts}
        print(json.dumps({"error": error}, ensure_ascii=False), flush=True)  # noqa: T201
        return
    told = ", ".join([code, *(f"{key}={value}" for key, value in facts.items())])
    print(printable(f"botctl: {say or code} ({told})"), file=sys.stderr)  # noqa: T201
