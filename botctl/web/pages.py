"""The pages that only show: every one works without script, and is one flow rendered."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from botctl.core.codes import Code
from botctl.core.errors import UsageError
from botctl.core.lifecycle import TERMINAL, OrderState
from botctl.core.reasons import Kind
from botctl.core.roles import Role
from botctl.faces.filters import wanted
from botctl.faces.reports import positions_report, worst_first
from botctl.flows.explain import explain, order_story
from botctl.flows.overview import cycles, equity, overview
from botctl.web.site import Site

ROWS: Final = 50
CYCLES: Final = 30  # each is counted from its decisions, which may be thousands
ROWS_MAX: Final = 500
Most = Annotated[int, Query(ge=1, le=ROWS_MAX)]
Words = Annotated[list[str], Query()]


def pages(site: Site) -> APIRouter:
    router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
    shown = Shown(site)
    for path, page in (
        ("/", shown.overview),
        ("/cycles", shown.cycles),
        ("/ledger", shown.ledger),
        ("/explain", shown.explain),
        ("/orders", shown.orders),
        ("/orders/{order_id}", shown.order),
        ("/positions", shown.positions),
        ("/providers", shown.providers),
        ("/alerts", shown.alerts),
    ):
        router.add_api_route(path, page, methods=["GET"], response_model=None)
    return router


class Shown:
    def __init__(self, site: Site) -> None:
        self._site, self._store, self._bot = site, site.host.store, site.host.bot

    def overview(self, request: Request) -> HTMLResponse:
        visitor = self._site.doors.require(request, Role.VIEWER)
        watch, seen = self._site.host.watch(), self._site.look()
        found = overview(watch, seen, mode=self._site.host.mode)
        took = [one.decided_ms - one.started_ms for one in found.cycles if one.decided_ms]
        return self._site.page(
            request, visitor, "overview.html", seen=seen, found=found, took_ms=took[::-1],
            newest=cycles(self._store, 1), tones=TONES,
        )  # fmt: skip

    def cycles(
        self, request: Request, before: int | None = None, limit: Most = CYCLES
    ) -> HTMLResponse:
        visitor = self._site.doors.require(request, Role.VIEWER)
        found = cycles(self._store, limit, before)
        older = found[-1].cycle.id if len(found) == limit else None
        return self._site.page(
            request, visitor, "cycles.html", found=found, older=older, kinds=list(Kind)
        )

    def ledger(  # noqa: PLR0913, PLR0917  one a filter
        self,
        request: Request,
        market: str = "",
        kind: Words = [],  # noqa: B006  FastAPI copies it
        reason: Words = [],  # noqa: B006
        cycle: str = "",
        since: str = "",
        until: str = "",
        limit: Most = ROWS,
    ) -> HTMLResponse:
        visitor, seen = self._site.doors.require(request, Role.VIEWER), self._site.look()
        kinds, reasons = _some(kind), _some(reason)
        asked = wanted(
            market.strip(), [_kind(one) for one in kinds], reasons, cycle=cycle.strip(),
            since=since.strip(), until=until.strip(), now_ms=seen.now_ms, limit=limit,
        )  # fmt: skip
        rows = tuple(self._store.rows(asked))
        form = {
            "market": market, "kind": kinds, "reason": ", ".join(reasons), "cycle": cycle,
            "since": since, "until": until, "limit": limit,
        }  # fmt: skip
        return self._site.page(
            request, visitor, "ledger.html", seen=seen, rows=rows, form=form, kinds=list(Kind),
            more=limit < ROWS_MAX and len(rows) == limit, most=ROWS_MAX, tones=TONES,
        )  # fmt: skip

    def explain(self, request: Request, asked: str) -> HTMLResponse:
        visitor = self._site.doors.require(request, Role.VIEWER)
        found = explain(self._store, self._site.host.codec, asked)
        return self._site.page(request, visitor, "explain.html", found=found, tones=TONES)

    def orders(self, request: Request, limit: Most = ROWS, *, open: bool = False) -> HTMLResponse:  # noqa: A002  the query's name
        visitor = self._site.doors.require(request, Role.VIEWER)
        found = self._store.open()[:limit] if open else self._store.recent(most=limit)
        return self._site.page(
            request, visitor, "orders.html", orders=found, only_open=open, tone=order_tone
        )

    def order(self, request: Request, order_id: str) -> HTMLResponse:
        visitor = self._site.doors.require(request, Role.VIEWER)
        found = self._store.order(order_id)
        if found is None:
            say = "there is no such order"
            raise UsageError(Code.ERR_NOT_FOUND, say, order=order_id)
        story = order_story(self._store, found)
        return self._site.page(request, visitor, "order.html", story=story, tone=order_tone)

    def positions(self, request: Request) -> HTMLResponse:
        visitor = self._site.doors.require(request, Role.VIEWER)
        found = self._store.positions(self._bot, only_open=False)
        newest_first = sorted(found, key=lambda one: (not one.open, -one.position.opened_ms))
        return self._site.page(
            request, visitor, "positions.html", report=positions_report(found),
            positions=newest_first[:ROWS_MAX], curve=equity(self._store, self._bot),
        )  # fmt: skip

    def providers(self, request: Request) -> HTMLResponse:
        visitor = self._site.doors.require(request, Role.VIEWER)
        found = tuple(self._store.providers().values())
        return self._site.page(request, visitor, "providers.html", providers=found)

    def alerts(self, request: Request, *, over: bool = False) -> HTMLResponse:
        visitor, store = self._site.doors.require(request, Role.VIEWER), self._store
        return self._site.page(
            request, visitor, "alerts.html",
            alerts=worst_first(store.alerts(), with_over=over, most=ROWS_MAX), over=over,
            channels=store.channels(), letters=store.recent_letters(ROWS),
        )  # fmt: skip


TONES: Final = {
    Kind.BUY: "good", Kind.SELL: "good", Kind.PASS: "plain", Kind.HOLD: "plain",
    Kind.SKIP: "warn", Kind.FAIL: "quiet",
}  # fmt: skip


def order_tone(state: OrderState) -> str:
    if state is OrderState.CONFIRMED:
        return "good"
    return "bad" if state in TERMINAL else "warn"


def _some(texts: list[str]) -> list[str]:
    """A form sends its empty fields too, and several reasons in one."""
    return [word for text in texts for word in text.replace(",", " ").split()]


def _kind(text: str) -> Kind:
    try:
        return Kind(text.upper())
    except ValueError:
        say = f"a decision is one of {', '.join(Kind)}"
        raise UsageError(Code.ERR_USAGE, say, given=text) from None
