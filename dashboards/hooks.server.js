// Why a page could not be prerendered, for whoever reads the failed build's last lines.

/** @type {import('@sveltejs/kit').HandleServerError} */
export const handleError = ({ error, event }) => {
	const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
	console.error(`${event.url.pathname}: ${cause.split('\n').slice(0, 3).join('\n')}`);
	return { message: 'Internal Error' };
};
