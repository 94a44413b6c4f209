"""Run one command, and turn whatever ends it into an exit status."""

from typer import Abort
from typer.exceptions import TyperException

from botctl.cli import errors
from botctl.cli.app import INTERRUPTED
from botctl.cli.lazy import root
from botctl.core.errors import BotError

COMPLETION = frozenset({"--install-completion", "--show-completion"})


def run_command(args: list[str], *, completion: bool) -> int:
    as_json = "--json" in args
    group = root(completion=completion or not COMPLETION.isdisjoint(args))
    try:
        status = group.main(args, prog_name="botctl", standalone_mode=False)
    except BotError as error:
        return errors.bot_error(error, as_json=as_json)
    except TyperException as error:
        return errors.usage_error(error.format_message(), as_json=as_json)
    except (KeyboardInterrupt, Abort):
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001  the last line of defence: a sentence, not a traceback
        return errors.unexpected(error, as_json=as_json)
    return status if isinstance(status, int) else 0
