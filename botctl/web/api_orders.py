"""What an operator may order by REST: the same actions as on the page, confirmed in the request."""

from typing import Annotated, Literal

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from botctl.core.codes import Code
from botctl.core.errors import UsageError
from botctl.core.roles import Role
from botctl.faces.document import jsonable
from botctl.web.control import WHY_CHARS_MAX, Done, Wish, carried_out, meaning, wish_of
from botctl.web.documents import answers
from botctl.web.schema import Schemas
from botctl.web.site import Site

Why = Annotated[str, Field(min_length=1, max_length=WHY_CHARS_MAX, examples=["news about it"])]
Confirm = Annotated[
    str, Field(max_length=200, description="The bot's name: it is meant.", examples=["main"])
]
Market = Annotated[str, Field(max_length=100, description="Empty: everything.", examples=[""])]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")

    why: Why
    confirm: Confirm


class KillBody(Body):
    level: Literal["soft", "hard", "off"]


class PauseBody(Body):
    market: Market = ""
    length: Annotated[str, Field(alias="for", max_length=20, examples=["10m"])] = "10m"
    exits_too: bool = False


class ResumeBody(Body):
    market: Market = ""


def ordering(site: Site, router: APIRouter, schemas: Schemas) -> None:
    orders = Ordering(site)
    for path, call, says in (
        ("/kill", orders.kill, "Set or lift the latched switch"),
        ("/pause", orders.pause, "No entries for a while, everywhere or in one market"),
        ("/resume", orders.resume, "End a pause before its time"),
    ):
        router.add_api_route(
            path, call, methods=["POST"], response_model=None, summary=says, tags=["order"],
            responses=answers(schemas, Done, "Done, and what holds now", 403, 404),
        )  # fmt: skip


class Ordering:
    def __init__(self, site: Site) -> None:
        self._site = site

    def kill(self, request: Request, body: KillBody) -> JSONResponse:
        return self._ordered(request, wish_of(body.level, {"why": body.why}), body.confirm)

    def pause(self, request: Request, body: PauseBody) -> JSONResponse:
        exits_too = "on" if body.exits_too else ""
        fields = {
            "why": body.why, "market": body.market, "for": body.length, "exits_too": exits_too
        }  # fmt: skip
        return self._ordered(request, wish_of("pause", fields), body.confirm)

    def resume(self, request: Request, body: ResumeBody) -> JSONResponse:
        fields = {"why": body.why, "market": body.market}
        return self._ordered(request, wish_of("resume", fields), body.confirm)

    def _ordered(self, request: Request, wish: Wish, confirm: str) -> JSONResponse:
        """Without the word it says what would happen, and does nothing."""
        host = self._site.host
        access = self._site.doors.bearer(request, Role.OPERATOR)
        told = meaning(host.watch(), wish)
        if confirm != told.word:
            say = "nothing was done: confirm with the bot's name"
            raise UsageError(
                Code.ERR_USAGE, say, confirm=told.word, scope=told.scope, means=told.consequence
            )
        done = carried_out(host.watch(), host.log, wish, f"{access.name} (rest)")
        return JSONResponse(jsonable(done))
