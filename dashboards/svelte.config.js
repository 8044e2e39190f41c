// What the site needs of SvelteKit beyond Evidence's own settings.
export default {
	kit: {
		// A built page finds its files from where it lies, so that the site can be put into any folder of any host.
		paths: { relative: true },
		// Evidence's components ask its own engine, which comes with a second one for old browsers, 22 MB.
		alias: { '@evidence-dev/universal-sql/client-duckdb': './src/components/engine.js' },
		// Texts on the pages come from language models. Should one ever get past the sanitiser, the browser still
		// runs no script but the site's own and asks no other host for anything.
		csp: {
			mode: 'hash',
			directives: {
				'default-src': ['none'],
				'script-src': ['self', 'wasm-unsafe-eval'],
				'style-src': ['self', 'unsafe-inline'],
				'img-src': ['self'],
				'connect-src': ['self'],
				'worker-src': ['self'],
				'base-uri': ['none'],
				'form-action': ['none']
			}
		}
	}
};
