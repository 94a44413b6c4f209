"""Settings -> Config: the one place where groups become what the program runs on."""

from hashlib import sha256
from pathlib import Path

import msgspec

from botctl.config.leaves import leaves
from botctl.config.settings import Settings, resolved, resolved_url
from botctl.config.values import Config, StorageValues
from botctl.core.facts import Mode
from botctl.core.plans import ScanPlan
from botctl.core.policy import Policy
from botctl.core.terms import Effect
from botctl.core.units import Address
from botctl.core.watch_plan import WatchPlan

MS = 1_000


def plain_config(settings: Settings, source: Path, notices: tuple[str, ...] = ()) -> Config:
    home = source.parent
    return Config(
        source=str(source),
        config_hash=config_hash(settings),
        told=told(settings).decode(),
        notices=notices,
        bot=settings.bot.values(),
        chain=settings.chain.values(),
        providers=settings.providers.values(),
        reconnect=settings.reconnect.values(),
        wallet=settings.wallet.values(resolved(settings.wallet.keystore, home)),
        storage=_storage(settings, home),
        log=settings.log.values(_placed(settings.log.file, home)),
        schedule=settings.schedule.values(),
        run=settings.run.values(),
        backup=settings.backup.values(),
        keys=settings.keys.values(),
        alerts=settings.alerts.values(),
        chat=settings.chat.values(),
        snapshots=settings.snapshots.values(),
        telemetry=settings.telemetry.values(),
        preflight=settings.preflight.values(),
        web=settings.web.values(),
        policy=_policy(settings),
        scan_plan=_scan_plan(settings),
        send_plan=settings.execution.send_plan(
            settings.chain.confirmations,
            settings.chain.private_blocks if settings.chain.private_url else 0,
            gate=settings.features.gate_tiers,
        ),
        enrich=settings.enrich.values(),
        gate=settings.gate.values(_placed(settings.gate.trap_code_file, home)),
        grade=settings.grade.values(),
        retention=settings.retention.values(),
        watch_plan=_watch_plan(settings),
        paper_balance_wei=settings.paper.balance_wei,
        clock_offset_ms=settings.devnet.clock_offset_ms if settings.bot.mode is Mode.DEVNET else 0,
        faults=settings.faults.values(
            resolved(settings.faults.file, home) if settings.faults.file else ""
        ),
    )


def config_hash(settings: Settings) -> str:
    """sha256 over every value that is no secret and no place: the same rules, the same hash."""
    return sha256(told(settings)).hexdigest()


def told(settings: Settings) -> bytes:
    """What the hash covers: to say later what has changed."""
    values = {
        leaf.name: leaf.plain for leaf in leaves(settings) if not leaf.secret and not leaf.place
    }
    return msgspec.json.encode(values, order="sorted")


def _placed(file: str, home: Path) -> str:
    return resolved(file, home) if file else ""


def _storage(settings: Settings, home: Path) -> StorageValues:
    storage = settings.storage
    return storage.values(
        resolved_url(storage.url, home),
        resolved(storage.state_dir, home),
        resolved(storage.bundles_dir, home),
        resolved(storage.backups_dir, home),
        resolved(storage.archive_dir, home),
    )


def _policy(settings: Settings) -> Policy:
    execution = settings.execution
    return Policy(
        strategy_version=settings.bot.strategy_version,
        select_best=execution.select_best,
        deadline_s=execution.deadline_s,
        time_bucket_s=execution.time_bucket_s,
        venue=settings.venue.values(settings.chain.chain_id),
        freshness=settings.freshness.values(),
        risk=settings.risk.values(),
        bands=tuple(band.values() for band in settings.bands),
        signals=settings.signals.values(),
        exits=settings.exits.values(),
        caps=settings.caps.values(),
        sizing=settings.sizing.values(),
        regime=settings.regime.values(),
        regimes=_effects(settings),
        calm=settings.calm.values(),
        live_probe=settings.live_probe.values(on=settings.features.live_probe),
        tiers=settings.features.gate_tiers,
        off=settings.features.off(),
    )


def _effects(settings: Settings) -> tuple[Effect, ...]:
    """Times that take nothing have no row: neither decisions nor permission then ask for them."""
    switched = settings.regimes if settings.features.regimes else ()
    return tuple(effect.values() for effect in switched)


def _scan_plan(settings: Settings) -> ScanPlan:
    scan, quotes = settings.scan, settings.venue.quotes
    return ScanPlan(
        watchlist=tuple(map(Address, scan.watchlist)),
        lockers=tuple(map(Address, scan.lockers)),
        quotes=tuple(Address(q.token) for q in quotes),
        references={
            Address(q.token): (Address(q.reference_pair), Address(q.dollar)) for q in quotes
        },
        dollars=tuple(dict.fromkeys(Address(q.dollar) for q in quotes)),
        start_block=scan.start_block,
        backfill_blocks_max=scan.backfill_blocks_max,
        window_short_blocks=_blocks(settings, scan.window_short_s),
        window_long_blocks=_blocks(settings, scan.window_long_s),
        reorg_blocks_max=scan.reorg_blocks_max,
        markets_max=scan.markets_max,
        tiers_max=scan.tiers_max if settings.features.gate_tiers else 0,
        tiers_age_max_ms=scan.tiers_age_max_ms,
        quote_age_max_ms=settings.freshness.quote_age_max_ms,
    )


def _watch_plan(settings: Settings) -> WatchPlan:
    health = settings.health.values(settings.freshness.head_age_max_ms)
    return WatchPlan(
        tier=settings.bot.tier,
        interval_ms=settings.schedule.values().interval_ms,
        daily_loss_max_wei=settings.risk.daily_loss_max_wei,
        health=health,
        circuits=settings.breakers.values(health, settings.pauses),
        channels=settings.alerts.values().channels,
        silent_ms_max=settings.alerts.silent_max_s * MS,
    )


def _blocks(settings: Settings, window_s: int) -> int:
    """Rounded up: a window never shows less than it promises."""
    return -(-window_s * MS // settings.chain.block_time_ms)
