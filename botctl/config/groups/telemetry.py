"""What is measured, how long spans are kept, and where they are sent."""

from typing import Annotated

from pydantic import Field

from botctl.config.groups.alerts import SecretText, SecretUrl
from botctl.config.groups.base import Group
from botctl.config.kinds import Flag, Place, Whole
from botctl.config.values import TelemetryValues

PERCENT = 100


class TelemetryGroup(Group):
    """Metrics and traces. None of it changes a decision."""

    enabled: Annotated[Flag, Place()] = Field(
        True,
        description="One row a stage of the loop; false: metrics tell of orders and gauges alone.",
    )
    sample_percent: Annotated[Whole, Place()] = Field(
        10,
        ge=0,
        le=PERCENT,
        description="Of all traces, by their ids; those with an error are always sent. More in an incident.",
    )
    keep_days: Annotated[Whole, Place()] = Field(
        7, ge=1, description="Spans older than this are removed once they are counted and sent."
    )
    otlp_url: SecretUrl = Field(
        "", description="An OTLP/HTTP collector, such as http://127.0.0.1:4318; empty: none."
    )
    otlp_headers: SecretText = Field(
        "", description='Sent along, as "name=value,name=value": where a collector asks for a key.'
    )
    otlp_metrics: Annotated[Flag, Place()] = Field(
        False, description="Push metrics there too, for who cannot be scraped."
    )
    deadline_ms: Annotated[Whole, Place()] = Field(
        5_000, ge=100, le=60_000, description="A collector that takes longer gets it again later."
    )

    def values(self) -> TelemetryValues:
        return TelemetryValues(**self.model_dump())
