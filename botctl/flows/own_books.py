"""Our orders and holdings as one run sees them: read once, and kept true by what the run itself does.

The run has the wallet's lease, so nobody else signs; who decides meanwhile counts our orders as spent.
Switches are not kept: each signature asks for them anew.
"""

from botctl.core.deciding.spending import Holdings
from botctl.core.deciding.underway import along, without
from botctl.core.orders import Order
from botctl.core.permission import PermissionSource
from botctl.flows.permit import sources_for
from botctl.ports.runtime import Runtime

DAY_MS = 86_400_000


class OwnBooks:
    """One run's; not for two threads."""

    def __init__(self, rt: Runtime) -> None:
        self._rt = rt
        self._open: tuple[Order, ...] | None = None
        self._held: tuple[int, Holdings] | None = None  # of the day that starts then

    def open(self) -> tuple[Order, ...]:
        """As they were when the run first looked, without those it refused."""
        if self._open is None:
            self._open = self._rt.store.open()
        return self._open

    def holdings(self, now_ms: int) -> Holdings:
        day_ms = now_ms - now_ms % DAY_MS
        if self._held is None or self._held[0] != day_ms:
            self._held = day_ms, self._rt.store.holdings(self._rt.identity.bot, day_ms)
        return self._held[1]

    def sources_for(self, order: Order) -> tuple[PermissionSource, ...]:
        return sources_for(self._rt, order)

    def refused(self, order: Order) -> None:
        """The next order may use its room."""
        if self._open is not None:
            self._open = tuple(one for one in self._open if one.id != order.id)
        if self._held is not None:
            self._held = self._held[0], without(self._held[1], order)

    def added(self, order: Order) -> None:
        """An approval: its gas is promised from now on; an earlier run's is counted already."""
        if order.id in {one.id for one in self.open()}:
            return
        self._open = (*self.open(), order)
        if self._held is not None:
            self._held = self._held[0], along(self._held[1], order)

    def forget(self) -> None:
        """Another run was at work on our orders: look again."""
        self._open = self._held = None
