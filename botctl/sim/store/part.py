"""What every part of the simulated store shares."""

from botctl.sim.store.tables import Tables


class Part:
    """One port's methods; the store is all parts over the same tables."""

    def __init__(self, tables: Tables) -> None:
        self._t = tables
