"""The document made by the hundred, in a form that is canonical as it is written.

Fields stand in the order of their names, and integers that a reader could lose are text already, so that
nothing is left to sort or to look for. `codec` says the same of any document, three times slower.
"""

from typing import Final

from msgspec import Raw, Struct
from msgspec.json import Encoder

from botctl.core.books import Books, Contest
from botctl.core.bundle import SAFE_INTEGER
from botctl.core.case import Check, Quote
from botctl.core.deciding.decision import Decision
from botctl.core.measures import Measures
from botctl.core.policy import Band

Number = int | str

encoded: Final = Encoder().encode
_NOTHING: Final = (0, 0, 0)


class BooksForm(Struct, gc=False):
    committed_wei: Number
    exposure_wei: Number
    live_intent: bool
    positions: Number
    probed_ms: Number | None
    probes_today: Number
    realised_today_wei: Number
    token_exposure_wei: Number
    zone_exposure_wei: tuple[Number, Number, Number]


class ContestForm(Struct, gc=False):
    candidates: Number
    entries_max: Number
    rank: Number | None


class _Band(Struct, gc=False):
    cost_max_bps: Number
    impact_max_bps: Number
    liquidity_usd_min: Number
    slippage_bps: Number


class _Measures(Struct, gc=False):
    age_s: Number | None
    buy_tax_bps: Number | None
    fdv_usd: Number | None
    insiders_bps: Number | None
    liquidity_usd: Number | None
    lp_locked_bps: Number | None
    round_trip_loss_bps: Number | None
    sell_tax_bps: Number | None


class _Quote(Struct, gc=False):
    amount_in: Number
    band: _Band
    cost_bps: Number
    expected_out: Number
    fee_max_wei: Number
    gas_limit: Number
    impact_bps: Number
    min_out: Number
    slippage_bps: Number


class DecisionForm(Struct, gc=False):
    checks: tuple[Check, ...]
    detail: str
    intent: Raw | None
    kind: str
    measures: _Measures
    passes: Number
    quote: _Quote | None
    reason: str
    score: Number
    signals: tuple[Check, ...]
    value_wei: Number | None


class InputsForm(Struct, gc=False):
    books: BooksForm
    contest: ContestForm
    detection: Raw
    now_ms: Number
    position: Raw | None
    sources: Raw
    standing: Raw
    world: Raw


class BundleForm(Struct, gc=False):
    decision: DecisionForm
    header: Raw
    inputs: InputsForm
    policy: Raw


def number(value: int) -> Number:
    return value if -SAFE_INTEGER <= value <= SAFE_INTEGER else str(value)


def known(value: int | None) -> Number | None:
    return value if value is None or -SAFE_INTEGER <= value <= SAFE_INTEGER else str(value)


def books_form(b: Books) -> BooksForm:
    return BooksForm(
        number(b.committed_wei),
        number(b.exposure_wei),
        b.live_intent,
        number(b.positions),
        known(b.probed_ms),
        number(b.probes_today),
        number(b.realised_today_wei),
        number(b.token_exposure_wei),
        _NOTHING if b.zone_exposure_wei == _NOTHING else _numbers(b.zone_exposure_wei),
    )


def _numbers(amounts: tuple[int, int, int]) -> tuple[Number, Number, Number]:
    thin, young, held = amounts
    return number(thin), number(young), number(held)


def contest_form(c: Contest) -> ContestForm:
    return ContestForm(number(c.candidates), number(c.entries_max), known(c.rank))


def decision_form(d: Decision, intent: Raw | None) -> DecisionForm:
    """`intent` is that of `d`, canonical: few decisions have one."""
    return DecisionForm(
        d.checks,
        d.detail,
        intent,
        d.kind,
        _measures(d.measures),
        number(d.passes),
        None if d.quote is None else _quote(d.quote),
        d.reason,
        number(d.score),
        d.signals,
        known(d.value_wei),
    )


def _measures(m: Measures) -> _Measures:
    return _Measures(
        known(m.age_s),
        known(m.buy_tax_bps),
        known(m.fdv_usd),
        known(m.insiders_bps),
        known(m.liquidity_usd),
        known(m.lp_locked_bps),
        known(m.round_trip_loss_bps),
        known(m.sell_tax_bps),
    )


def _quote(q: Quote) -> _Quote:
    return _Quote(
        number(q.amount_in),
        _band(q.band),
        number(q.cost_bps),
        number(q.expected_out),
        number(q.fee_max_wei),
        number(q.gas_limit),
        number(q.impact_bps),
        number(q.min_out),
        number(q.slippage_bps),
    )


def _band(b: Band) -> _Band:
    return _Band(
        number(b.cost_max_bps),
        number(b.impact_max_bps),
        number(b.liquidity_usd_min),
        number(b.slippage_bps),
    )
