"""A headless Chromium for looking at the built site, and what it must never do."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Request, Response, expect, sync_playwright

from assets.dashboards.serve import site_server

NAMES = (
    *("compare", "agreement", "panel", "judges", "models", "themes", "timeline", "disputed", "questions", "review"),
    *("changes", "data-quality", "downloads"),
)
PAGES = {"overview": "/"} | {name: f"/{name}/" for name in NAMES}
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Pages of one origin share a process, and in it what has been compiled.
    "--process-per-site",
    # Another host does not even resolve, so that a page which needs one fails here as it would offline.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


@dataclass(frozen=True)
class BuiltSite:
    """A built site and the warehouse whose marts it shows."""

    folder: Path
    warehouse: Path


def chromium_executable(playwright: Playwright) -> str:
    """Path of an installed Chromium or Chrome, or else of Playwright's own."""
    installed = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if installed:
        return installed
    if Path(playwright.chromium.executable_path).exists():
        return playwright.chromium.executable_path
    pytest.fail("no Chromium, Chrome or Playwright browser found; run `make setup-browser`")


@contextmanager
def open_browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_executable(playwright), args=list(_FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address at which `folder` is served meanwhile."""
    with site_server(folder, 0) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@dataclass
class Watch:
    """What a page did that it must not do."""

    context: BrowserContext
    origin: str
    elsewhere: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    @classmethod
    def over(cls, page: Page, origin: str) -> "Watch":
        watch = cls(page.context, origin)
        # The engine's worker fetches too; its requests are the context's, not the page's.
        page.context.on("request", watch._note_request)
        page.context.on("response", watch._note_response)
        page.on("console", lambda message: message.type == "error" and watch._note_error(message.text))
        page.on("pageerror", lambda error: watch.errors.append(str(error)))
        return watch

    def end(self) -> None:
        """Look away: what follows in the same context is another test's."""
        self.context.remove_listener("request", self._note_request)
        self.context.remove_listener("response", self._note_response)

    @staticmethod
    def forgive_errors(page: Page) -> None:
        """What a test provoked on purpose is no finding: say so to the watch over `page`."""
        page.evaluate("console.error('forgive')")

    def _note_error(self, text: str) -> None:
        if text == "forgive":
            self.errors.clear()
            self.elsewhere.clear()
        else:
            self.errors.append(text)

    def _note_request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.origin}/", "data:", f"blob:{self.origin}/")):
            self.elsewhere.append(request.url)

    def _note_response(self, response: Response) -> None:
        if response.status >= 400:
            self.missing.append(response.url)

    def assert_clean(self, page: Page) -> None:
        found = {"asked of others": self.elsewhere, "missing": self.missing, "errors": self.errors}
        assert not any(found.values()), found
        assert page.evaluate("window.pwned") is None, "a name from the data ran as script"


def open_page(page: Page, origin: str, path: str) -> None:
    """Go to a page and wait until its controls answer."""
    page.goto(origin + path)
    page.wait_for_selector("html[data-hydrated]", state="attached")


def settle(page: Page) -> None:
    """Wait until a page has read and shown everything that it shows by itself."""
    page.wait_for_load_state("networkidle")
    expect(page.get_by_text("Reading the")).to_have_count(0)


def forget_everything(keeper: Page, origin: str) -> None:
    """Close every other page in the context of `keeper`, and clear what pages of the origin have stored."""
    for page in keeper.context.pages:
        if page != keeper:
            page.close()
    session = keeper.context.new_cdp_session(keeper)
    session.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "all"})
    session.detach()
