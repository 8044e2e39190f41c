"""Texts by language models are shown with their formatting and can do nothing, in a real browser without a CSP.

Both fences of `safe_markdown.js` stand alone here too: the renderer with DOMPurify behind it, and DOMPurify without the
renderer, given raw HTML.
"""

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Dialog, Page

from assets.dashboards.site import node_executable

from .browser import Watch, served
from .conftest import PROJECT
from .hostile_texts import ATTACKS, HTML, MARKDOWN, TIRING

ENTRY = """
export { renderMarkdown, sanitizeHtml } from './components/safe_markdown.js';
export { parse as renderAnything } from 'marked';
export const leaveAsItIs = (html) => html;
export { default as Markdown } from './components/Markdown.svelte';
"""
BUNDLE = """
const { createRequire } = require('node:module');
const fs = require('node:fs');
const [project, entry, destination] = process.argv.slice(1);
const from = createRequire(project + '/package.json');
const svelte = {
    name: 'svelte',
    setup: (build) => build.onLoad({ filter: /\\.svelte$/ }, async ({ path }) => {
        const { compile } = await import(from.resolve('svelte/compiler'));
        const { js, warnings } = compile(fs.readFileSync(path, 'utf8'), { filename: path, css: 'injected' });
        if (warnings.length) throw new Error(warnings.map((warning) => warning.message).join());
        return { contents: js.code };
    }),
};
const stdin = { contents: entry, resolveDir: project };
const common = { stdin, bundle: true, plugins: [svelte], logLevel: 'error' };
from('esbuild').build({ ...common, format: 'iife', globalName: 'site', outfile: destination });
"""
PAGE = "<!doctype html><meta charset=utf-8><link rel=icon href=data:,><body><script src=bundle.js></script>"

# What is wrong with what lies below a node, in words; looks at nodes as the browser has made them.
AUDIT = """
(root) => {
    const tags = new Set(('P BR HR H4 H5 H6 STRONG EM DEL CODE PRE BLOCKQUOTE UL OL LI ' +
        'DIV TABLE THEAD TBODY TR TH TD A').split(' '));
    const attributes = { A: ['href', 'rel', 'target', 'data-host'], OL: ['start'], TH: ['align'], TD: ['align'] };
    const found = [];
    const nodes = document.createTreeWalker(root, NodeFilter.SHOW_ALL);
    while (nodes.nextNode()) {
        const node = nodes.currentNode;
        if (node.nodeType === Node.TEXT_NODE) continue;
        if (node.nodeType !== Node.ELEMENT_NODE || !tags.has(node.tagName)) {
            found.push(node.nodeName);
            continue;
        }
        if (node.shadowRoot) found.push('shadow root');
        for (const { name, value } of node.attributes) {
            if (name === 'is' && value === '') continue;  // HTML keeps it for good; DOMPurify empties it
            if (!(attributes[node.tagName] ?? []).includes(name)) found.push(`${node.tagName} ${name}`);
        }
        if (node.tagName !== 'A' || !node.hasAttribute('href')) continue;
        if (!URL.canParse(node.getAttribute('href'))) {
            found.push(`link into the site: ${node.getAttribute('href')}`);
            continue;
        }
        const url = new URL(node.href);
        if (!['http:', 'https:'].includes(url.protocol)) found.push(`link to ${url.protocol}`);
        if (node.rel !== 'noopener noreferrer nofollow ugc') found.push(`link with rel ${node.rel}`);
        if (node.target !== '_blank') found.push(`link into ${node.target}`);
        if (node.dataset.host !== url.host) found.push(`link that names ${node.dataset.host}`);
    }
    return found;
}
"""
SHOW_ALL = f"""
([way, texts]) => texts.map((text) => {{
    const place = document.body.appendChild(document.createElement('section'));
    place.innerHTML = site[way](text);
    return ({AUDIT})(place);
}})
"""


