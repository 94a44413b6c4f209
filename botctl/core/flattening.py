"""Flatten: a hard halt that first sells everything; a person orders it together with the halt."""

from collections.abc import Iterable
from typing import Final

from botctl.core.intent import Side
from botctl.core.orders import Order
from botctl.core.permission import Level, PermissionSource, SourceKind
from botctl.core.units import CycleId

PREFIX: Final = "flatten-"
# What the same person has overruled for these sells. What would make sending itself unsafe is not here,
# nor is a tier that forbids signing.
OVERRULED: Final = frozenset(
    {
        SourceKind.KILL,
        SourceKind.FLATTEN,
        SourceKind.LEDGER,
        SourceKind.LIMIT,
        SourceKind.PAUSE,
    }
)


def flatten_cycle(source: PermissionSource) -> CycleId:
    """The id that all orders of one flatten carry."""
    return CycleId(f"{PREFIX}{source.since_ms}")


def flatten_order(sources: Iterable[PermissionSource]) -> PermissionSource | None:
    """The standing order to flatten; None when there is none."""
    return next((s for s in sources if s.kind is SourceKind.FLATTEN), None)


def of_flatten(order: Order) -> bool:
    return order.cycle_id.startswith(PREFIX)


def served(order: Order, sources: Iterable[PermissionSource]) -> bool:
    """Whether the standing order is this order's own."""
    standing = flatten_order(sources)
    sells = order.intent.side is Side.SELL
    return standing is not None and sells and order.cycle_id == flatten_cycle(standing)


def overruled(sources: tuple[PermissionSource, ...]) -> tuple[PermissionSource, ...]:
    """What is left to say once the flatten is obeyed: exits, and never an entry."""
    standing = flatten_order(sources)
    if standing is None:
        return sources
    exits = PermissionSource(
        SourceKind.FLATTEN, Level.EXITS_ONLY, standing.reason, standing.who, standing.since_ms
    )
    return (exits, *(s for s in sources if s.kind not in OVERRULED))
