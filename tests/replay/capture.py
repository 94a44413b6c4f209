"""Make the replay corpus anew: demo runs under many settings, one bundle of every kind and reason.

`python -m tests.replay.capture` writes `tests/replay/bundles/`. Needed only when the rule version or
the bundle's schema is raised: a corpus that is made anew proves nothing about the past.
"""

import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from botctl.adapters.files import DiskBundleFolder
from botctl.config.environment import environment
from botctl.core.permission import Level, PermissionSource, SourceKind
from botctl.core.reasons import Reason
from botctl.core.units import BundleId
from botctl.flows.cycle import cycle
from botctl.flows.decide import decide
from botctl.flows.scan import scan
from botctl.ports.store import LedgerFilter
from botctl.wiring.stage import DevnetStage, StagePlan
from tests.support.staged import runtime_on

FOLDER = Path(__file__).parent / "bundles"
OF_EACH = 3  # bundles kept of each kind and reason


@dataclass(frozen=True, slots=True)
class Scene:
    """One run: `settings` as environment variables of botctl, `source` latched before it."""

    name: str
    cycles: int = 1
    settings: Mapping[str, str] = field(default_factory=dict)
    source: PermissionSource | None = None
    execute: bool = True
    late_ms: int = 0  # how much later than the scan the decision is made


def _source(kind: SourceKind, level: Level) -> PermissionSource:
    return PermissionSource(kind, level, f"captured {kind}", "capture", 0)


SCENES = (
    Scene("usual", cycles=14),
    Scene("patient", cycles=8, settings={"EXITS__TAKE_PROFIT_BPS": "20000"}),
    Scene("profit", cycles=4, settings={"EXITS__TAKE_PROFIT_BPS": "1"}),
    Scene("loss", cycles=4, settings={"EXITS__STOP_LOSS_BPS": "1"}),
    Scene(
        "time",
        cycles=5,
        settings={
            "EXITS__HOLD_MAX_S": "60",
            "EXITS__STOP_LOSS_BPS": "9000",
            "EXITS__TAKE_PROFIT_BPS": "20000",
            "EXITS__TRAILING_START_BPS": "20000",
        },
    ),
    Scene(
        "trailing",
        cycles=12,
        settings={
            "EXITS__TRAILING_START_BPS": "1",
            "EXITS__TRAILING_DROP_BPS": "1",
            "EXITS__STOP_LOSS_BPS": "9000",
            "EXITS__TAKE_PROFIT_BPS": "20000",
        },
    ),
    Scene(
        "rug",
        cycles=12,
        settings={
            "EXITS__STOP_LOSS_BPS": "9999",
            "EXITS__TAKE_PROFIT_BPS": "20000",
            "EXITS__TRAILING_START_BPS": "20000",
            "SIGNALS__SCORE_MIN": "50",
            "SIGNALS__PASSES_MIN": "6",
            "EXECUTION__SELECT_BEST": "20",
            "RISK__POSITIONS_MAX": "20",
            "RISK__EXPOSURE_MAX_WEI": "8 ether",
        },
    ),
    Scene("skittish", cycles=5, settings={"EXITS__EMERGENCY_LIQUIDITY_DROP_BPS": "1"}),
    Scene("soft kill", source=_source(SourceKind.KILL, Level.EXITS_ONLY)),
    Scene("hard kill", source=_source(SourceKind.KILL, Level.HALT_ALL)),
    Scene("breaker", source=_source(SourceKind.CIRCUIT, Level.EXITS_ONLY)),
    Scene("unwell", source=_source(SourceKind.HEALTH, Level.EXITS_ONLY)),
    Scene("paused", source=_source(SourceKind.PAUSE, Level.EXITS_ONLY)),
    Scene("stale head", settings={"FRESHNESS__HEAD_AGE_MAX_MS": "1"}),
    Scene("late decision", late_ms=45_000, settings={"FRESHNESS__QUOTE_AGE_MAX_MS": "1000"}),
    Scene("lonely source", settings={"CHAIN__URLS": '["{url}", "http://127.0.0.1:9"]'}),
    Scene("another key", settings={"WALLET__ADDRESS": "0x" + "ab" * 20}),
    Scene("another pair code", settings={"VENUE__PAIR_CODE_HASH": "0x" + "ab" * 32}),
    Scene(
        "tight impact",
        settings={
            "BANDS": '[{"liquidity_usd_min":0,"slippage_bps":100,"cost_max_bps":2000,"impact_max_bps":1}]'
        },
    ),
    Scene(
        "tight cost",
        settings={
            "BANDS": '[{"liquidity_usd_min":0,"slippage_bps":100,"cost_max_bps":101,"impact_max_bps":5000}]'
        },
    ),
    Scene("few positions", cycles=2, settings={"RISK__POSITIONS_MAX": "1"}),
    Scene("poor", settings={"RISK__BALANCE_BUFFER_WEI": "9.9 ether"}),
    Scene("dear gas", settings={"RISK__FEE_MAX_WEI": "1 wei"}),
    Scene("unsent orders", cycles=2, execute=False),
    Scene("high bar", settings={"SIGNALS__SCORE_MIN": "99", "SIGNALS__PASSES_MIN": "13"}),
    Scene("one place", settings={"EXECUTION__SELECT_BEST": "1"}),
    Scene("nervous", cycles=3, settings={"CALM__FLICKER_BPS": "1"}),
    Scene("live probe", cycles=5, settings={"LIVE_PROBE__ON": "true"}),
    Scene("canary", cycles=3, settings={"SIZING__CANARY": "true"}),
)


def captured(scene: Scene, folder: Path) -> Iterator[tuple[str, str, BundleId, bytes]]:
    """(kind, reason, id, body) of everything that the scene decided."""
    with DevnetStage(StagePlan(folder, seed=7), environment()) as stage:
        for _ in range(scene.cycles):
            stage.step()
            _play(scene, stage)
        for row in stage.store.rows(LedgerFilter(limit=None)):
            body = stage.store.bundle(row.bundle_id)
            assert body is not None
            yield row.kind, row.reason, row.bundle_id, body


def _play(scene: Scene, stage: DevnetStage) -> None:
    with runtime_on(stage, scene.settings) as rt:
        if scene.source is not None:
            rt.store.set_source(scene.source)
        if scene.execute and not scene.late_ms:
            cycle(rt)
            return
        scan(rt)
    with runtime_on(stage, scene.settings, late_ms=scene.late_ms) as rt:
        decide(rt)


def _replace_corpus(kept: Mapping[BundleId, bytes]) -> None:
    for old in FOLDER.glob("*.json"):
        old.unlink()
    folder = DiskBundleFolder(FOLDER)
    for bundle_id, body in kept.items():
        folder.write(bundle_id, body)


def main() -> int:
    seen: Counter[tuple[str, str]] = Counter()
    kept: dict[BundleId, bytes] = {}
    for scene in SCENES:
        with TemporaryDirectory() as place:
            for kind, reason, bundle_id, body in captured(scene, Path(place) / "stage"):
                if seen[kind, reason] < OF_EACH:
                    kept[bundle_id] = body
                    seen[kind, reason] += 1
    _replace_corpus(kept)  # not before all scenes are played: one that fails leaves it as it was
    for (kind, reason), count in sorted(seen.items()):
        sys.stdout.write(f"{kind:5} {reason:24} {count}\n")
    missing = sorted({r for r in Reason if not r.startswith("SIG_")} - {r for _, r in seen})
    sys.stdout.write(f"{sum(seen.values())} bundles; not reached: {', '.join(missing)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
