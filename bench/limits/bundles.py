"""Replaying a bundle at its least: its hash, msgspec structs, and 22 exact integer checks.

The same stored bytes as botctl replays. The structs are made from the shapes of botctl's own classes,
so both sides decode the same fields, and this side without enums and without a decision.
"""

import sqlite3
from dataclasses import is_dataclass
from enum import Enum
from functools import cache
from hashlib import sha256
from types import UnionType
from typing import Final, Union, cast, get_args, get_origin, get_type_hints

import msgspec

from botctl.core.bundle import Bundle

BPS: Final = 10_000
FEE: Final = (997, 1_000)
MICRO_UNIT: Final = 10**18 * 10**6


@cache
def struct_of(kind: type) -> type[msgspec.Struct]:
    """The same fields without our classes."""
    hints = {name: _shape(hint) for name, hint in get_type_hints(kind).items()}
    return msgspec.defstruct(kind.__name__, list(hints.items()), gc=False)


def _shape(hint: object) -> object:
    hint = getattr(hint, "__supertype__", hint)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return int if issubclass(hint, int) else str
    if is_dataclass(hint) and isinstance(hint, type):
        return struct_of(hint)
    inner = tuple(_shape(one) for one in get_args(hint))
    match get_origin(hint):
        case origin if origin is tuple:
            return tuple.__class_getitem__(inner)
        case origin if origin in {Union, UnionType}:
            return Union.__getitem__(inner)
        case _:
            return hint


DECODER: Final = cast(
    "msgspec.json.Decoder[Bundle]", msgspec.json.Decoder(struct_of(Bundle), strict=False)
)


def replayed(file: str) -> int:
    """Every stored bundle of a SQLite database, read in one go; how many there were."""
    total = 0
    with sqlite3.connect(file) as db:
        for bundle_id, body in db.execute("SELECT id, body FROM bundles"):
            prove(bundle_id, body)
            total += 1
    db.close()
    return total


def prove(bundle_id: str, body: bytes) -> None:
    """Raises ValueError when the content is not what the id names, or a check fails."""
    if sha256(body).hexdigest() != bundle_id:
        raise ValueError("another hash")
    if broken := failures(DECODER.decode(body)):
        raise ValueError(f"{broken} checks fail")


def failures(bundle: Bundle) -> int:  # noqa: PLR0915
    """Flat on purpose: 22 comparisons of exact integers, and their count of failures."""
    world, seen, decision = bundle.inputs.world, bundle.inputs.detection, bundle.decision
    facts, probe, quote, m = seen.facts, seen.probe, decision.quote, decision.measures
    token, paid = facts.reserve_token or 0, facts.reserve_quote or 0
    bad = int(seen.provenance.block != world.block.number)
    bad += (facts.pair_token_balance or 0) < token
    bad += (facts.pair_quote_balance or 0) < paid
    bad += world.sources_agreeing > world.sources_configured
    bad += sum(check.ok is True for check in decision.signals) != decision.passes
    bad += m.age_s != world.block.timestamp_s - (seen.market.created_s or 0)
    bad += m.lp_locked_bps != (facts.lp_locked or 0) * BPS // (facts.lp_supply or 1)
    price = world.prices[0].usd_micro or 0
    bad += m.liquidity_usd != 2 * paid * price // MICRO_UNIT
    bad += m.fdv_usd != (facts.token_supply or 0) * paid // token * price // MICRO_UNIT
    if probe is not None:
        fee, unit = FEE
        given = probe.amount_in * fee
        out = given * token // (paid * unit + given)
        bad += out != probe.expected_out
        bad += (paid + probe.amount_in) * (token - out) < paid * token
        bad += probe.received > probe.expected_out
        bad += probe.sent_to_pair > probe.received
        bad += probe.arrived > probe.sent_to_pair
        bad += probe.back > probe.expected_back
        bad += probe.back >= probe.amount_in
        bad += m.buy_tax_bps != -(-(out - probe.received) * BPS // out)
    if quote is not None:
        bad += quote.min_out != quote.expected_out * (BPS - quote.slippage_bps) // BPS
        bad += quote.impact_bps < quote.amount_in * BPS // (paid + quote.amount_in)
        bad += quote.fee_max_wei != 2 * world.block.base_fee_wei + world.priority_fee_wei
        bad += quote.gas_limit < (probe.buy_gas if probe else 0)
        worst = quote.amount_in + quote.gas_limit * quote.fee_max_wei
        bad += world.balance_wei - bundle.inputs.books.committed_wei < worst
    return bad
