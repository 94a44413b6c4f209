"""Whole round trips by lent code in blocks made up: now, and far ahead."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from botctl.adapters.evm.gate_case import Place, Suspect
from botctl.adapters.evm.paging import Question
from botctl.adapters.evm.prober import ProbeQuery, Prober
from botctl.adapters.evm.rpc import Call
from botctl.core.amm import shortfall_bps
from botctl.core.facts import Probe, ProbeStatus
from botctl.core.sellability.proof import Means, Outcome, Sale

HOUR_S: Final = 3_600
DAY_S: Final = 24 * HOUR_S
OUTCOMES: Final = {
    ProbeStatus.OK: Outcome.OK,
    ProbeStatus.NO_QUOTE: Outcome.NO_QUOTE,
    ProbeStatus.BUY_REVERTED: Outcome.BUY_REVERTED,
    ProbeStatus.BOUGHT_NOTHING: Outcome.BOUGHT_NOTHING,
    ProbeStatus.APPROVE_FAILED: Outcome.APPROVE_FAILED,
    ProbeStatus.SELL_REVERTED: Outcome.SELL_REVERTED,
    ProbeStatus.SOLD_FOR_NOTHING: Outcome.SOLD_FOR_NOTHING,
    ProbeStatus.ISOLATED_FAILURE: Outcome.NOT_RUN,
    ProbeStatus.BALANCE_UNREADABLE: Outcome.UNREADABLE,
}


class Moment(NamedTuple):
    """After the pinned block."""

    name: str
    blocks: int
    seconds: int


NOW: Final = Moment("now", 1, 12)
NEAR: Final = (
    Moment("after 6 minutes", 30, 360),
    Moment("after 12 hours", 3_600, 12 * HOUR_S),
)
FAR: Final = (
    Moment("after an hour", 300, HOUR_S),
    Moment("after a day", 7_200, DAY_S),
    Moment("after a week", 50_400, 7 * DAY_S),
)


def moments(*, is_block_overridden: bool, is_simulated: bool) -> tuple[Moment, ...]:
    """The near ones only where no carried sale covers them; none but now where the node has no say."""
    if not is_block_overridden:
        return (NOW,)
    return (NOW, *FAR) if is_simulated else (NOW, *NEAR, *FAR)


def trips(place: Place, moment: Moment, *, is_block_overridden: bool) -> Question[Suspect, Sale]:
    prober = Prober(place.block, place.router, place.native).probes()
    assert prober.alone is not None
    alone = prober.alone

    def ask(page: Sequence[Suspect]) -> Call:
        method, params = prober.ask(_queries(place, page))
        return method, [*params[:3], *([_ahead(place, moment)] if is_block_overridden else [])]

    def read(raw: bytes, page: Sequence[Suspect]) -> list[Sale]:
        return [_sale(probe, moment) for probe in prober.read(raw, _queries(place, page))]

    return Question(
        page_max=prober.page_max,
        ask=ask,
        read=read,
        alone=lambda item, fault: _sale(alone(_queries(place, [item])[0], fault), moment),
    )


def _queries(place: Place, page: Sequence[Suspect]) -> list[ProbeQuery]:
    return [ProbeQuery(each.token, each.pair, place.amount_wei) for each in page]


def _ahead(place: Place, moment: Moment) -> dict[str, str]:
    return {
        "number": hex(place.block.number + moment.blocks),
        "time": hex(place.block.timestamp_s + moment.seconds),
    }


def _sale(probe: Probe, moment: Moment) -> Sale:
    return Sale(
        name=moment.name,
        means=Means.WHOLE_TRIP,
        blocks=moment.blocks,
        seconds=moment.seconds,
        outcome=OUTCOMES[probe.status],
        buy_tax_bps=shortfall_bps(probe.received, probe.expected_out),
        sell_tax_bps=max(
            shortfall_bps(probe.arrived, probe.sent_to_pair),
            shortfall_bps(probe.back, probe.expected_back),
        ),
        buy_gas=probe.buy_gas,
        sell_gas=probe.sell_gas,
        said=probe.reason,
    )
