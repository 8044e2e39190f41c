"""The same files on other hosts: in a folder, without range requests, without texts, within free hosts' limits."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Browser, Page, expect

from assets.dashboards import serve
from assets.dashboards.export import export_site_data
from assets.dashboards.site import assemble_site

from .browser import PAGES, BuiltSite, Watch, open_page, served, settle
from .conftest import PROJECT, REFRESH

FOLDER = "/deep/er/site"


@pytest.fixture(scope="module")
def in_a_folder(built_site: BuiltSite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    root = tmp_path_factory.mktemp("host")
    (root / "index.html").write_text("another page")
    shutil.copytree(built_site.folder, root / FOLDER.strip("/"), copy_function=os.link)
    with served(root) as address:
        yield address


@pytest.fixture(scope="module")
def without_texts(warehouse: Path, shell: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("without-texts")
    export_site_data(warehouse, folder / "export", refresh=REFRESH, with_texts=False)
    assemble_site(shell, folder / "export", folder / "site")
    with served(folder / "site") as address:
        yield address


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def walk(page: Page) -> Iterator[str]:
    """Lead `page` to every page by the menu; the path of each, once it has shown all that it shows."""
    menu = page.get_by_role("navigation", name="Pages").get_by_role("link")
    for position, path in enumerate(PAGES.values()):
        menu.nth(position).click()
        expect(menu.nth(position)).to_have_attribute("aria-current", "page")
        settle(page)
        yield path


@pytest.mark.parametrize("first", ["/", "/compare/"])
def test_every_page_works_below_a_folder(visitor: Page, in_a_folder: str, first: str) -> None:
    """A page that is opened first finds its files by itself; those after it by the first one's way to the root."""
    watch = Watch.over(visitor, in_a_folder + FOLDER)
    open_page(visitor, in_a_folder, FOLDER + first)
    for path in walk(visitor):
        assert visitor.url.startswith(in_a_folder + FOLDER + path)
        expect(visitor.get_by_role("alert")).to_have_count(0)
        links = visitor.locator("a:not(.markdown a)").evaluate_all("links => links.map(link => link.href)")
        assert links
        assert all(link.startswith(f"{in_a_folder}{FOLDER}/") for link in links), links
    watch.assert_clean(visitor)


def test_pages_below_a_folder_lead_to_each_other_and_to_texts(visitor: Page, in_a_folder: str) -> None:
    open_page(visitor, in_a_folder, f"{FOLDER}/")
    visitor.get_by_role("navigation").get_by_role("link", name="Compare").click()
    visitor.locator("[data-cell=COMPLETE-EVASIVE]").click()
    expect(visitor.locator("[data-response]").first).to_be_visible()
    assert visitor.url.startswith(f"{in_a_folder}{FOLDER}/compare/?a=")


def shown_texts(page: Page, origin: str) -> list[str]:
    open_page(page, origin, "/compare/")
    page.locator("[data-cell=COMPLETE-EVASIVE]").click()
    expect(page.locator("[data-response]").first).to_be_visible()
    expect(page.get_by_text("Reading the text")).to_have_count(0)
    return page.locator("[data-response]").all_text_contents()


def test_a_host_without_range_requests_shows_the_same_texts(
    visitor: Page, origin: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_ranges = shown_texts(visitor, origin)
    monkeypatch.setattr(serve, "requested_range", lambda header, size: None)
    statuses: list[int] = []
    visitor.on("response", lambda response: ".bin" in response.url and statuses.append(response.status))
    assert shown_texts(visitor, origin) == with_ranges
    assert set(statuses) == {200}


def test_a_site_without_texts_says_so_and_keeps_its_figures(visitor: Page, without_texts: str, origin: str) -> None:
    open_page(visitor, origin, "/compare/")
    figures = visitor.locator("[data-figure]")
    expect(figures.first).to_be_visible()
    with_texts = figures.all_inner_texts()
    watch = Watch.over(visitor, without_texts)
    assert "No text." in shown_texts(visitor, without_texts)[0]
    assert figures.all_inner_texts() == with_texts
    open_page(visitor, without_texts, "/review/")
    expect(visitor.get_by_role("status").filter(has_text="built without texts")).to_be_visible()
    for _ in walk(visitor):
        expect(visitor.get_by_role("alert")).to_have_count(0)
    watch.assert_clean(visitor)


def test_files_fit_free_hosts(built_site: BuiltSite) -> None:
    sizes = [path.stat().st_size for path in built_site.folder.rglob("*") if path.is_file()]
    assert max(sizes) < 25 << 20
    assert len(sizes) < 20_000
    assert (built_site.folder / ".nojekyll").exists(), "GitHub Pages would leave out the folder _app"
    assert sum(size for size in sizes if size > 10 << 20) < 20 << 20, "one engine is enough"


def test_every_page_brings_a_policy_that_names_no_other_host(built_site: BuiltSite) -> None:
    pages = list(built_site.folder.rglob("index.html"))
    assert len(pages) == len(PAGES)
    for path in pages:
        (policy,) = re.findall(r'http-equiv="content-security-policy" content="([^"]+)"', path.read_text())
        directives = {name: values for name, *values in (part.split() for part in policy.split("; "))}
        assert directives["default-src"] == ["'none'"]
        assert "'unsafe-inline'" not in directives["script-src"]
        assert "'unsafe-eval'" not in directives["script-src"]
        allowed = {"'self'", "'none'", "'wasm-unsafe-eval'", "'unsafe-inline'"}
        named = {value for values in directives.values() for value in values} - allowed
        assert all(value.startswith("'sha256-") for value in named)


def test_pages_hold_no_data(built_site: BuiltSite, warehouse: Path) -> None:
    """Then a refresh needs no build, and what is on a page is never older than the tables beside it."""
    text = "".join(path.read_text() for path in built_site.folder.rglob("*.html"))
    assert REFRESH.upstream_commit not in text
    assert "openai/gpt-4o" not in text


def test_the_space_is_a_static_one_with_the_front_page_as_its_file() -> None:
    text = (PROJECT / "hosting" / "huggingface-space" / "README.md").read_text(encoding="utf-8")
    card = yaml.safe_load(text.split("---")[1])
    assert card["sdk"] == "static"
    assert card["app_file"] == "index.html"
    assert len(card["short_description"]) <= 60
    assert card["license"] == "apache-2.0"
