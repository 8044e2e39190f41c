// A person's own labels: kept in this browser until they are exported as the file that `speechmap review import` reads.
import { base } from '$app/paths';

// Several sites may share a host: each keeps its own.
const key = (what) => `speechmap-${what}:${base}`;

const stored = (what) => {
	try {
		const found = JSON.parse(localStorage.getItem(key(what)) ?? '{}');
		return found && typeof found === 'object' && !Array.isArray(found) ? found : {};
	} catch {
		return {};
	}
};

const store = (what, value) => {
	try {
		localStorage.setItem(key(what), JSON.stringify(value));
		return !localStorage.isForgetful;
	} catch {
		return false;
	}
};

/**
 * Reviews by response: {label, analysis, reviewed_at (ISO 8601, UTC), blind (labelled before judges were shown)}.
 * @returns {Record<string, {label: string, analysis: string, reviewed_at: string, blind: boolean}>}
 */
export const storedReviews = () =>
	Object.fromEntries(Object.entries(stored('reviews')).filter(([, review]) => typeof review?.label === 'string'));

/** Keep the reviews; false where the browser refuses (private windows, a full disk). */
export const storeReviews = (reviews) => store('reviews', reviews);

/** Responses whose judges' labels this person has seen, as keys; outlives the reviews. */
export const seenJudges = () => stored('seen');

/** Remember that the judges' labels of a response were shown. */
export const rememberSeen = (response) => store('seen', { ...seenJudges(), [response]: true });

/** The reviews with a label given now, which is blind if no judge's label had been shown before. */
export const withLabel = (reviews, response, label, isBlind) => {
	const before = reviews[response];
	if (before?.label === label) return reviews;
	return {
		...reviews,
		[response]: { analysis: '', ...before, label, reviewed_at: new Date().toISOString(), blind: isBlind }
	};
};

/** The reviews with other words on a response that has a label. */
export const withAnalysis = (reviews, response, analysis) => ({
	...reviews,
	[response]: { ...reviews[response], analysis, reviewed_at: new Date().toISOString() }
});

/** The reviews without one. */
export const without = (reviews, response) =>
	Object.fromEntries(Object.entries(reviews).filter(([other]) => other !== response));

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
