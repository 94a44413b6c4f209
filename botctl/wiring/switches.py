"""`[features]` read again while the bot runs: switched without a restart, and nothing else is."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import msgspec

from botctl.config.load import load
from botctl.config.values import Config
from botctl.core.errors import OperatorError
from botctl.core.features import Feature
from botctl.ports.runtime import Runtime
from botctl.wiring.setup import Setup

GROUP = "features."


class Switching:
    """Called before each cycle: the runtime as it started, under the features of now."""

    def __init__(self, setup: Setup, rt: Runtime) -> None:
        self._setup, self._started = setup, rt
        self._now, self._trouble = rt, ""

    def __call__(self) -> Runtime:
        """Settings that cannot be read now (someone is editing) leave everything as it was."""
        try:
            fresh = load(Path(self._setup.config.source), self._setup.env)
        except OperatorError as error:
            if self._trouble != error.code:  # once, not every minute
                self._setup.log.warning("features stay as they are", code=error.code, say=error.say)
            self._trouble = error.code
            return self._now
        self._trouble = ""
        if fresh.policy.off != self._now.policy.off:
            self._switch(fresh)
        return self._now

    def _switch(self, fresh: Config) -> None:
        was, now = set(self._now.policy.off), set(fresh.policy.off)
        self._now = runtime_under(self._started, self._setup.config, fresh)
        on, off = sorted(was - now), sorted(now - was)
        facts = {"config_hash": self._now.identity.config_hash[:16]}
        self._setup.log.warning("features switched", on=", ".join(on), off=", ".join(off), **facts)


def runtime_under(started: Runtime, config: Config, fresh: Config) -> Runtime:
    """`started` ran under `config`; of `fresh` the features alone are taken, with what hangs on them."""
    policy, new = started.policy, fresh.policy
    flipped = set(config.policy.off) ^ set(new.off)
    return replace(
        started,
        identity=replace(started.identity, config_hash=_hash(config, fresh)),
        policy=replace(
            policy,
            off=new.off,
            tiers=new.tiers,
            live_probe=replace(policy.live_probe, on=new.live_probe.on),
            regimes=new.regimes if Feature.REGIMES in flipped else policy.regimes,
        ),
        scan_plan=replace(
            started.scan_plan,
            tiers_max=fresh.scan_plan.tiers_max
            if Feature.GATE_TIERS in flipped
            else started.scan_plan.tiers_max,
        ),
        send_plan=replace(started.send_plan, gate=fresh.send_plan.gate),
    )


def _hash(config: Config, fresh: Config) -> str:
    """Of the settings as they hold now: where only features were edited it is that of the file."""
    told = _told(config) | {k: v for k, v in _told(fresh).items() if k.startswith(GROUP)}
    return sha256(msgspec.json.encode(told, order="sorted")).hexdigest()


def _told(config: Config) -> dict[str, object]:
    return msgspec.json.decode(config.told, type=dict[str, object])