@dataclass
class Harness:
    """A page with the code under test, and what happened on it."""

    page: Page
    watch: Watch
    dialogs: list[str] = field(default_factory=list)
    answer: bool = False

    def note(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        if self.answer:
            dialog.accept()
        else:
            dialog.dismiss()

    def violations(self, way: str, texts: tuple[str, ...]) -> dict[str, list[str]]:
        """Show every text in a section of its own; what is wrong with them."""
        found = self.page.evaluate(SHOW_ALL, [way, list(texts)])
        self.page.wait_for_load_state("networkidle")
        return {text: wrong for text, wrong in zip(texts, found, strict=True) if wrong}


@pytest.fixture(scope="module")
def harness_origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("harness")
    (folder / "index.html").write_text(PAGE)
    command = [node_executable(), "-e", BUNDLE, str(PROJECT), ENTRY, str(folder / "bundle.js")]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    with served(folder) as address:
        yield address


@pytest.fixture
def harness(browser: Browser, harness_origin: str) -> Iterator[Harness]:
    context = browser.new_context()
    page = context.new_page()
    harness = Harness(page, Watch.over(page, harness_origin))
    page.on("dialog", harness.note)
    page.goto(harness_origin)
    yield harness
    context.close()


@pytest.fixture(scope="module")
def reader(browser: Browser, harness_origin: str) -> Iterator[Page]:
    """A page for tests that look at one text's HTML only."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(harness_origin)
    yield page
    context.close()


def rendered(reader: Page, text: str | None) -> str:
    return str(reader.evaluate("(text) => site.renderMarkdown(text)", text))


def test_no_attack_gets_through(harness: Harness) -> None:
    assert len(set(ATTACKS)) == len(ATTACKS) > 80
    assert harness.violations("renderMarkdown", ATTACKS) == {}
    harness.watch.assert_clean(harness.page)
    assert harness.dialogs == []
    assert harness.page.url.startswith(harness.watch.origin)


def test_the_second_fence_holds_where_raw_html_reaches_it(harness: Harness) -> None:
    """The renderer lets no HTML through to it, so what it is there for is shown to it directly."""
    assert harness.violations("sanitizeHtml", ATTACKS) == {}
    harness.watch.assert_clean(harness.page)
    assert harness.dialogs == []


def test_the_attacks_are_live_without_the_fences(harness: Harness) -> None:
    """Otherwise the tests above prove nothing: every attack must be one that they would see."""
    assert set(HTML) - set(harness.violations("leaveAsItIs", HTML)) == set()
    assert set(MARKDOWN) - set(harness.violations("renderAnything", MARKDOWN)) == set()
    assert harness.page.evaluate("window.pwned") == 1
    assert harness.watch.elsewhere


def test_raw_html_is_shown_as_text(reader: Page) -> None:
    """Models write about HTML; a reader wants to see what was written, to the letter."""
    texts = [" ".join(re.sub(r"[`*_~\\[\]{}$\0\u202e&]", "", text).split()) for text in HTML]
    shown = reader.evaluate(
        """(texts) => texts.map((text) => {
            document.body.innerHTML = site.renderMarkdown('`' + text + '` and ' + text);
            return document.body.textContent.trim();
        })""",
        texts,
    )
    assert shown == [f"{text} and {text}" for text in texts]


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**a** *b* ~~c~~ `d`", "<p><strong>a</strong> <em>b</em> <del>c</del> <code>d</code></p>"),
        ("one\ntwo\n\nthree", "<p>one<br>two</p>\n<p>three</p>"),
        ("# a\n## b\n### c\n#### d", "<h4>a</h4>\n<h5>b</h5>\n<h6>c</h6>\n<h6>d</h6>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("3. a\n4. b", '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>'),
        ("- [x] a\n- [ ] b", "<ul>\n<li>☑ a</li>\n<li>☐ b</li>\n</ul>"),
        ("> a\n> > b", "<blockquote>\n<p>a</p>\n<blockquote>\n<p>b</p>\n</blockquote>\n</blockquote>"),
        ("```python\nif a < b:\n    c\n```", "<pre><code>if a &lt; b:\n    c\n</code></pre>"),
        ("a\n\n---\n\nb", "<p>a</p>\n<hr>\n<p>b</p>"),
        ("1 < 2 & 3 > 2", "<p>1 &lt; 2 &amp; 3 &gt; 2</p>"),
        ("<b>bold</b>", "<p>&lt;b&gt;bold&lt;/b&gt;</p>"),
        ("<div>\n*a*\n</div>", "<p>&lt;div&gt;<br><em>a</em><br>&lt;/div&gt;</p>"),
        ("![a *chart*](https://evil.example/x.png)", "<p>a *chart*</p>"),
        ("[*a*](mailto:x@y.example)", "<p><em>a</em></p>"),
        ("\u202eabc\0", "<p>\ufffdabc\ufffd</p>"),
        ("", ""),
        (None, ""),
    ],
)
def test_markdown_is_rendered(reader: Page, text: str | None, html: str) -> None:
    assert rendered(reader, text).strip() == html


def test_a_table_keeps_its_cells_and_their_alignment(reader: Page) -> None:
    html = rendered(reader, "| a | b |\n|:--|--:|\n| **1** | 2 |").replace("\n", "")
    assert html == (
        '<div><table><thead><tr><th align="left">a</th><th align="right">b</th></tr></thead>'
        '<tbody><tr><td align="left"><strong>1</strong></td><td align="right">2</td></tr></tbody></table></div>'
    )


@pytest.mark.parametrize(
    "text", ["[a](https://b.example/c?d=1&e=2)", "[a][1]\n\n[1]: https://b.example/c?d=1&e=2 'title'"]
)
def test_a_link_opens_elsewhere_and_names_its_host(reader: Page, text: str) -> None:
    assert rendered(reader, text).strip() == (
        '<p><a href="https://b.example/c?d=1&amp;e=2" rel="noopener noreferrer nofollow ugc" target="_blank" '
        'data-host="b.example">a</a></p>'
    )


def test_the_host_is_the_one_that_the_browser_would_ask(reader: Page) -> None:
    html = rendered(reader, "[x](https://bank.example@evil.example/) [y](https://b\u0430nk.example)")
    assert 'data-host="evil.example"' in html
    assert 'data-host="xn--bnk-6cd.example"' in html


@pytest.mark.parametrize("text", TIRING.values(), ids=TIRING)
def test_tiring_texts_come_back_soon_and_whole(reader: Page, text: str) -> None:
    milliseconds, shown = reader.evaluate(
        """(text) => {
            const start = performance.now();
            document.body.innerHTML = site.renderMarkdown(text);
            return [performance.now() - start, document.body.textContent];
        }""",
        text,
    )
    assert milliseconds < 10_000
    assert ("a" in shown) == ("a" in text)
    assert shown.count("b") == text.count("b")


def test_a_very_long_text_is_shown_as_it_is(reader: Page) -> None:
    text = "**All** of <b>this</b>\n" * 10_000
    assert rendered(reader, text) == f"<p>{text.replace('<', '&lt;').replace('>', '&gt;')}</p>"


def test_where_formatting_would_cost_too_much_the_rest_of_the_text_keeps_its_own(reader: Page) -> None:
    html = rendered(reader, "*before*\n\n" + "a_" * 40_000 + "\n\n*after*\n\n- item")
    assert html.startswith("<p><em>before</em></p>\n<p>a_a_")
    assert html.endswith("<p><em>after</em></p>\n<ul>\n<li>item</li>\n</ul>\n")


def test_without_a_document_a_text_is_only_escaped() -> None:
    """Pages are prerendered by Node, where DOMPurify would hand back what it was given."""
    module = json.dumps(str(PROJECT / "components" / "safe_markdown.js"))
    script = f"import({module}).then(({{ renderMarkdown }}) => console.log(renderMarkdown('*a* <b onclick=x>')))"
    result = subprocess.run([node_executable(), "-e", script], capture_output=True, text=True, check=True)
    assert result.stdout == "<p>*a* &lt;b onclick=x&gt;</p>\n"


def component(harness: Harness, text: str) -> None:
    harness.page.evaluate("(text) => new site.Markdown({ target: document.body, props: { text } })", text)


@pytest.mark.parametrize("key", ["click", "middle", "Enter"])
@pytest.mark.parametrize("answer", [True, False])
def test_a_link_is_followed_only_after_a_question_that_names_the_host(
    harness: Harness, key: str, *, answer: bool
) -> None:
    harness.answer = answer
    # Followed links stay on this machine: their host is the harness itself.
    component(harness, f"[**safe**]({harness.watch.origin}/index.html)")
    link = harness.page.locator(".markdown a")
    opened: list[Page] = []
    harness.page.context.on("page", lambda page: opened.append(page))  # noqa: PLW0108  # takes no built-in

    def follow() -> None:
        if key == "Enter":
            link.press("Enter")
        else:
            link.click(button="middle" if key == "middle" else "left")

    if answer:
        with harness.page.context.expect_page():
            follow()
    else:
        follow()
        harness.page.wait_for_load_state("networkidle")
    assert len(opened) == answer
    (question,) = harness.dialogs
    assert harness.watch.origin.removeprefix("http://") in question
    assert "written by a language model" in question


def test_the_host_stands_beside_the_link_and_cannot_be_turned_round(harness: Harness) -> None:
    component(harness, "[https://bank.example](https://evil.example/x)")
    link = harness.page.locator(".markdown a")
    style = link.evaluate(
        "(link) => { const style = getComputedStyle(link, '::after'); "
        "return [style.content, style.unicodeBidi, style.direction, style.display]; }"
    )
    assert "evil.example" in style[0]
    assert style[1:] == ["isolate", "ltr", "inline"]


def test_a_text_is_never_wider_than_its_place(harness: Harness) -> None:
    harness.page.set_viewport_size({"width": 320, "height": 700})
    word = "x" * 500
    table = "|" + f"{word} |" * 9 + "\n|" + "-|" * 9 + "\n|" + "a |" * 9
    component(harness, "\n\n".join([word, f"```\n{word}\n```", table, f"> {word}", f"- {word}", f"# {word}"]))
    assert harness.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_a_new_text_replaces_the_old_one(harness: Harness) -> None:
    harness.page.evaluate(
        "() => { window.shown = new site.Markdown({ target: document.body, props: { text: '*old*' } }) }"
    )
    assert harness.page.locator(".markdown em").inner_text() == "old"
    harness.page.evaluate("() => window.shown.$set({ text: '**new**' })")
    assert harness.page.locator(".markdown strong").inner_text() == "new"
    assert harness.page.locator(".markdown em").count() == 0
