"""The switch from afar: asked with its scope and consequence, done only as it was asked."""

from botctl.chat.confirm import Asking
from botctl.chat.markup import bold, sentence
from botctl.core.flattening import flatten_order
from botctl.core.permission import Level, PermissionSource, SourceKind
from botctl.flows.kill import CONSEQUENCE, KillReport, kill_scope, set_kill
from botctl.flows.permit import Watch
from botctl.ports.store import Store
from botctl.wiring.books import watch_of_books
from botctl.wiring.setup import Books

NO_REASON = "no reason given"


def standing(store: Store) -> PermissionSource | None:
    return next((s for s in store.sources() if s.kind is SourceKind.KILL), None)


def question(watch: Watch, asking: Asking, confirm_ms: int) -> list[str]:
    """The words of the command line: which bot, what is at stake, what happens then."""
    scope = kill_scope(watch)
    lines = [
        f"{bold(asking.command)} sets the kill switch {scope.level.name} -> {asking.level.name}",
        f"for: {sentence(scope.told())}",
        f"that means: {sentence(CONSEQUENCE[asking.level])}",
        f"why: {sentence(asking.why)}",
    ]
    if asking.stood is not None:
        set_by = f"{asking.stood.who}: {asking.stood.reason}"
        lines.append(f"it stands at {scope.level.name}, set by {sentence(set_by)}")
    if asking.level < scope.level:
        lines.append(bold("This allows more than holds now."))
    if flatten_order(watch.store.sources()) is not None:
        lines.append(bold("A flatten was ordered: this ends it."))
    return [*lines, f"Confirm within {confirm_ms // 1_000} s."]


def switched(books: Books, asking: Asking, who: str) -> KillReport | str:
    """A text: why nothing was done. What allows more is done only to the switch that was shown."""
    watch = watch_of_books(books)
    now = standing(watch.store)
    level = Level.ALLOW_ALL if now is None else now.level
    if asking.level < level and now != asking.stood:
        return "the switch was set anew meanwhile: nothing was done; look at /status and ask again"
    report = set_kill(watch, asking.level, who=who, why=asking.why)
    books.log.warning("kill switch set", allows=asking.level.name, who=who, why=asking.why)
    return report
