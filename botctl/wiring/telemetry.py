"""What measures a process, when the settings want it measured."""

from botctl.adapters.clock import steady_us
from botctl.adapters.machine import peak_mb
from botctl.config.values import Config
from botctl.core.telemetry.tracer import Provided, Tracer
from botctl.wiring.venues import Nodes


def tracer(config: Config, nodes: Nodes) -> Tracer:
    return Tracer(
        steady_us=steady_us,
        meter=lambda: _metered(nodes),
        peak_mb=peak_mb,
        on=config.telemetry.enabled,
    )


def _metered(nodes: Nodes) -> tuple[Provided, ...]:
    """Of reads, sends and the relay; several connections to one node count as that node."""
    relay = [nodes.relay] if nodes.relay else []
    return tuple(rpc.provided() for rpc in (*nodes.reads.bare, *nodes.sends, *relay))
