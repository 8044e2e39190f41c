// A person's own labels: kept in this browser until they are exported as the file that `speechmap review import` reads.
const KEY = 'speechmap-reviews';

/**
 * Reviews by response: {label, analysis, reviewed_at (ISO 8601, UTC), blind (labelled before judges were shown)}.
 * @returns {Record<string, {label: string, analysis: string, reviewed_at: string, blind: boolean}>}
 */
export const storedReviews = () => {
	try {
		const found = JSON.parse(localStorage.getItem(KEY) ?? '{}');
		return found && typeof found === 'object' && !Array.isArray(found) ? found : {};
	} catch {
		return {};
	}
};

/** Keep the reviews; false where the browser refuses (private windows, a full disk). */
export const storeReviews = (reviews) => {
	try {
		localStorage.setItem(KEY, JSON.stringify(reviews));
		return true;
	} catch {
		return false;
	}
};

/**
 * The reviews with a label given now. A label that is changed after the judges were shown is not blind any more.
 */
export const withLabel = (reviews, response, label, isHidden) => {
	const before = reviews[response];
	if (before?.label === label) return reviews;
	return {
		...reviews,
		[response]: { analysis: '', ...before, label, reviewed_at: new Date().toISOString(), blind: isHidden }
	};
};

/** The reviews with other words on a response that has a label. */
export const withAnalysis = (reviews, response, analysis) => ({
	...reviews,
	[response]: { ...reviews[response], analysis, reviewed_at: new Date().toISOString() }
});

/** The file that `speechmap review import` reads. */
export const reviewFile = (reviews) =>
	JSON.stringify(
		{
			format: 'speechmap-review',
			version: 1,
			reviews: Object.entries(reviews).map(([response_uuid, review]) => ({ response_uuid, ...review }))
		},
		null,
		1
	);
