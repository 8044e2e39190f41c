/* Before the first paint, so that a dark page never flashes white. A file of its own: the pages run no inline script. */
try {
	const chosen = localStorage.getItem('appearance');
	const dark = window.matchMedia('(prefers-color-scheme: dark)').matches;
	document.documentElement.dataset.theme = chosen ?? (dark ? 'dark' : 'light');
} catch (error) {
	document.documentElement.dataset.theme = 'light';
}
