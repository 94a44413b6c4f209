"""The application: every route, the layers around it, and how each failure is answered."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final

import anyio.to_thread
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

import botctl
from botctl.core.codes import Code
from botctl.core.errors import BotError, CorruptError, UsageError
from botctl.web.answers import error_document, headers_of, status_of, told
from botctl.web.api import api, with_documents
from botctl.web.bar import bar
from botctl.web.control_pages import control_pages
from botctl.web.doors import Doors
from botctl.web.entrance import entrance, to_login
from botctl.web.events import Hub
from botctl.web.guard import Guard
from botctl.web.pages import pages
from botctl.web.render import STATIC, Pages
from botctl.web.schema import Schemas
from botctl.web.sessions import Seals, fresh_nonce
from botctl.web.site import Site
from botctl.wiring.web import WebHost

# Each may hold a connection of the store's pool, and work beside the loop on this machine.
THREADS_MAX: Final = 4
API: Final = "/api/"
NOT_FOUND: Final = 404
ABOUT: Final = (
    "The same documents as `--json` on the command line. Every request needs"
    " `Authorization: Bearer TOKEN`; `botctl serve token new` makes one."
)


def site_of(host: WebHost) -> Site:
    plan = host.plan
    seals = Seals(host.key, plan.session_s, plan.confirm_s)
    site = Site(host, Doors(host, seals), Pages(), _hub(host, lambda: bar(site.look())))
    return site


def built(site: Site) -> FastAPI:
    app = FastAPI(
        title="botctl", version=botctl.__version__, description=ABOUT, lifespan=_living(site),
        docs_url=None, redoc_url=None, redirect_slashes=False,
    )  # fmt: skip
    schemas = Schemas()
    for router in (entrance(site), pages(site), control_pages(site), api(site, schemas)):
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    with_documents(app, schemas)
    _answers(app, site)
    plan = site.host.plan
    app.add_middleware(Guard, names=plan.names, tls_ahead=plan.tls_ahead)
    return app


def _hub(host: WebHost, facts: Callable[[], dict[str, object]]) -> Hub:
    plan = host.plan
    return Hub(
        fresh_nonce(), host.store.mark, facts, poll_ms=plan.poll_ms, viewers_max=plan.viewers_max
    )


def _living(site: Site) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def living(app: FastAPI) -> AsyncIterator[None]:  # noqa: ARG001  its shape
        anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS_MAX
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(site.hub.run)
            yield
            site.hub.close()

    return living


def _answers(app: FastAPI, site: Site) -> None:
    def failed(request: Request, error: Exception) -> Response:
        found = error if isinstance(error, BotError) else _as_ours(error)
        answer = _answer(site, request, found)
        if isinstance(error, HTTPException):  # such as 405, with its Allow
            answer.status_code = error.status_code
            answer.headers.update(error.headers or {})
        return answer

    for kind in (BotError, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(kind, failed)


def _as_ours(error: Exception) -> BotError:
    """What the framework refuses, in our words; our own mistake without its text."""
    if isinstance(error, RequestValidationError):
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][1:])
        return UsageError(Code.ERR_USAGE, f"{where}: {first['msg']}")
    if isinstance(error, HTTPException):
        if error.status_code == NOT_FOUND:
            return UsageError(Code.ERR_NOT_FOUND, "there is nothing here")
        return UsageError(Code.ERR_USAGE, str(error.detail))
    say = "botctl made a mistake; its state is kept"
    return CorruptError(Code.ERR_PROMISE_BROKEN, say, type=type(error).__name__)


def _answer(site: Site, request: Request, error: BotError) -> Response:
    status, headers = status_of(error), headers_of(error)
    if status >= 500:  # noqa: PLR2004  ours, or the database's: the log should know
        site.host.log.error("answered with an error", code=error.code, path=request.url.path)
    if request.url.path.startswith(API):
        return JSONResponse(error_document(error), status, headers)
    if "text/html" not in request.headers.get("accept", "text/html"):
        return PlainTextResponse(f"{error.code}: {told(error)}\n", status, headers)
    if error.code is Code.ERR_LOGIN_NEEDED and request.url.path != "/metrics":
        return to_login(request)
    page = site.plain("error.html", status, code=str(error.code), say=told(error))
    page.headers.update(headers)
    return page
