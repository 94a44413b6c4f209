"""Markets, latched permission sources and counters."""

from botctl.core.facts import Market
from botctl.core.permission import Level, PermissionSource
from botctl.ports.store import Counters
from botctl.sim.store.part import Part


class Switches(Part):
    def markets(self) -> tuple[Market, ...]:
        return self._t.markets

    def sources(self) -> tuple[PermissionSource, ...]:
        latched = self._t.sources.values()
        return tuple(sorted(latched, key=lambda source: (-source.level, source.kind)))

    def set_source(self, source: PermissionSource) -> None:
        if source.level is Level.ALLOW_ALL:
            self._t.sources.pop(source.kind, None)
        else:
            self._t.sources[source.kind] = source
        self._t.history.add("source", source.kind, source.level.name, source.who)

    def count(self, name: str, by: int = 1) -> None:
        self._t.counters[name] = self._t.counters.get(name, 0) + by

    def counters(self) -> Counters:
        return Counters(dict(sorted(self._t.counters.items())))
