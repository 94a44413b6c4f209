"""Whether real money may move: a mode, a second switch, and a key; never one of them alone."""

from pathlib import Path

from botctl.config.values import Config
from botctl.core.codes import Code
from botctl.core.errors import OperatorError
from botctl.core.facts import Mode


def require_live_allowed(config: Config, *, switch: bool) -> None:
    """Raises ERR_LIVE_NOT_ALLOWED or ERR_KEYSTORE_MISSING; `switch` is --live on the command line."""
    if config.bot.mode is not Mode.LIVE:
        if switch:
            say = f'--live needs bot.mode = "live" in {config.source}; it is "{config.bot.mode}"'
            raise OperatorError(Code.ERR_LIVE_NOT_ALLOWED, say, mode=config.bot.mode.value)
        return
    if not (config.bot.live_allowed or switch):
        say = f"live trading needs a second switch: bot.live_allowed = true in {config.source}, or --live"
        raise OperatorError(Code.ERR_LIVE_NOT_ALLOWED, say, mode=config.bot.mode.value)
    if not Path(config.wallet.keystore).is_file():
        say = (
            f"live trading needs the encrypted key {config.wallet.keystore}:"
            " `botctl keystore new` makes one"
        )
        raise OperatorError(Code.ERR_KEYSTORE_MISSING, say, path=config.wallet.keystore)
