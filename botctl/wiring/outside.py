"""What the operator adds to the gate: services that judge tokens, and known traps. Loaded on demand."""

from pathlib import Path
from typing import TYPE_CHECKING

from botctl.adapters.clock import SystemClock
from botctl.config.values import Config, SourceValues
from botctl.wiring.faults import faulty_source

if TYPE_CHECKING:
    from botctl.adapters.enrich.services import Services
    from botctl.adapters.enrich.source import Source
    from botctl.core.sellability.rules import GateRules
    from botctl.ports.enrich import Enrichment

MS = 1_000


class Outside:
    """Called, it is the one Enrichment of this run; made when it is first called."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._services: Services | None = None

    def __call__(self) -> "Enrichment":
        if not self._config.enrich.sources:
            from botctl.ports.enrich import NoEnrichment  # noqa: PLC0415  with the gate alone

            return NoEnrichment()
        if self._services is None:
            self._services = _services(self._config)
        return self._services

    def close(self) -> None:
        if self._services is not None:
            self._services.close()


def _services(config: Config) -> "Services":
    from botctl.adapters.enrich.services import Bounds, Services  # noqa: PLC0415  when configured

    enrich = config.enrich
    return Services(
        [faulty_source(config, _source(each, enrich.deadline_ms)) for each in enrich.sources],
        Bounds(enrich.deadline_ms, enrich.tokens_max, enrich.cache_s * MS),
        now_ms=SystemClock(config.clock_offset_ms).now_ms,
    )


def _source(values: SourceValues, timeout_ms: int) -> "Source":
    from botctl.adapters.enrich.explorer import Explorer  # noqa: PLC0415  the same
    from botctl.adapters.enrich.goplus import GoPlus  # noqa: PLC0415
    from botctl.adapters.enrich.honeypot_is import HoneypotIs  # noqa: PLC0415

    made = {each.name: each for each in (GoPlus, HoneypotIs, Explorer)}[values.kind]
    return made(values.url, values.key, timeout_ms=timeout_ms)


def gate_rules(config: Config) -> "GateRules":
    """A list of traps that cannot be read is told in the rules: it stops entries, and no exit."""
    from botctl.adapters.trap_list import LISTED, TrapList, trap_list  # noqa: PLC0415  as the gate
    from botctl.core.sellability.codes import SellCode  # noqa: PLC0415
    from botctl.core.sellability.opinion import REFUSED, OpinionCaps  # noqa: PLC0415
    from botctl.core.sellability.rules import GateRules  # noqa: PLC0415

    gate, enrich, risk = config.gate, config.enrich, config.policy.risk
    listed = trap_list(Path(gate.trap_code_file)) if gate.trap_code_file else TrapList({})
    return GateRules(
        caps=OpinionCaps(
            buy_tax_bps=risk.buy_tax_max_bps,
            sell_tax_bps=risk.sell_tax_max_bps,
            holder_bps=enrich.holder_max_bps,
            lp_unlocked_bps=enrich.lp_unlocked_max_bps,
            refused=REFUSED - set(map(SellCode, enrich.only_warn))
            | set(map(SellCode, enrich.also_refuse)),
            silent_refuses=enrich.silent_refuses,
        ),
        traps={**dict.fromkeys(gate.trap_code_hashes, LISTED), **listed.known},
        traps_unread=listed.unread,
    )
