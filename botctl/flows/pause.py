"""pause, resume: a person lets entries rest, everywhere or in one market."""

from botctl.core.codes import Code
from botctl.core.errors import UsageError
from botctl.core.pauses import EVERYWHERE, Pause
from botctl.core.permission import Level
from botctl.ports.store import Store


def pause_scope(store: Store, name: str) -> str:
    """The pair's address; EVERYWHERE for "". Raises ERR_NOT_FOUND, or ERR_USAGE for an unclear name."""
    if not name:
        return EVERYWHERE
    wanted = name.lower()
    found = sorted(
        {m.pair for m in store.markets() if wanted in {m.pair.lower(), (m.symbol or "").lower()}}
    )
    if not found:
        raise UsageError(Code.ERR_NOT_FOUND, f"no market is called {name}", market=name)
    if len(found) > 1:
        say = f"{len(found)} markets claim the name {name}: give the pair's address"
        raise UsageError(Code.ERR_USAGE, say, market=name, first=found[0])
    return found[0]


def pause(  # noqa: PLR0913  the parts of a pause
    store: Store, scope: str, for_ms: int, *, reason: str, who: str, now_ms: int, level: Level
) -> Pause:
    """A person's word replaces what was set before, longer or shorter."""
    made = Pause(scope, now_ms + for_ms, reason, who, now_ms, level)
    store.set_pause(made)
    return made


def resume(store: Store, scope: str, *, reason: str, who: str, now_ms: int) -> Pause:
    """Kept as a pause that is over, so that what came before it pauses nothing again."""
    over = Pause(scope, now_ms, reason, who, now_ms)
    store.set_pause(over)
    return over
