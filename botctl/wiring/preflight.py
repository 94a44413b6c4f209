"""The ground a preflight stands on, from settings; a database that does not open is part of it."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from botctl.adapters.disk import Folders
from botctl.config.build import build_sha
from botctl.config.live import require_live_allowed
from botctl.config.values import Config
from botctl.core.errors import BotError
from botctl.core.facts import Mode
from botctl.core.preflight.values import ChannelSeen, Limits, Trouble
from botctl.core.units import Address
from botctl.flows.alert_test import alert_test
from botctl.flows.preflight import Flags, Ground, Node, PreflightReport, preflight
from botctl.ports.runtime import Runtime
from botctl.wiring import clock_of, open_books
from botctl.wiring.alerts import alert_desk
from botctl.wiring.chat import chat_seen
from botctl.wiring.runtime import connected, node_readers
from botctl.wiring.setup import Setup
from botctl.wiring.venues import open_key

MB: Final = 1_000_000


def run_preflight(setup: Setup, flags: Flags, *, live_switch: bool) -> PreflightReport:
    config = setup.config
    with ExitStack() as opened:
        rt = _runtime(setup, opened)
        readers = opened.enter_context(node_readers(config))
        ground = Ground(
            limits=_limits(config),
            rt=rt,
            key=_key(setup, live_switch=live_switch),
            nodes=[Node(name, reader) for name, reader in readers],
            disk=Folders([Path(config.storage.state_dir), Path(config.storage.backups_dir)]),
            channels=lambda: _channels(setup, rt),
            settings=config.told,
            now_ms=clock_of(config).now_ms(),
            chat=lambda ask: chat_seen(config, ask=ask),
        )
        report = preflight(ground, flags)
    setup.log.info(
        "preflight done", passed=report.passed, warned_only=report.warned_only, why=flags.why
    )
    return report


def flags_of(setup: Setup, *, warn_only: bool, skip: bool, force: bool, why: str) -> Flags:
    """The command line adds to the settings; forcing outranks skipping."""
    told = setup.config.preflight
    forced, skipped = force or told.force_remote, skip or told.skip_remote
    return Flags(
        warn_only=warn_only or told.warn_only,
        remote=forced or not skipped,
        why=why or ("preflight.warn_only is set" if told.warn_only else ""),
    )


def _runtime(setup: Setup, opened: ExitStack) -> Runtime | Trouble:
    try:
        store = opened.enter_context(open_books(setup.config))
        return opened.enter_context(connected(setup.config, setup.env, setup.log, store))
    except BotError as error:
        return Trouble(str(error.code), error.say)


def _key(setup: Setup, *, live_switch: bool) -> Callable[[], Address] | None:
    if setup.config.bot.mode is Mode.PAPER:
        return None

    def opened() -> Address:
        require_live_allowed(setup.config, switch=live_switch)
        return open_key(setup.config, setup.env).address

    return opened


def _channels(setup: Setup, rt: Runtime | Trouble) -> tuple[ChannelSeen, ...]:
    """A real message: nothing else proves that it would arrive."""
    if isinstance(rt, Trouble):
        return ()
    desk = alert_desk(setup, rt.store, rt.clock)
    return tuple(
        ChannelSeen(heard.channel, heard.ok, heard.said)
        for heard in alert_test(desk, "botctl preflight")
    )


def _limits(config: Config) -> Limits:
    policy, risk = config.policy, config.policy.risk
    return Limits(
        mode=config.bot.mode,
        wallet=config.wallet.address,
        chain_id=config.chain.chain_id,
        factory_code_hash=policy.venue.factory_code_hash,
        router_code_hash=policy.venue.router_code_hash,
        head_age_ms_max=policy.freshness.head_age_max_ms,
        ahead_ms_max=policy.freshness.ahead_max_ms,
        balance_buffer_wei=risk.balance_buffer_wei,
        trade_wei=risk.trade_wei,
        trade_min_wei=risk.trade_min_wei,
        gate=config.send_plan.gate,
        gate_unproven=config.send_plan.gate_unproven,
        disk_free_min=config.preflight.disk_free_min_mb * MB,
        config_hash=config.config_hash,
        build_sha=build_sha(),
        has_deadman=bool(config.alerts.deadman_url),
    )
