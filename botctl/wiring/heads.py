"""The listener on `chain.ws_urls`; None where there is nothing to listen to, or nobody to wake."""

import random

from botctl.config.values import Config
from botctl.core.reconnect import ReconnectPolicy
from botctl.core.wake import Wake
from botctl.ports.heads import HeadListener


def listener(config: Config) -> HeadListener | None:
    if not config.chain.ws_urls or config.schedule.wake is Wake.OFF:
        return None
    from botctl.adapters.evm.heads import HeadsPlan, HeadsSocket  # noqa: PLC0415  90 ms

    own = config.reconnect
    policy = ReconnectPolicy(
        base_ms=own.base_ms,
        max_ms=own.max_ms,
        multiplier_percent=own.multiplier_percent,
        jitter_bps=own.jitter_bps,
        attempts_max=own.attempts_max,
        reset_ms=own.reset_ms,
        pause_ms=own.pause_ms,
    )
    plan = HeadsPlan(
        urls=config.chain.ws_urls,
        chain_id=config.chain.chain_id,
        factory=config.policy.venue.factory,
        timeout_ms=config.chain.timeout_ms,
        reconnect=policy,
    )
    return HeadsSocket(plan, chance=random.random)
