"""Invariants of our own books: exposure, balance, gas and the venue's filters."""

from botctl.core.case import Case, Phase, Quote
from botctl.core.intent import Side
from botctl.core.invariants.rule import UNKNOWN, Rule
from botctl.core.reasons import Reason
from botctl.core.risk.sizing import sized
from botctl.core.units import ratio_bps_ceil

Answer = tuple[bool | None, str, str]


def exposure_ok(case: Case) -> Answer:
    """Concurrent positions, total, per token, per kind of market, the day's loss, and this trade's
    own size; open intents count as spent.
    """
    books, risk = case.inputs.books, case.policy.risk
    amount = case.quote.amount_in if case.quote else risk.trade_wei
    may = sized(case.policy, case.inputs.standing.record, case.measures)
    if case.phase is Phase.DECIDE and not _is_probe(case, amount):
        amount = min(amount, may.most_wei)  # what is entered is sized first, a live probe is not
    thin, young, held = books.zone_exposure_wei
    thin_max, young_max, held_max = may.zones.exposure_wei
    probe, probes = case.policy.live_probe, books.probes_today
    probed_wei = (probes + 1) * probe.trade_wei if _is_probe(case, amount) else 0
    limits = (
        ("live probes today", probed_wei, probe.day_max_wei),
        ("trade", amount, may.most_wei),
        ("exposure to markets as thin", thin + amount, thin_max),
        ("exposure to markets as young", young + amount, young_max),
        ("exposure to markets as closely held", held + amount, held_max),
        ("positions", books.positions + 1, risk.positions_max),
        ("exposure", books.exposure_wei + amount, risk.exposure_max_wei),
        ("token exposure", books.token_exposure_wei + amount, risk.token_exposure_max_wei),
        ("loss today", -books.realised_today_wei, risk.daily_loss_max_wei),
    )
    for what, actual, limit in limits:
        if actual > limit:
            return False, f"{what} {actual}", f"{what} {limit}"
    return True, "within every limit", "trade, kind of market, positions, exposure, loss today"


def balance_buffer_ok(case: Case) -> Answer:
    """What is left after this trade, its worst fee and all open promises stays above the buffer."""
    quote, inputs = case.quote, case.inputs
    if quote is None or quote.gas_limit == 0:
        return None, UNKNOWN, UNKNOWN
    worst_wei = quote.amount_in + quote.gas_limit * quote.fee_max_wei
    left = inputs.world.balance_wei - inputs.books.committed_wei - worst_wei
    buffer_wei = case.policy.risk.balance_buffer_wei
    return left >= buffer_wei, f"{left} wei", f"{buffer_wei} wei"


def gas_bounds_ok(case: Case) -> Answer:
    """Price, amount and share of the trade: an entry that feeds the miners is no entry."""
    quote, risk = case.quote, case.policy.risk
    if quote is None or quote.gas_limit == 0:
        return None, UNKNOWN, UNKNOWN
    share = ratio_bps_ceil(quote.gas_limit * quote.fee_max_wei, quote.amount_in)
    ok = (
        quote.fee_max_wei <= risk.fee_max_wei
        and quote.gas_limit <= risk.gas_max
        and (share <= risk.gas_share_max_bps or _is_probe(case, quote.amount_in))
    )
    return (
        ok,
        f"{quote.fee_max_wei} wei {quote.gas_limit} gas {share} bps",
        f"{risk.fee_max_wei} wei {risk.gas_max} gas {risk.gas_share_max_bps} bps",
    )


def filters_ok(case: Case) -> Answer:
    """A DEX has no lots or ticks: the smallest trade worth making, and a non-zero bound.

    What is held is worth selling for whatever the pool pays, if it pays at all.
    """
    quote, minimum = case.quote, case.policy.risk.trade_min_wei
    if case.side is Side.SELL:
        return _pays(quote)
    if quote is not None and _is_probe(case, quote.amount_in):
        minimum = quote.amount_in
    if quote is None:
        return None, UNKNOWN, f"{minimum} wei"
    ok = quote.amount_in >= minimum and quote.min_out > 0
    return ok, f"{quote.amount_in} wei for {quote.min_out}", f"{minimum} wei for 1"


def _is_probe(case: Case, amount: int) -> bool:
    """A live probe is known by its size: no entry is as small, and its fees are its price."""
    probe = case.policy.live_probe
    return probe.on and case.side is Side.BUY and amount == probe.trade_wei


def _pays(quote: Quote | None) -> Answer:
    if quote is None:
        return None, UNKNOWN, "1 wei"
    return quote.expected_out > 0, f"{quote.expected_out} wei", "1 wei"


OF_LIMITS = (
    Rule(Reason.INV_EXPOSURE_OK, exposure_ok),
    Rule(Reason.INV_BALANCE_BUFFER_OK, balance_buffer_ok),
    Rule(Reason.INV_GAS_BOUNDS_OK, gas_bounds_ok),
)
OF_FILTERS = (Rule(Reason.INV_FILTERS_OK, filters_ok),)
OF_BOOKS = OF_LIMITS + OF_FILTERS
