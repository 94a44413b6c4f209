"""The whole store: every part over one database."""

from botctl.adapters.store.alerts import Alerts
from botctl.adapters.store.archived import OpenArchive, no_archive
from botctl.adapters.store.chat import Chat
from botctl.adapters.store.commit import Commit
from botctl.adapters.store.corrections import Corrections
from botctl.adapters.store.cycles import Cycles
from botctl.adapters.store.database import open_database
from botctl.adapters.store.engine import BUSY_MS
from botctl.adapters.store.equity import Equity
from botctl.adapters.store.followups import Followups
from botctl.adapters.store.leases import Leases
from botctl.adapters.store.ledger import Ledger
from botctl.adapters.store.markets import Markets
from botctl.adapters.store.orders import Orders
from botctl.adapters.store.part import Scope
from botctl.adapters.store.positions import Positions
from botctl.adapters.store.preflights import Preflights
from botctl.adapters.store.providers import Providers
from botctl.adapters.store.reorgs import Reorgs
from botctl.adapters.store.revision import create_or_check
from botctl.adapters.store.service import ServicePart
from botctl.adapters.store.settling import Settling
from botctl.adapters.store.signing import Signing
from botctl.adapters.store.standing import StandingPart
from botctl.adapters.store.state import State
from botctl.adapters.store.telemetry import Telemetry
from botctl.adapters.store.wallets import Wallets
from botctl.adapters.store.watching import Watching
from botctl.adapters.store.web import Web
from botctl.core.units import Address
from botctl.ports.clock import Ids
from botctl.ports.store import Store


class SqlStore(
    Markets,
    Chat,
    Cycles,
    Commit,
    Equity,
    Followups,
    Ledger,
    Leases,
    Orders,
    Signing,
    Settling,
    Positions,
    Corrections,
    Reorgs,
    Wallets,
    State,
    StandingPart,
    Providers,
    ServicePart,
    Watching,
    Alerts,
    Preflights,
    Web,
    Telemetry,
):
    """`ports.store.Store` in one object."""


def open_store(  # noqa: PLR0913  what a store is told, each by its name
    url: str,
    *,
    chain_id: int,
    factory: Address,
    bot: str,
    ids: Ids,
    busy_ms: int = BUSY_MS,
    archive: OpenArchive = no_archive,
) -> Store:
    """An empty database is created; one of another schema is refused."""
    database = open_database(url, busy_ms=busy_ms)
    try:
        create_or_check(database)
    except BaseException:
        database.close()
        raise
    return SqlStore(database, Scope(bot, chain_id, factory), ids, archive)
