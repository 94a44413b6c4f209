"""Tier 2: one simulated buy and sell now, held against the caps of the policy."""

from collections.abc import Iterator

from botctl.core.facts import Probe, ProbeStatus
from botctl.core.measures import Measures
from botctl.core.policy import Risk
from botctl.core.sellability.codes import Finding, SellCode, Severity


def round_trip_findings(probe: Probe | None, measured: Measures, caps: Risk) -> tuple[Finding, ...]:
    """Refusals only: what could not be run or measured proves nothing, and is one of them."""
    if probe is None:
        return (_refuse(SellCode.ROUND_TRIP_NOT_RUN, "it is not paid for in the native coin"),)
    if probe.status is not ProbeStatus.OK:
        return (_refuse(SellCode.ROUND_TRIP_FAILED, f"a buy and sell ends as {probe.status}"),)
    return tuple(_over(measured, caps))


def _over(measured: Measures, caps: Risk) -> Iterator[Finding]:
    rows = (
        (SellCode.ROUND_TRIP_BUY_TAX, "the buy tax", measured.buy_tax_bps, caps.buy_tax_max_bps),
        (
            SellCode.ROUND_TRIP_SELL_TAX,
            "the sell tax",
            measured.sell_tax_bps,
            caps.sell_tax_max_bps,
        ),
        (
            SellCode.ROUND_TRIP_LOSS,
            "the loss of a round trip",
            measured.round_trip_loss_bps,
            caps.round_trip_loss_max_bps,
        ),
    )
    for code, what, bps, cap in rows:
        if bps is None:
            yield _refuse(code, f"{what} could not be measured")
        elif bps > cap:
            yield _refuse(code, f"{what} is {bps} bps, the cap {cap}")


def _refuse(code: SellCode, words: str) -> Finding:
    return Finding(code, Severity.REFUSE, words)
