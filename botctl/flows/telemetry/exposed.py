"""All metrics at this moment: sums of what is on disk, and gauges of how things are."""

from dataclasses import dataclass
from typing import Final

from botctl.core.telemetry.exposition import Values
from botctl.core.telemetry.exposition import exposition as as_text
from botctl.core.telemetry.tally import Labels, Series
from botctl.flows.permit import Watch
from botctl.flows.telemetry.gauges import gauges

KEPT_AS_NUMBERS: Final = ("intent_idempotency_blocks_total", "process_restarts_total")


@dataclass(frozen=True, slots=True)
class Exposed:
    """`common` stands on every line."""

    common: Labels
    values: Values


def exposed(watch: Watch) -> Exposed:
    """Reads only, and asks no node."""
    counted = watch.store.counted()
    values = dict(counted.tally)
    values |= {
        Series(name): counted.counters[name] for name in KEPT_AS_NUMBERS if name in counted.counters
    }
    common = (("bot", watch.bot), ("chain", str(counted.chain_id)))
    return Exposed(common, {**values, **dict(gauges(watch))})


def exposition(watch: Watch) -> str:
    """As Prometheus reads it; see core.telemetry.exposition for the form."""
    found = exposed(watch)
    return as_text(found.values, found.common)
