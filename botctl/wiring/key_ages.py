"""Which keys and secrets the settings hold, each with a mark instead of itself."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from botctl.adapters.evm.keystore_file import address_hint
from botctl.adapters.key_marks import mark_of
from botctl.config.values import Config
from botctl.flows.key_ages import Key

MS = 1_000


def keys_of(config: Config) -> Mapping[str, Key]:
    """Raises ERR_KEYSTORE_* when there is a key's file that is none."""
    found = {
        name: Key(mark_of(secret, f"{config.bot.name} {name}"))
        for name, secret in _secrets(config)
        if secret
    }
    path = Path(config.wallet.keystore)
    if path.exists():
        made_ms = int(path.stat().st_mtime * MS)  # a copy looks younger: our own record outlives it
        found["wallet.keystore"] = Key(str(address_hint(path) or config.wallet.address), made_ms)
    return found


def _secrets(config: Config) -> Iterator[tuple[str, str]]:
    alerts = config.alerts
    yield "alerts.telegram_token", alerts.telegram_token
    yield "alerts.webhook_secret", alerts.webhook_secret
    yield "backup.s3_secret", config.backup.s3_secret
    for source in config.enrich.sources:
        yield f"enrich.sources {source.kind} key", source.key
