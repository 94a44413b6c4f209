"""Whom to tell, what is taken along when something is urgent, and what is checked before a start."""

from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from botctl.config.groups.base import Group
from botctl.config.kinds import Flag, Place, Secret, Whole
from botctl.config.values import AlertValues, PreflightValues, SnapshotValues

BOT_API: Final = "https://api.telegram.org"


def web_url(url: str) -> str:
    """Says nothing of the URL itself: for a webhook it is the key."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise ValueError("the url is malformed") from None
    if url and (parts.scheme not in {"http", "https"} or not parts.hostname):
        raise ValueError("write it as https://host/path, or leave it empty")
    if not url.isascii() or any(c.isspace() for c in url):
        raise ValueError("a url has no blanks and only ASCII characters")
    return url


SecretUrl = Annotated[str, AfterValidator(web_url), Place(), Secret()]
SecretText = Annotated[str, Place(), Secret()]


class AlertsGroup(Group):
    """Whom to tell. Without a channel, alerts stand in the log alone."""

    webhook_url: SecretUrl = Field(
        "", description="Gets a POST of JSON an alert, with `text` as Slack shows it; empty: none."
    )
    webhook_secret: SecretText = Field(
        "", description="Signs each request (X-Botctl-Signature, HMAC-SHA256); empty: unsigned."
    )
    telegram_token: SecretText = Field("", description="A Telegram bot's token; empty: none.")
    telegram_chat: Annotated[str, Place()] = Field(
        "", description="The chat's id, such as -1001234567890, or @channel."
    )
    telegram_api: Annotated[str, AfterValidator(web_url), Place()] = Field(
        BOT_API, min_length=1, description="The Bot API; another only for a server of your own."
    )
    tier_max: Annotated[Whole, Place()] = Field(
        3, ge=1, le=3, description="1: only what is urgent. 2: also what is needed soon. 3: all."
    )
    remind_urgent_s: Annotated[Whole, Place()] = Field(
        300,
        ge=60,
        description="First reminder of an urgent alert; later pauses double, to an hour.",
    )
    remind_soon_s: Annotated[Whole, Place()] = Field(
        21_600, ge=300, description="Between reminders of tier 2: four a day, so none is forgotten."
    )
    window_s: Annotated[Whole, Place()] = Field(
        3_600, ge=60, description="The window in which one alert speaks at most window_max times."
    )
    window_max: Annotated[Whole, Place()] = Field(
        6, ge=2, le=100, description="Six an hour: reminders fit, and flapping does not flood you."
    )
    deadline_ms: Annotated[Whole, Place()] = Field(
        5_000, ge=200, le=30_000, description="For all sending after a command: the loop goes on."
    )
    silent_max_s: Annotated[Whole, Place()] = Field(
        900, ge=60, description="An alert that does not get out for so long is a health finding."
    )
    deadman_url: SecretUrl = Field(
        "", description="Gets a GET after each good cycle; its silence says that we are dead."
    )
    deadman_s: Annotated[Whole, Place()] = Field(
        60, ge=1, description="At most one such request in this time."
    )
    link: Annotated[str, AfterValidator(web_url), Place()] = Field(
        "", description="A dashboard that alerts point to; {cycle_id} in it is filled in."
    )

    @model_validator(mode="after")
    def _telegram_has_a_chat(self) -> "AlertsGroup":
        if bool(self.telegram_token) != bool(self.telegram_chat):
            raise ValueError("alerts.telegram_token and alerts.telegram_chat go together")
        return self

    def values(self) -> AlertValues:
        return AlertValues(**self.model_dump())


class SnapshotsGroup(Group):
    """What is kept for looking into an incident: state_dir/diagnostics, one file a snapshot."""

    keep: Annotated[Whole, Place()] = Field(50, ge=1, description="Older snapshots are deleted.")
    keep_mb: Annotated[Whole, Place()] = Field(
        500, ge=1, description="And as many more as lie above this size together."
    )
    log_lines: Annotated[Whole, Place()] = Field(
        100, ge=1, le=10_000, description="The cycle's last log lines that are taken along."
    )
    upload_url: SecretUrl = Field(
        "",
        description="Gets each snapshot by PUT; {name} is filled in. A pre-signed URL works; empty: none.",
    )

    def values(self) -> SnapshotValues:
        return SnapshotValues(**self.model_dump())


class PreflightGroup(Group):
    """What `botctl preflight` checks; its flags can be set here and in the environment."""

    warn_only: Annotated[Flag, Place()] = Field(
        default=False,
        description="Failures only warn: for an incident, with the reason written down.",
    )
    skip_remote: Annotated[Flag, Place()] = Field(
        default=False, description="Leave out what asks a node or a channel; live stays closed."
    )
    force_remote: Annotated[Flag, Place()] = Field(
        default=False, description="Ask them all the same, whatever skip_remote says."
    )
    disk_free_min_mb: Annotated[Whole, Place()] = Field(
        500, ge=1, description="Less free space warns: a week of a busy bot's growth."
    )

    def values(self) -> PreflightValues:
        return PreflightValues(**self.model_dump())
