// In place of Evidence's own: pages are prerendered without data and ask the browser's engine for it, so that a
// refresh of the data is an exchange of Parquet files and no build.
import { browser } from '$app/environment';
import { setTrackProxy } from '@evidence-dev/sdk/usql';
import { query } from '$lib/engine.js';

export const prerender = true;
export const trailingSlash = 'always';

/** What Evidence's preprocessed Markdown expects of its layout. */
export const load = () => ({
	__db: { query: browser ? query : () => [] },
	inputs: setTrackProxy({ label: '', value: '' }),
	data: {},
	customFormattingSettings: { customFormats: [] }
});
