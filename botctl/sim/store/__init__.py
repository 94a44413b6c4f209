"""A database in memory that promises what the SQL store promises; a test compares the two."""

from botctl.sim.store.corrections import Corrections
from botctl.sim.store.nonces import Nonces
from botctl.sim.store.orders import Orders
from botctl.sim.store.reorgs import Reorgs
from botctl.sim.store.signing import Signing
from botctl.sim.store.switches import Switches
from botctl.sim.store.watching import Watching


class SimStore(Orders, Nonces, Signing, Watching, Corrections, Reorgs, Switches):
    """The part of `ports.store.Store` that the simulated flows call; asking for more is an error.

    Every method is one transaction: it works out all new values first, then writes them.
    """


__all__ = ["SimStore"]
