"""The page and the REST interface that `botctl serve` shows."""

from typing import Annotated

from pydantic import Field, model_validator

from botctl.config.groups.base import Group
from botctl.config.groups.outside import LOOPBACK
from botctl.config.kinds import Flag, Listed, Place, Secret, Whole
from botctl.core.web_plan import WebPlan

PORT_MAX = 65_535


class WebGroup(Group):
    """Where `botctl serve` listens, and how often somebody may try. Tokens: `botctl serve token`."""

    host: Annotated[str, Place()] = Field(
        "127.0.0.1",
        min_length=1,
        description="The address to listen on; any other needs tls_ahead.",
    )
    port: Annotated[Whole, Place()] = Field(
        8_787, ge=0, le=PORT_MAX, description="The port; 0: any free one, which the log tells."
    )
    tls_ahead: Annotated[Flag, Place()] = Field(
        default=False,
        description="A proxy with TLS stands in front, and nothing else reaches this port.",
    )
    names: Annotated[tuple[str, ...], Listed, Place()] = Field(
        (),
        description="Host names by which it is called, beside this machine's own loopback.",
    )
    proxies: Annotated[tuple[str, ...], Listed, Place()] = Field(
        ("127.0.0.1",),
        description="With tls_ahead: whose word about a caller's address is believed.",
    )
    metrics_token: Annotated[str, Place(), Secret()] = Field(
        "", description="The bearer token that /metrics wants; empty: none, on loopback alone."
    )
    session_s: Annotated[Whole, Place()] = Field(
        43_200, ge=60, le=2_592_000, description="How long a login lasts: a working day."
    )
    confirm_s: Annotated[Whole, Place()] = Field(
        300, ge=10, le=3_600, description="How long a dangerous action waits to be confirmed."
    )
    tries_per_min: Annotated[Whole, Place()] = Field(
        10, ge=1, le=1_000, description="Wrong tokens from one address in a minute; then 429."
    )
    tries_all_per_min: Annotated[Whole, Place()] = Field(
        100, ge=1, le=10_000, description="The same for all addresses together."
    )
    poll_ms: Annotated[Whole, Place()] = Field(
        1_000,
        ge=50,
        le=60_000,
        description="How often the database is asked for news: once for all.",
    )
    heartbeat_s: Annotated[Whole, Place()] = Field(
        15, ge=1, le=300, description="Silence longer than this ends in a sign of life."
    )
    viewers_max: Annotated[Whole, Place()] = Field(
        100, ge=1, le=10_000, description="Live pages at once; one more gets 503."
    )

    @model_validator(mode="after")
    def _public_only_behind_tls(self) -> "WebGroup":
        if self.host not in LOOPBACK and not (self.tls_ahead and self.names):
            raise ValueError(
                "web.host: another address than loopback needs web.tls_ahead = true (a proxy with TLS"
                " in front) and web.names, because tokens must never cross a network in the clear"
            )
        return self

    def values(self) -> WebPlan:
        return WebPlan(**self.model_dump())
