/* Before the first paint, so that a dark page never flashes white. A file of its own: the pages run no inline script. */
try {
	window.localStorage.setItem('speechmap-probe', '');
	window.localStorage.removeItem('speechmap-probe');
} catch (error) {
	/* Denied, or full, and Evidence uses it on every page: one that lasts as long as the page, and says so. */
	const kept = new Map();
	Object.defineProperty(window, 'localStorage', {
		value: {
			isForgetful: true,
			getItem: (key) => kept.get(key) ?? null,
			setItem: (key, value) => kept.set(key, String(value)),
			removeItem: (key) => kept.delete(key),
			clear: () => kept.clear()
		}
	});
}
document.documentElement.dataset.theme =
	localStorage.getItem('appearance') ??
	(window.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
