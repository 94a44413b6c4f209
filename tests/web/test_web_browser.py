"""The pages in a real Chromium: seen, live, acted upon, in light, dark and on a phone."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    ViewportSize,
    expect,
    sync_playwright,
)

from botctl.core.permission import Level, PermissionSource, SourceKind, worst
from botctl.wiring.stage import DevnetStage
from tests.support.browser_parts import installed, why_none
from tests.web.conftest import Tokens, one_cycle
from tests.web.serving import Served

FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-quic"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
PAGES = (
    *("/", "/cycles", "/ledger", "/explain?asked=CEDAR", "/orders", "/positions", "/providers"),
    *("/alerts?over=true", "/control", "/nowhere"),
)
WIDE: ViewportSize = {"width": 1200, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
PATIENCE_MS = 20_000
REFUSED = re.compile("status of (404|422)")  # what a test asked for on purpose
# WCAG 2.2, 1.4.3 (AA) for text of this size.
CONTRAST_MIN = 4.5
CONTRASTS = Path(__file__).parent / "contrasts.js"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = installed()
    if found is None:
        pytest.skip(why_none())
    with sync_playwright() as play:
        env: dict[str, str | float | bool] = {**os.environ, **found.env}  # noqa: TID251  the browser's
        one = play.chromium.launch(executable_path=found.binary, args=FLAGS, env=env)
        yield one
        one.close()


@contextmanager
def opened(
    browser: Browser, process: Served, token: str = "", *, phone: bool = False, dark: bool = False
) -> Iterator[Page]:
    """A fresh profile, logged in with `token`; its console stays silent, or the test fails."""
    context: BrowserContext = browser.new_context(
        base_url=process.url,
        viewport=PHONE if phone else WIDE,
        color_scheme="dark" if dark else "light",
    )
    page, said = context.new_page(), []
    page.set_default_timeout(PATIENCE_MS)
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    try:
        if token:
            page.goto("/login")
            page.get_by_label("Token").fill(token)
            page.get_by_role("button", name="Log in").click()
            page.wait_for_url("/")
        yield page
        assert [text for text in said if not REFUSED.search(text)] == []
    finally:
        context.close()


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("phone", [False, True])
def test_every_page_fits_reads_well_and_breaks_no_policy(
    browser: Browser, process: Served, tokens: Tokens, *, phone: bool, dark: bool
) -> None:
    with opened(browser, process, tokens.operator, phone=phone, dark=dark) as page:
        for path in PAGES:
            page.goto(path)
            expect(page.locator("h1")).to_be_visible()
            sideways = "document.documentElement.scrollWidth - innerWidth"
            assert page.evaluate(sideways) <= 0, f"{path} scrolls sideways"
            poor = page.evaluate(CONTRASTS.read_text(encoding="utf-8"), CONTRAST_MIN)
            assert poor == [], f"{path} is hard to read"


def test_a_committed_cycle_arrives_without_a_reload(
    browser: Browser, process: Served, tokens: Tokens, stage: DevnetStage
) -> None:
    with opened(browser, process, tokens.viewer) as page:
        page.goto("/cycles")
        expect(page.locator("#link")).to_have_text("live")
        page.evaluate("window.stayed = true")
        before = page.locator("tbody tr").count()
        cycle_id = one_cycle(stage)
        newest = page.locator("tbody tr").first.locator("a")
        expect(newest).to_have_attribute("href", f"/ledger?cycle={cycle_id}", timeout=PATIENCE_MS)
        assert page.locator("tbody tr").count() == before + 1
        assert page.evaluate("window.stayed"), "the page was loaded anew"


def test_an_operator_stops_entries_and_every_open_page_shows_it(
    browser: Browser, process: Served, tokens: Tokens, stage: DevnetStage
) -> None:
    with (
        opened(browser, process, tokens.viewer) as onlooker,
        opened(browser, process, tokens.operator) as page,
    ):
        expect(onlooker.locator("#link")).to_have_text("live")
        page.get_by_role("link", name="Control").click()
        section = page.locator("section", has=page.get_by_role("heading", name="Stop entries"))
        section.get_by_label("Why").fill("seen in a browser")
        section.get_by_role("button").click()
        expect(page.locator("#consequence")).to_contain_text("no entry is signed")
        expect(page.locator("#scope")).to_contain_text("bot demo in")
        page.get_by_label(re.compile("Type demo")).fill("wrong")
        page.get_by_role("button", name="Stop entries").click()
        expect(page.get_by_role("alert")).to_contain_text("nothing was done")
        assert worst(stage.store.sources(), SourceKind.KILL) is Level.ALLOW_ALL
        page.get_by_label(re.compile("Type demo")).fill("demo")
        page.get_by_role("button", name="Stop entries").click()
        expect(page.locator("h1")).to_have_text("Done")
        shown = onlooker.locator("#bar-permission")
        expect(shown).to_contain_text("exits only: seen in a browser", timeout=PATIENCE_MS)
    (source,) = [s for s in stage.store.sources() if s.kind is SourceKind.KILL]
    assert (source.level, source.who) == (Level.EXITS_ONLY, "otto (page)")
    lifted = PermissionSource(SourceKind.KILL, Level.ALLOW_ALL, "the test is over", "test", 1)
    stage.store.set_source(lifted)


def test_a_viewer_finds_no_way_to_act(browser: Browser, process: Served, tokens: Tokens) -> None:
    with opened(browser, process, tokens.viewer) as page:
        assert page.get_by_role("link", name="Control").count() == 0
        answer = page.request.get("/control")
        assert answer.status == 403


def test_the_keyboard_alone_is_enough(browser: Browser, process: Served, tokens: Tokens) -> None:
    with opened(browser, process) as page:
        page.goto("/login")
        expect(page.get_by_label("Token")).to_be_focused()
        page.keyboard.type(tokens.viewer)
        page.keyboard.press("Enter")
        page.wait_for_url("/")
        expect(page.locator("#link")).to_have_text("live")  # it has settled
        page.keyboard.press("Tab")
        expect(page.locator(":focus")).to_have_text("To the content")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        page.keyboard.press("Tab")
        outline = "getComputedStyle(document.activeElement).outlineStyle"
        assert page.evaluate(outline) == "solid", "the focus is seen"


def test_pages_work_without_script(browser: Browser, process: Served, tokens: Tokens) -> None:
    context = browser.new_context(base_url=process.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/ledger?kind=BUY")
    page.get_by_label("Token").fill(tokens.viewer)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Ledger")).to_be_visible(timeout=PATIENCE_MS)
    assert page.url.endswith("/ledger?kind=BUY"), "the login leads back"
    expect(page.locator("tbody tr").nth(2)).to_be_visible()
    page.locator("tbody tr").first.get_by_role("link").first.click()
    expect(page.locator("h1")).to_contain_text("BUY")
    context.close()


def test_a_login_that_ends_is_noticed_by_an_open_page(
    browser: Browser, process: Served, tokens: Tokens
) -> None:
    with opened(browser, process, tokens.viewer) as page:
        expect(page.locator("#link")).to_have_text("live")
        page.get_by_role("button", name="Log out").click()
        page.wait_for_url("/login")
        page.goto("/")
        assert "/login" in page.url
