"""The forms of an operator: a wish, the page that says what it means, and the page that says it is done."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse

from botctl.core.codes import Code
from botctl.core.errors import UsageError
from botctl.core.roles import Role
from botctl.web.control import carried_out, meaning, wish_of
from botctl.web.doors import Visitor
from botctl.web.site import Site

Text = Annotated[str, Form(max_length=4_000)]
WRONG_WORD = 422


def control_pages(site: Site) -> APIRouter:
    router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
    forms = Forms(site)
    router.add_api_route("/control", forms.choose, methods=["GET"], response_model=None)
    router.add_api_route("/control/{action}", forms.ask, methods=["POST"], response_model=None)
    router.add_api_route(
        "/control/{action}/confirm", forms.confirm, methods=["POST"], response_model=None
    )
    return router


class Forms:
    def __init__(self, site: Site) -> None:
        self._site = site

    def choose(self, request: Request) -> HTMLResponse:
        visitor = self._site.doors.require(request, Role.OPERATOR)
        watch = self._site.host.watch()
        pauses = [p for p in watch.store.pauses() if p.until_ms > watch.clock.now_ms()]
        return self._site.page(request, visitor, "control.html", pauses=pauses)

    def ask(  # noqa: PLR0913, PLR0917  one a field
        self,
        request: Request,
        action: str,
        form: Text,
        why: Text = "",
        market: Text = "",
        length: Annotated[str, Form(alias="for", max_length=20)] = "",
        exits_too: Text = "",
    ) -> HTMLResponse:
        visitor = self._visitor(request, form)
        fields = {"why": why, "market": market, "for": length, "exits_too": exits_too}
        return self._asked(request, visitor, action, fields)

    def confirm(
        self, request: Request, action: str, form: Text, order: Text, word: Text = ""
    ) -> HTMLResponse:
        visitor = self._visitor(request, form)
        fields = self._site.doors.seals.ordered(order, visitor.nonce)
        if fields.pop("action", "") != action:
            raise UsageError(Code.ERR_FORM_STALE, "that was another action: begin again")
        if word.strip() != self._site.host.bot:
            wrong = "that was not the word: nothing was done"
            return self._asked(request, visitor, action, fields, wrong=wrong)
        who = f"{visitor.access.name} (page)"
        host = self._site.host
        done = carried_out(host.watch(), host.log, wish_of(action, fields), who)
        return self._site.page(request, visitor, "done.html", done=done)

    def _visitor(self, request: Request, form: str) -> Visitor:
        visitor = self._site.doors.require(request, Role.OPERATOR)
        self._site.doors.check_form(request, form, visitor.nonce)
        return visitor

    def _asked(
        self,
        request: Request,
        visitor: Visitor,
        action: str,
        fields: dict[str, str],
        wrong: str = "",
    ) -> HTMLResponse:
        wish = wish_of(action, fields)
        told = meaning(self._site.host.watch(), wish)
        order = self._site.doors.seals.order(visitor.nonce, {**fields, "action": action})
        return self._site.page(
            request, visitor, "confirm.html", wish=wish, told=told, order=order, wrong=wrong,
            status=WRONG_WORD if wrong else 200,
        )  # fmt: skip
