"""preflight: look at everything once, judge it, and keep the result: live needs one that passed.

Whatever cannot be looked at becomes a value too, so that one fault does not hide the next.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol, TypeVar

from botctl.core.bundle import plain
from botctl.core.errors import BotError
from botctl.core.facts import BlockRef
from botctl.core.preflight.checks import changed_names, exit_status, judged, softened
from botctl.core.preflight.values import (
    Allowance,
    ChainSeen,
    ChannelSeen,
    ChatSeen,
    Checked,
    DiskSeen,
    DriftSeen,
    Grade,
    KeySeen,
    Limits,
    NodeSeen,
    Seen,
    Trouble,
    VenueSeen,
)
from botctl.core.units import Address
from botctl.ports.chain import Head, MarketReader, SurveyRequest
from botctl.ports.preflight import PreflightRow
from botctl.ports.runtime import Runtime
from botctl.ports.store import LedgerFilter, Store

TOKENS_MAX = 50  # the newest positions': each costs a round trip
T = TypeVar("T")


class Disk(Protocol):
    def look(self) -> DiskSeen:
        """Free room, and whether a file can be written; never raises."""


@dataclass(frozen=True, slots=True)
class Node:
    """One provider by its name."""

    name: str
    reader: MarketReader


@dataclass(frozen=True, slots=True)
class Ground:
    """All that is looked at. `rt` is a Trouble when the database does not open: then no node is
    asked either. `settings` is the canonical JSON behind the config hash.
    """

    limits: Limits
    rt: Runtime | Trouble
    key: Callable[[], Address] | None  # opens it; None when none is needed
    nodes: Sequence[Node]
    disk: Disk
    channels: Callable[[], Sequence[ChannelSeen]]
    settings: str
    now_ms: int
    chat: Callable[[bool], ChatSeen | None] = lambda _: None  # True: Telegram is asked


@dataclass(frozen=True, slots=True)
class Flags:
    """`why`: for --warn-only, kept in the journal."""

    warn_only: bool
    remote: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class PreflightReport:
    """`passed`: every check ran and none failed. `recorded`: it counts for live."""

    passed: bool
    warned_only: bool
    recorded: bool
    exit_status: int
    checks: tuple[Checked, ...]
    config_hash: str
    build_sha: str


def preflight(ground: Ground, flags: Flags) -> PreflightReport:
    found = judged(_seen(ground, remote=flags.remote), ground.limits)
    failed = any(one.grade is Grade.FAIL for one in found)
    recorded = flags.remote and not isinstance(ground.rt, Trouble)
    checks = softened(found) if flags.warn_only else found
    report = PreflightReport(
        passed=recorded and not failed,
        warned_only=flags.warn_only and failed,
        recorded=recorded,
        exit_status=exit_status(checks),
        checks=checks,
        config_hash=ground.limits.config_hash,
        build_sha=ground.limits.build_sha,
    )
    if recorded:
        assert not isinstance(ground.rt, Trouble)
        _record(ground.rt.store, ground, report, flags.why)
    return report


def _record(store: Store, ground: Ground, report: PreflightReport, why: str) -> None:
    store.remember_settings(report.config_hash, ground.settings, ground.now_ms)
    store.record_preflight(
        PreflightRow(
            at_ms=ground.now_ms,
            config_hash=report.config_hash,
            build_sha=report.build_sha,
            passed=report.passed,
            warned_only=report.warned_only,
            why=why,
            body=json.dumps(plain(report.checks)),
        )
    )


def _seen(ground: Ground, *, remote: bool) -> Seen:
    rt = ground.rt
    if isinstance(rt, Trouble):
        store, revision, started_ms, chain, drift = rt, "", None, None, None
    else:
        latest = rt.store.latest()
        store, revision = None, rt.store.schema_revision() or ""
        started_ms = latest.started_ms if latest else None
        chain = _chain(ground, rt) if remote else None
        drift = _drift(ground, rt)
    return Seen(
        now_ms=ground.now_ms,
        key=_key(ground),
        store=store,
        revision=revision,
        cycle_started_ms=started_ms,
        disk=ground.disk.look(),
        chain=chain,
        channels=tuple(ground.channels()) if chain is not None else None,
        drift=drift,
        chat=ground.chat(chain is not None),
    )


def _key(ground: Ground) -> KeySeen:
    if ground.key is None:
        return KeySeen(needed=False)
    opened = _tried(ground.key)
    if isinstance(opened, Trouble):
        return KeySeen(needed=True, trouble=opened)
    return KeySeen(needed=True, address=opened)


def _chain(ground: Ground, rt: Runtime) -> ChainSeen:
    nodes = _nodes(ground.nodes)
    head = nodes[0].head
    if head is None:
        gone = nodes[0].trouble or Trouble("", "")
        return ChainSeen(nodes, gone, gone, gone, gone)
    return ChainSeen(
        nodes=nodes,
        capabilities=_tried(lambda: rt.inspector().capabilities(head)),
        venue=_tried(lambda: _venue(rt, head)),
        balance_wei=_tried(lambda: rt.txs.wallet(rt.identity.wallet, (), head).balance_wei),
        allowances=_tried(lambda: _allowances(rt, head)),
    )


def _nodes(nodes: Sequence[Node]) -> tuple[NodeSeen, ...]:
    first = _tried(nodes[0].reader.head)
    found = [_node(nodes[0], first, agrees=None)]
    for node in nodes[1:]:
        head, agrees = _tried(node.reader.head), None
        if isinstance(first, Head) and isinstance(head, Head):
            there = _tried(partial(node.reader.is_canonical, first.block))
            agrees = None if isinstance(there, Trouble) else there
        found.append(_node(node, head, agrees=agrees))
    return tuple(found)


def _node(node: Node, head: Head | Trouble, *, agrees: bool | None) -> NodeSeen:
    if isinstance(head, Trouble):
        return NodeSeen(node.name, trouble=head)
    return NodeSeen(node.name, head.chain_id, head.block, agrees)


def _venue(rt: Runtime, at: BlockRef) -> VenueSeen:
    venue = rt.policy.venue
    request = SurveyRequest(
        (), rt.identity.wallet, venue.factory, venue.router, venue.native, rt.scan_plan.lockers
    )
    found = rt.markets.survey(request, at)
    return VenueSeen(found.factory_code_hash, found.router_code_hash)


def _allowances(rt: Runtime, at: BlockRef) -> tuple[Allowance, ...]:
    """Of every token that we ever held, the newest first: nothing else was ever approved."""
    wallet, router = rt.identity.wallet, rt.policy.venue.router
    held = {
        one.position.token: one.open
        for one in sorted(
            rt.store.positions(rt.identity.bot, only_open=False), key=lambda one: one.open
        )
    }
    return tuple(
        Allowance(token, rt.txs.allowance(wallet, router, token, at), is_open)
        for token, is_open in list(held.items())[-TOKENS_MAX:]
    )


def _drift(ground: Ground, rt: Runtime) -> DriftSeen:
    """Against what the newest bundle says it was decided under."""
    newest = next(iter(rt.store.bundles(LedgerFilter(limit=1))), None)
    if newest is None:
        return DriftSeen(None, None, None)
    document = rt.codec.to_plain(newest[1])
    header = document.get("header", {}) if isinstance(document, dict) else {}
    decided = str(header.get("config_hash", ""))
    kept = rt.store.settings_of(decided)
    changed = None
    if kept is not None:
        changed = changed_names(json.loads(kept), json.loads(ground.settings))
    return DriftSeen(decided, str(header.get("build_sha", "")), changed)


def _tried(look: Callable[[], T]) -> T | Trouble:
    try:
        return look()
    except BotError as error:
        return Trouble(str(error.code), error.say or str(error))
