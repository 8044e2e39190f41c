// Markdown that language models wrote, as HTML that can do nothing but be read.
//
// Two fences, each enough by itself: `marked` is told to take raw HTML for text and to leave out images, and
// DOMPurify then drops whatever is not on the lists below. Where either cannot do its work, the text is shown
// as it is, escaped.

import DOMPurify from 'dompurify';
import { Lexer, Parser, Renderer, Tokenizer } from 'marked';

// Longer texts, and those that nest deeper, are shown as they are: parsing them may take minutes.
const MOST_CHARACTERS = 100_000;
const DEEPEST = 20;
// What formatting within paragraphs may cost in one text, in the unit of `inlineCost`; some 0.5 s at worst.
const INLINE_BUDGET = 3e7;

const TAGS = (
	'p br hr h4 h5 h6 strong em del code pre blockquote ul ol li ' +
	'div table thead tbody tr th td a'
).split(' ');
const ATTRIBUTES = ['align', 'href', 'start'];

// They make what follows read backwards, hosts of links included; no language needs them.
const UNREADABLE = /[\0\u202d\u202e]/g;

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escapeHtml = (text) => text.replace(/[&<>"']/g, (character) => ENTITIES[character]);

/** The text as one paragraph that keeps its line breaks (see `white-space` in Markdown.svelte). */
const asItIs = (text) => `<p>${escapeHtml(text)}</p>`;

/** The address that a link leads to as a URL, or null where it is none of the web's. */
function webAddress(href) {
	try {
		const url = new URL(href); // without a base: a relative address would lead into this site
		return ['http:', 'https:'].includes(url.protocol) ? url : null;
	} catch {
		return null;
	}
}

class TextTokenizer extends Tokenizer {
	html() {
		return undefined;
	}

	tag() {
		return undefined;
	}
}

class TextRenderer extends Renderer {
	heading({ tokens, depth }) {
		const level = Math.min(depth + 3, 6); // the page's own outline ends above
		return `<h${level}>${this.parser.parseInline(tokens)}</h${level}>\n`;
	}

	link({ href, text, tokens }) {
		const inside = tokens ? this.parser.parseInline(tokens) : escapeHtml(text);
		return webAddress(href) ? `<a href="${escapeHtml(href)}">${inside}</a>` : inside;
	}

	image({ text }) {
		return escapeHtml(text);
	}

	code({ text }) {
		return `<pre><code>${escapeHtml(text)}\n</code></pre>\n`;
	}

	checkbox({ checked }) {
		return checked ? '☑ ' : '☐ ';
	}

	table(token) {
		return `<div>${super.table(token)}</div>\n`; // what scrolls when the table is wide
	}

	html({ text }) {
		return escapeHtml(text);
	}
}

/** Marked looks ahead from every delimiter to the end, and at any run of spaces or letters again and again. */
function inlineCost(source) {
	const delimiters = source.match(/[*_~`[\]<@&]|:\/\//g)?.length ?? 0;
	return source.length * (delimiters + source.length / 10);
}

/** Throws at blocks that nest too deep; inline text that nests too deep or costs too much stays as it is. */
class BoundedLexer extends Lexer {
	blockDepth = 0;
	inlineDepth = 0;
	budget = INLINE_BUDGET;

	blockTokens(source, tokens, lastParagraphClipped) {
		if (this.blockDepth === DEEPEST) throw new RangeError('blocks nest too deep');
		this.blockDepth += 1;
		const result = super.blockTokens(source, tokens, lastParagraphClipped);
		this.blockDepth -= 1;
		return result;
	}

	inlineTokens(source, tokens = []) {
		const cost = inlineCost(source);
		if (this.inlineDepth === DEEPEST || cost > this.budget) {
			tokens.push({ type: 'text', raw: source, text: source, escaped: false });
			return tokens;
		}
		this.budget -= cost;
		this.inlineDepth += 1;
		const result = super.inlineTokens(source, tokens);
		this.inlineDepth -= 1;
		return result;
	}
}

function parse(text) {
	const options = { gfm: true, breaks: true, silent: true };
	const tokens = new BoundedLexer({ ...options, tokenizer: new TextTokenizer() }).lex(text);
	return new Parser({ ...options, renderer: new TextRenderer() }).parse(tokens);
}

let purifier;

/** An instance of DOMPurify of our own, so that its hook holds for these texts only; null where there is no DOM. */
function ownPurifier() {
	if (purifier === undefined) {
		purifier = typeof window === 'undefined' ? null : DOMPurify(window);
		if (!purifier?.isSupported) purifier = null; // it would hand back what it was given
		purifier?.addHook('afterSanitizeAttributes', restrainLink);
	}
	return purifier;
}

function restrainLink(node) {
	if (node.nodeName !== 'A') return;
	const url = webAddress(node.getAttribute('href') ?? '');
	if (url === null) {
		node.removeAttribute('href');
		return;
	}
	node.setAttribute('href', url.href);
	node.setAttribute('rel', 'noopener noreferrer nofollow ugc');
	node.setAttribute('target', '_blank');
	node.setAttribute('data-host', url.host); // shown beside the link
}

/** Hostile HTML with nothing left but what Markdown can say; null where this browser cannot tell. */
export function sanitizeHtml(html) {
	return (
		ownPurifier()?.sanitize(html, {
			ALLOWED_TAGS: TAGS,
			ALLOWED_ATTR: ATTRIBUTES,
			ALLOW_DATA_ATTR: false,
			ALLOW_ARIA_ATTR: false
		}) ?? null
	);
}

/**
 * HTML of a Markdown text of unknown intent, to be put into a page by `{@html}`: see Markdown.svelte.
 *
 * Links lead to http(s) only, name their host in `data-host` and open elsewhere; of images the description stays; raw
 * HTML is shown as text. A text that is too long or nests too deep is shown as it is, and so is every text where there
 * is no DOM.
 */
export function renderMarkdown(text) {
	if (text === null || text === undefined) return '';
	const readable = String(text).replace(UNREADABLE, '\ufffd');
	if (readable.length > MOST_CHARACTERS) return asItIs(readable);
	try {
		return sanitizeHtml(parse(readable)) ?? asItIs(readable);
	} catch {
		return asItIs(readable);
	}
}
