"""Which channels the settings name for alerts; the log when they name none."""

from collections.abc import Sequence

from botctl.config.values import TELEGRAM, WEBHOOK, Config
from botctl.ports.alerts import Notifier
from botctl.ports.clock import Clock
from botctl.ports.runtime import Log

LOG = "log"


def channels_of(config: Config) -> tuple[str, ...]:
    return config.alerts.channels or (LOG,)


def notifiers(config: Config, log: Log, clock: Clock) -> Sequence[Notifier]:
    """One for each configured channel; loaded when there is something to send."""
    from botctl.adapters.notify.log import LogNotifier  # noqa: PLC0415  http loads with these
    from botctl.adapters.notify.telegram import Telegram  # noqa: PLC0415
    from botctl.adapters.notify.webhook import Webhook  # noqa: PLC0415
    from botctl.wiring.faults import faulty_notifier  # noqa: PLC0415

    alerts = config.alerts
    made: dict[str, Notifier] = {
        WEBHOOK: Webhook(alerts.webhook_url, alerts.webhook_secret, clock.now_ms),
        TELEGRAM: Telegram(alerts.telegram_api, alerts.telegram_token, alerts.telegram_chat),
        LOG: LogNotifier(log),
    }
    return [
        made[name] if name == LOG else faulty_notifier(config, made[name])
        for name in channels_of(config)
    ]
