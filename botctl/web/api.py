"""REST: the documents of `--json`, and the few things an operator may order."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, FastAPI, Path, Query, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBearer

from botctl.core.codes import Code
from botctl.core.curve import Curve
from botctl.core.errors import UsageError
from botctl.core.reasons import Kind
from botctl.core.roles import Role
from botctl.faces.document import jsonable
from botctl.faces.filters import wanted
from botctl.faces.reports import (
    AlertsReport,
    CyclesReport,
    LedgerReport,
    OrdersReport,
    PositionsReport,
    ProvidersReport,
    positions_report,
    worst_first,
)
from botctl.flows.explain import Explanation, OrderStory, explain, order_story
from botctl.flows.overview import cycles, equity
from botctl.flows.status import HealthReport, StatusReport, health_report, status
from botctl.web.api_orders import ordering
from botctl.web.documents import ERROR, answers
from botctl.web.schema import Schemas
from botctl.web.site import Site

PREFIX: Final = "/api/v1"
ROWS_MAX: Final = 1_000
Most = Annotated[int, Query(ge=1, le=ROWS_MAX, description="How many rows, the newest first.")]
Market = Annotated[str, Query(max_length=100, description="Pair address or token symbol.")]
When = Annotated[str, Query(max_length=40, examples=["2h", "2026-01-31T12:00:00"])]
Id = Annotated[str, Path(max_length=100)]
bearer: Final = HTTPBearer(auto_error=False, description="A token of `botctl serve token new`")


def api(site: Site, schemas: Schemas) -> APIRouter:
    router = APIRouter(
        prefix=PREFIX, tags=["read"], default_response_class=JSONResponse,
        dependencies=[Depends(bearer)],
    )  # fmt: skip
    read = Read(site)
    for path, call, kind, says, failures in (
        ("/status", read.status, StatusReport, "The bot in one document", ()),
        ("/health", read.health, HealthReport, "State, findings, breakers and pauses", ()),
        ("/cycles", read.cycles, CyclesReport, "Cycles, the newest first", ()),
        ("/ledger", read.ledger, LedgerReport, "Decisions, the newest first", ()),
        (
            "/explain/{asked}",
            read.explain,
            Explanation,
            "Why a market was or was not traded",
            (404,),
        ),
        ("/orders", read.orders, OrdersReport, "Orders, the newest first", ()),
        ("/orders/{order_id}", read.order, OrderStory, "One order's timeline and attempts", (404,)),
        ("/positions", read.positions, PositionsReport, "Positions, gas included", ()),
        ("/equity", read.equity, Curve, "What was realised over time, and the drawdown", ()),
        ("/providers", read.providers, ProvidersReport, "How the providers do", ()),
        ("/alerts", read.alerts, AlertsReport, "What is wrong, and who was told", ()),
    ):
        router.add_api_route(
            path, call, methods=["GET"], response_model=None, summary=says,
            responses=answers(schemas, kind, says, *failures),
        )  # fmt: skip
    ordering(site, router, schemas)
    return router


class Read:
    def __init__(self, site: Site) -> None:
        self._site, self._store = site, site.host.store

    def status(self, request: Request) -> JSONResponse:
        self._admit(request)
        return _document(status(self._site.host.watch(), mode=self._site.host.mode))

    def health(self, request: Request) -> JSONResponse:
        self._admit(request)
        return _document(health_report(self._site.host.watch()))

    def cycles(self, request: Request, before: int | None = None, limit: Most = 50) -> JSONResponse:
        self._admit(request)
        return _document(CyclesReport(cycles(self._store, limit, before)))

    def ledger(  # noqa: PLR0913, PLR0917  one a filter
        self,
        request: Request,
        market: Market = "",
        kind: Annotated[list[Kind], Query()] = [],  # noqa: B006  FastAPI copies it
        reason: Annotated[list[str], Query()] = [],  # noqa: B006
        cycle: Annotated[str, Query(max_length=100)] = "",
        since: When = "",
        until: When = "",
        limit: Most = 50,
    ) -> JSONResponse:
        self._admit(request)
        now_ms = self._site.host.watch().clock.now_ms()
        asked = wanted(
            market, kind, reason, cycle=cycle, since=since, until=until, now_ms=now_ms, limit=limit
        )
        return _document(LedgerReport(tuple(self._store.rows(asked))))

    def explain(self, request: Request, asked: Id) -> JSONResponse:
        self._admit(request)
        return _document(explain(self._store, self._site.host.codec, asked))

    def orders(self, request: Request, limit: Most = 20, *, open: bool = False) -> JSONResponse:  # noqa: A002  the query's name
        self._admit(request)
        found = self._store.open()[:limit] if open else self._store.recent(most=limit)
        return _document(OrdersReport(tuple(found)))

    def order(self, request: Request, order_id: Id) -> JSONResponse:
        self._admit(request)
        found = self._store.order(order_id)
        if found is None:
            raise UsageError(Code.ERR_NOT_FOUND, "there is no such order", order=order_id)
        return _document(order_story(self._store, found))

    def positions(self, request: Request, *, all: bool = False) -> JSONResponse:  # noqa: A002  the query's name
        self._admit(request)
        found = self._store.positions(self._site.host.bot, only_open=not all)
        return _document(positions_report(found))

    def equity(self, request: Request) -> JSONResponse:
        self._admit(request)
        return _document(equity(self._store, self._site.host.bot))

    def providers(self, request: Request) -> JSONResponse:
        self._admit(request)
        now_ms = self._site.host.watch().clock.now_ms()
        return _document(ProvidersReport(tuple(self._store.providers().values()), now_ms))

    def alerts(self, request: Request, limit: Most = 20, *, all: bool = False) -> JSONResponse:  # noqa: A002  the query's name
        self._admit(request)
        store = self._store
        report = AlertsReport(
            alerts=worst_first(store.alerts(), with_over=all, most=limit),
            channels=store.channels(),
            letters=store.recent_letters(limit),
            now_ms=self._site.host.watch().clock.now_ms(),
        )
        return _document(report)

    def _admit(self, request: Request) -> None:
        self._site.doors.bearer(request, Role.VIEWER)


def with_documents(app: FastAPI, schemas: Schemas) -> None:
    """Our shapes join what FastAPI says of the routes."""

    def document() -> dict[str, object]:
        if app.openapi_schema is None:
            made = get_openapi(
                title=app.title, version=app.version, description=app.description, routes=app.routes
            )
            shapes = made.setdefault("components", {}).setdefault("schemas", {})
            shapes.update(schemas.named, Error=ERROR)
            app.openapi_schema = made
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # the way FastAPI documents


def _document(report: object) -> JSONResponse:
    return JSONResponse(jsonable(report))
