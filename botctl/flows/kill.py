"""kill: the operator's latched switch; soft leaves exits, hard leaves nothing."""

from dataclasses import dataclass

from botctl.core.flattening import flatten_order
from botctl.core.permission import (
    Level,
    Permission,
    PermissionSource,
    SourceKind,
    worst,
)
from botctl.flows.permit import Watch, look


@dataclass(frozen=True, slots=True)
class Scope:
    """Whom a switch is about, and what is at stake while it stands (LESSONS 13)."""

    bot: str
    location: str
    level: Level  # as it stands
    positions: int
    open_orders: int

    def told(self) -> str:
        held = f"{self.positions} positions and {self.open_orders} open orders"
        return f"bot {self.bot} in {self.location}, with {held}"


@dataclass(frozen=True, slots=True)
class KillReport:
    was: Level
    level: Level
    who: str
    why: str
    scope: Scope
    consequence: str
    permission: Permission  # what holds now, other restrictions included


CONSEQUENCE = {
    Level.ALLOW_ALL: "entries are decided and signed again, with the next cycle, unless something"
    " else restricts them; what is held is sold by its rules",
    Level.EXITS_ONLY: "no entry is signed; orders that are out are followed, entries among them are"
    " canceled; what is held is sold by its rules",
    Level.HALT_ALL: "nothing is signed, not even exits: what is held stays held at any price; what is"
    " out already may still mine, and is followed",
}

FLATTENS = (
    "all that the wallet holds in known markets is sold, at the slippage of an emergency, what the bot did"
    " not buy too; nothing else is signed, and it stays halted afterwards"
)


def kill_scope(watch: Watch) -> Scope:
    store = watch.store
    return Scope(
        watch.bot,
        store.location(),
        worst(store.sources(), SourceKind.KILL),
        len(store.positions(watch.bot, only_open=True)),
        len(store.open()),
    )


def set_kill(
    watch: Watch, level: Level, *, who: str, why: str, flatten: bool = False
) -> KillReport:
    """ALLOW_ALL lifts the switch; setting what is set already only renews who and why.

    `flatten` comes with a hard halt. Any later word of a person that does not repeat it ends it.
    """
    assert not flatten or level is Level.HALT_ALL
    scope, now_ms = kill_scope(watch), watch.clock.now_ms()
    watch.store.set_source(PermissionSource(SourceKind.KILL, level, why, who, now_ms))
    standing = flatten_order(watch.store.sources())
    if flatten or standing is not None:
        order = Level.HALT_ALL if flatten else Level.ALLOW_ALL
        source = PermissionSource(SourceKind.FLATTEN, order, "flattening", who, now_ms)
        watch.store.set_source(source)
    may = look(watch).permission
    consequence = FLATTENS if flatten else CONSEQUENCE[level]
    return KillReport(scope.level, level, who, why, scope, consequence, may)
