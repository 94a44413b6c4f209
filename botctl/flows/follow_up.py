"""follow-up: look again at the markets that were refused or taken, and write down what became of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from botctl.core.codes import Code
from botctl.core.errors import TransientError
from botctl.core.grading import MS, FollowUp, Seen, missed, seen_again, too_late
from botctl.core.telemetry.spans import Stage
from botctl.core.units import Address
from botctl.flows.scan import checked_head, request_of, require_venue
from botctl.flows.telemetry.stages import carry_stage
from botctl.ports.chain import Head, MarketQuery
from botctl.ports.runtime import Runtime

PAGE_ROWS: Final = 1_000
PAGES_MAX: Final = 20  # more than a day of looks of five hundred markets waits for the next run


@dataclass(frozen=True, slots=True)
class FollowUpReport:
    """`seen` and `missed` looks that this run wrote; `markets` read for them; `more` is still due."""

    block_number: int
    seen: int
    missed: int
    markets: int
    more: bool
    round_trips: int
    follow_up_ms: int


def follow_up(rt: Runtime) -> FollowUpReport:
    """All reads are of one pinned block, whose time tells what is due: a node that lags makes nobody
    take an old price for a new one.

    A run that dies between reading and writing leaves its looks due, and of two that overlap the
    first to write is the one that counts.
    """
    started_ms, trips = rt.clock.now_ms(), rt.markets.round_trips
    began = rt.trace.begin(started_ms)
    head = checked_head(rt)
    pages = list(_pages(rt, head))
    report = FollowUpReport(
        block_number=head.block.number,
        seen=sum(page.seen for page in pages),
        missed=sum(page.missed for page in pages),
        markets=sum(page.markets for page in pages),
        more=pages[-1].rows == PAGE_ROWS,
        round_trips=rt.markets.round_trips - trips,
        follow_up_ms=rt.clock.now_ms() - started_ms,
    )
    carry_stage(rt, Stage.FOLLOW_UP, began, "", seen=report.seen, missed=report.missed)
    rt.log.info(
        "follow-up done",
        block=report.block_number,
        seen=report.seen,
        missed=report.missed,
        markets=report.markets,
        more=report.more,
        ms=report.follow_up_ms,
        round_trips=report.round_trips,
    )
    return report


@dataclass(frozen=True, slots=True)
class _Page:
    rows: int
    seen: int
    missed: int
    markets: int


def _pages(rt: Runtime, head: Head) -> Iterator[_Page]:
    """Each is read and written before the next; at least one, the last one not full, or one too many."""
    for _ in range(PAGES_MAX):
        due = rt.store.due_followups(head.block.timestamp_s * MS, PAGE_ROWS)
        yield _followed(rt, head, due)
        if len(due) < PAGE_ROWS:
            return


def _followed(rt: Runtime, head: Head, due: Sequence[FollowUp]) -> _Page:
    """What came too late is not read: it would tell of another time than was asked."""
    now_ms = head.block.timestamp_s * MS
    late = [missed(one, head.block) for one in due if too_late(one, now_ms)]
    in_time = [one for one in due if not too_late(one, now_ms)]
    found = _read(rt, head, in_time)
    tax_max_bps = rt.policy.risk.sell_tax_max_bps
    looks = [
        seen_again(one, head.block, found[one.pair], tax_max_bps=tax_max_bps) for one in in_time
    ]
    return _Page(
        rows=len(due),
        seen=rt.store.record_looks(looks),
        missed=rt.store.record_looks(late),
        markets=len(found),
    )


def _read(rt: Runtime, head: Head, due: Sequence[FollowUp]) -> dict[Address, Seen]:
    """Each market once, however many looks are due at it."""
    if not due:
        return {}
    trade_wei = rt.policy.risk.trade_wei
    queries = {one.pair: MarketQuery(one.pair, one.token, one.quote, trade_wei) for one in due}
    survey = rt.markets.survey(request_of(rt, list(queries.values())), head.block)
    require_venue(rt, survey)
    if not rt.markets.is_canonical(head.block):
        raise TransientError(
            Code.ERR_CHAIN_REORGED,
            "the pinned block left the chain; the next run looks again",
            block=head.block.number,
        )
    return {
        pair: Seen(one.facts, one.probe) for pair, one in zip(queries, survey.markets, strict=True)
    }
