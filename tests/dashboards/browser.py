"""A headless Chromium for looking at the built site, and what it must never do."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from assets.dashboards.serve import site_server

PAGES = {"overview": "/", "judges": "/judges/", "models": "/models/", "data-quality": "/data-quality/"}
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
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

    origin: str
    elsewhere: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    @classmethod
    def over(cls, page: Page, origin: str) -> "Watch":
        watch = cls(origin)
        # The engine's worker fetches too; its requests are the context's, not the page's.
        page.context.on("request", lambda request: watch._note_request(request.url))
        page.on("console", lambda message: message.type == "error" and watch.errors.append(message.text))
        page.on("pageerror", lambda error: watch.errors.append(str(error)))
        page.context.on("response", lambda response: response.status >= 400 and watch.missing.append(response.url))
        return watch

    def _note_request(self, url: str) -> None:
        if not url.startswith((f"{self.origin}/", "data:", f"blob:{self.origin}/")):
            self.elsewhere.append(url)

    def assert_clean(self, page: Page) -> None:
        assert self.elsewhere == []
        assert self.missing == []
        assert self.errors == []
        assert page.evaluate("window.pwned") is None, "a name from the data ran as script"


def open_page(page: Page, origin: str, path: str) -> None:
    """Go to a page and wait until its controls answer."""
    page.goto(origin + path)
    page.wait_for_selector("html[data-hydrated]", state="attached")


def screenshot_pages(browser: Browser, origin: str, destination: Path) -> dict[str, int]:
    """Pictures of every page, wide and narrow, light and dark; returns pixels by which each is too wide."""
    destination.mkdir(parents=True, exist_ok=True)
    overflow = {}
    for width, scheme in ((1280, "light"), (1280, "dark"), (390, "light")):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        page = context.new_page()
        for name, path in PAGES.items():
            open_page(page, origin, path)
            page.wait_for_load_state("networkidle")
            page.screenshot(path=destination / f"{name}-{width}-{scheme}.png", full_page=True)
            overflow[f"{name}-{width}-{scheme}"] = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
        context.close()
    return overflow
