"""Provider states by chain and name: one row each, replaced by every command that asked the chain."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import sqlalchemy as sa

from botctl.adapters.store import schema, spans
from botctl.adapters.store.part import Part
from botctl.adapters.store.rows import names
from botctl.adapters.store.statements import upsert
from botctl.core.providers import ProviderState

_P = schema.providers.c
_SELECT: Final = sa.select(*(_P[name] for name in names(ProviderState)))
_KEEP: Final = upsert(schema.providers)
_LISTS: Final = ("errors", "recent")


class Providers(Part):
    """Implements `ports.providers.ProviderStore`."""

    def providers(self) -> Mapping[str, ProviderState]:
        query = _SELECT.where(_P.chain_id == self._scope.chain_id)
        with self._db.reading() as db:
            rows = [ProviderState(*row) for row in db.execute(query)]
        return {row.name: _unpacked(row) for row in rows}

    def keep_providers(self, states: Sequence[ProviderState], now_ms: int) -> None:
        with self._db.writing() as db:
            for state in states:
                own = {name: getattr(state, name) for name in names(ProviderState)}
                told = {name: _packed(own[name]) for name in _LISTS}
                scope = {"chain_id": self._scope.chain_id, "updated_ms": now_ms}
                db.execute(_KEEP, own | told | scope)
            spans.add(db, self._scope, self._carried)
        self._carried.clear()


def _packed(values: Sequence[object]) -> str:
    """Words with blanks between: `12 15 -1`, or `ERR_RPC_TIMEOUT=3 …`."""
    return " ".join(f"{v[0]}={v[1]}" if isinstance(v, tuple) else str(v) for v in values)


def _unpacked(row: ProviderState) -> ProviderState:
    """Of what the columns hold as text."""
    errors = (word.partition("=") for word in str(row.errors).split())
    return replace(
        row,
        errors=tuple((code, int(count)) for code, _, count in errors),
        recent=tuple(int(word) for word in str(row.recent).split()),
    )
