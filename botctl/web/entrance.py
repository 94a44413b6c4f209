"""Login and logout, signs of life, metrics, and the stream of live events."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from botctl.core.codes import Code
from botctl.core.errors import BotError, UsageError
from botctl.core.roles import Role
from botctl.flows.telemetry.exposed import exposition
from botctl.web.answers import headers_of, status_of, told
from botctl.web.doors import SESSION, VISIT
from botctl.web.events import EventStream
from botctl.web.site import Site

SEE_OTHER, LATER = 303, 503
FULL_RETRY_S = 30
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def entrance(site: Site) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    doors = Entrance(site)
    for path, method, call in (
        ("/login", "GET", doors.form),
        ("/login", "POST", doors.login),
        ("/logout", "POST", doors.logout),
        ("/events", "GET", doors.events),
        ("/healthz", "GET", doors.alive),
        ("/readyz", "GET", doors.ready),
        ("/metrics", "GET", doors.metrics),
    ):
        router.add_api_route(path, call, methods=[method], response_model=None)
    return router


class Entrance:
    def __init__(self, site: Site) -> None:
        self._site, self._doors = site, site.doors

    def form(self, request: Request, next: str = "/") -> Response:  # noqa: A002  the query's name
        if self._doors.visitor(request) is not None:
            return RedirectResponse(_inside(next), SEE_OTHER)
        return self._form(request, _inside(next))

    def login(
        self,
        request: Request,
        form: Annotated[str, Form(max_length=400)] = "",
        token: Annotated[str, Form(max_length=400)] = "",
        next: Annotated[str, Form(max_length=2_000)] = "/",  # noqa: A002  the field's name
    ) -> Response:
        """The same sentence for every wrong token."""
        try:
            self._doors.check_form(request, form, self._doors.visit(request))
            access = self._doors.access_by(request, token)
        except UsageError as error:
            return self._form(request, _inside(next), error)
        except BotError as error:
            if error.code is not Code.ERR_TOO_MANY_TRIES:
                raise
            return self._form(request, _inside(next), error)
        host = self._site.host
        host.store.note_use(access.id, host.watch().clock.now_ms())
        host.log.info("logged in", who=access.name, role=access.role)
        answer = RedirectResponse(_inside(next), SEE_OTHER)
        self._keep(answer, SESSION, self._doors.seals.session(access.id))
        return answer

    def logout(
        self, request: Request, form: Annotated[str, Form(max_length=400)] = ""
    ) -> RedirectResponse:
        visitor = self._doors.require(request, Role.VIEWER)
        self._doors.check_form(request, form, visitor.nonce)
        answer = RedirectResponse("/login", SEE_OTHER)
        answer.delete_cookie(
            self._doors.cookie(SESSION), secure=self._site.host.plan.tls_ahead, httponly=True,
            samesite="strict",
        )  # fmt: skip
        return answer

    def events(self, request: Request) -> Response:
        visitor = self._doors.require(request, Role.VIEWER)
        if self._site.hub.full:
            again = {"Retry-After": str(FULL_RETRY_S)}
            return PlainTextResponse("too many live pages\n", LATER, again)
        store, access_id = self._site.host.store, visitor.access.id
        return EventStream(
            self._site.hub,
            request.headers.get("last-event-id", ""),
            beat_s=self._site.host.plan.heartbeat_s,
            still=lambda: store.access(access_id) is not None,
        )

    def alive(self) -> PlainTextResponse:
        """This process answers; nothing else is asked."""
        return PlainTextResponse("ok\n")

    def ready(self) -> PlainTextResponse:
        """The database answers too. Says nothing of what it holds."""
        try:
            self._site.host.store.mark()
        except BotError as error:
            return PlainTextResponse(f"{error.code}\n", LATER, headers_of(error))
        return PlainTextResponse("ready\n")

    def metrics(self, request: Request) -> PlainTextResponse:
        """As Prometheus reads it; a scrape reads only, and asks no node."""
        self._doors.metrics(request)
        text = exposition(self._site.host.watch())
        return PlainTextResponse(text, media_type=METRICS_TYPE)

    def _form(self, request: Request, target: str, error: BotError | None = None) -> HTMLResponse:
        visit = self._doors.visit(request)
        page = self._site.plain(
            "login.html", status_of(error) if error else 200, next=target,
            form=self._doors.seals.form(visit), wrong=told(error) if error else "",
        )  # fmt: skip
        if error:
            page.headers.update(headers_of(error))
        self._keep(page, VISIT, visit)
        return page

    def _keep(self, answer: Response, name: str, text: str) -> None:
        plan = self._site.host.plan
        answer.set_cookie(
            self._doors.cookie(name), text, max_age=plan.session_s, path="/",
            secure=plan.tls_ahead, httponly=True, samesite="strict",
        )  # fmt: skip


def to_login(request: Request) -> RedirectResponse:
    """Back to the page that was asked for, when it was one that only shows."""
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    target = asked if request.method == "GET" else "/"
    return RedirectResponse(f"/login?next={quote(target, safe='')}", SEE_OTHER)


def _inside(target: str) -> str:
    """A path of ours: `//elsewhere` and `/\\elsewhere` would leave it."""
    local = target.startswith("/") and not target.startswith(("//", "/\\"))
    return target if local and target.isprintable() else "/"
