"""snapshot: what the store knows of this moment, as parts of a file; no node is asked.

It is taken in trouble, so trouble must not prevent it: a part that cannot be read says why instead.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from botctl.core.bundle import plain
from botctl.core.errors import BotError
from botctl.core.lifecycle import OrderState
from botctl.core.orders import Attempt
from botctl.core.snapshot import Part
from botctl.flows.permit import Watch
from botctl.flows.status import health_report, status
from botctl.ports.store import LedgerFilter, Store

BUNDLES_MAX: Final = 20
ORDERS_MAX: Final = 200
ROWS_MAX: Final = 200
TRADES: Final = ("BUY", "SELL", "SKIP", "HOLD")


@dataclass(frozen=True, slots=True)
class SnapshotScene:
    """What is to be taken: of which bot, at which moment; `about` are facts that wiring knows."""

    store: Store
    watch: Watch
    mode: str
    now_ms: int
    cycle_id: str  # "": the newest
    about: Mapping[str, Mapping[str, object]]
    log: Callable[[str], tuple[str, ...]]  # the lines of one cycle


def parts(scene: SnapshotScene) -> Iterator[Part]:
    cycle_id = scene.cycle_id or _newest_cycle(scene.store)
    for name, facts in scene.about.items():
        yield Part(f"{name}.json", _json(facts))
    for name, read in _READS.items():
        yield Part(f"{name}.json", _read(partial(read, scene)))
    yield from _bundles(scene.store, cycle_id)
    yield Part("log.jsonl", "".join(f"{line}\n" for line in scene.log(cycle_id)).encode())


def _newest_cycle(store: Store) -> str:
    try:
        latest = store.latest()
    except BotError:
        return ""
    return latest.cycle_id if latest else ""


def _read(read: Callable[[], object]) -> bytes:
    try:
        return _json(read())
    except BotError as error:
        return _json({"unreadable": str(error.code), "why": error.say})


def _json(value: object) -> bytes:
    return json.dumps(plain(value), indent=1, ensure_ascii=False, default=str).encode()


def _health(scene: SnapshotScene) -> object:
    found, more = status(scene.watch, mode=scene.mode), health_report(scene.watch)
    return {
        "health": found.health,
        "permission": found.permission,
        "breakers": more.breakers,
        "pauses": more.pauses,
        "before": more.transitions,
        "cycle_age_ms": found.cycle_age_ms,
        "positions": found.positions,
        "realised_today_wei": found.realised_today_wei,
        "reasons_of_the_last_hour": found.reasons,
    }


def _providers(scene: SnapshotScene) -> object:
    """As the newest cycle saw them: which one answered, how many agreed, how old its head was."""
    latest = scene.store.latest()
    if latest is None:
        return {}
    world = json.loads(latest.world)
    told = ("chain_id", "block", "provider", "sources_configured", "sources_agreeing")
    return {
        **{name: world.get(name) for name in told},
        "fetched_age_ms": scene.now_ms - int(world.get("fetched_at_ms", scene.now_ms)),
        "scan_ms": latest.scan_ms,
        "round_trips": latest.round_trips,
    }


def _orders(scene: SnapshotScene) -> object:
    """Signed bytes stay out: whoever has them can send them."""
    found = scene.store.open()[:ORDERS_MAX]
    attempts = scene.store.attempts_of([order.id for order in found])
    return [
        {
            "order": order,
            "attempts": [_unsigned(attempt) for attempt in attempts.get(order.id, ())],
            "timeline": scene.store.timeline(order.id),
        }
        for order in found
    ]


def _unsigned(attempt: Attempt) -> object:
    facts = plain(attempt)
    assert isinstance(facts, dict)
    return {**facts, "raw": f"{len(attempt.raw)} bytes"}


def _queues(scene: SnapshotScene) -> object:
    open_orders, latest = scene.store.open(), scene.store.latest()
    return {
        "open_orders": {
            state: sum(order.state is state for order in open_orders) for state in OrderState
        },
        "cycle_undecided": latest is not None and latest.decided_ms is None,
        "channels": scene.store.channels(),
    }


_READS: Final[Mapping[str, Callable[[SnapshotScene], object]]] = {
    "health": _health,
    "providers": _providers,
    "orders": _orders,
    "queues": _queues,
    "alerts": lambda s: s.store.alerts()[:ROWS_MAX],
    "jobs": lambda s: s.store.jobs(ROWS_MAX),
    "counters": lambda s: s.store.counters().values,
    "preflight": lambda s: s.store.latest_preflight(),
    "ledger": lambda s: list(s.store.rows(LedgerFilter(cycle_id=s.cycle_id, limit=ROWS_MAX))),
}


def _bundles(store: Store, cycle_id: str) -> Iterator[Part]:
    """Of what was traded or nearly; when there is none, of whatever was decided last."""
    try:
        found = list(
            store.bundles(LedgerFilter(cycle_id=cycle_id, kinds=TRADES, limit=BUNDLES_MAX))
        ) or list(store.bundles(LedgerFilter(cycle_id=cycle_id, limit=BUNDLES_MAX)))
    except BotError as error:
        yield Part("bundles/unreadable.json", _json({"unreadable": str(error.code)}))
        return
    for bundle_id, body in found:
        yield Part(f"bundles/{bundle_id}.json", body)
