"""What every route is given, and how a page is put together around its own part."""

from dataclasses import dataclass

from fastapi import Request
from fastapi.responses import HTMLResponse

from botctl.flows.permit import Look, look
from botctl.web.bar import bar
from botctl.web.doors import Doors, Visitor
from botctl.web.events import Hub
from botctl.web.render import Pages
from botctl.wiring.web import WebHost

NAV = (
    ("/", "Overview"),
    ("/cycles", "Cycles"),
    ("/ledger", "Ledger"),
    ("/orders", "Orders"),
    ("/positions", "Positions"),
    ("/providers", "Providers"),
    ("/alerts", "Alerts"),
    ("/control", "Control"),
)


@dataclass(frozen=True, slots=True)
class Site:
    host: WebHost
    doors: Doors
    pages: Pages
    hub: Hub

    def look(self) -> Look:
        return look(self.host.watch())

    def page(
        self,
        request: Request,
        visitor: Visitor,
        name: str,
        *,
        seen: Look | None = None,
        status: int = 200,
        **facts: object,
    ) -> HTMLResponse:
        """`seen`: by who has just looked."""
        shown = seen or self.look()
        around = {
            "bot": self.host.bot,
            "mode": self.host.mode,
            "nav": [item for item in NAV if item[0] != "/control" or visitor.operates],
            "here": "/" + request.url.path.split("/")[1],
            "visitor": visitor,
            "bar": bar(shown),
            "now_ms": shown.now_ms,
        }
        return HTMLResponse(self.pages.render(name, {**around, **facts}), status)

    def plain(self, name: str, status: int = 200, **facts: object) -> HTMLResponse:
        """A page without anything of the bot: for who is not logged in, and for outages."""
        return HTMLResponse(self.pages.render(name, facts), status)
