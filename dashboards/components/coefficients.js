// The figures of two judges that can be put beside each other: what each is called, its own range, and how it is
// written. Definitions are those of the marts judge_pair_agreement and judge_rank_correlation.
import { coefficient, percent, signed } from './numbers.js';

const beyondChance = (name, explanation) => ({ name, explanation, low: -1, high: 1, write: coefficient });

/** By column of judge_pair_agreement. */
export const AGREEMENT = {
	percent_agreement: { name: 'Percent agreement', explanation: 'percent', low: 0, high: 1, write: percent },
	cohen_kappa: beyondChance("Cohen's kappa", 'kappa'),
	linear_weighted_kappa: { ...beyondChance('Weighted kappa, linear', 'linear_kappa'), isOrdinal: true },
	quadratic_weighted_kappa: { ...beyondChance('Weighted kappa, quadratic', 'quadratic_kappa'), isOrdinal: true },
	scott_pi: beyondChance("Scott's pi", 'scott_pi'),
	gwet_ac1: beyondChance("Gwet's AC1", 'ac1'),
	gwet_ac2: { ...beyondChance("Gwet's AC2", 'ac2'), isOrdinal: true },
	krippendorff_alpha: beyondChance("Krippendorff's alpha, nominal", 'alpha'),
	krippendorff_alpha_ordinal: { ...beyondChance("Krippendorff's alpha, ordinal", 'alpha_ordinal'), isOrdinal: true },
	mean_shift: {
		...{ name: 'Mean shift', explanation: 'mean_shift', low: -2, high: 2, write: signed },
		...{ isOrdinal: true, isDirected: true }
	}
};

/** By column of judge_rank_correlation. */
export const CORRELATION = {
	pearson_correlation: beyondChance("Pearson's correlation of scores", 'pearson'),
	spearman_correlation: beyondChance("Spearman's correlation of scores", 'spearman'),
	kendall_tau_b: beyondChance("Kendall's tau-b of scores", 'kendall')
};

export const COEFFICIENTS = { ...AGREEMENT, ...CORRELATION };

/** What is correlated, and what its n counts. */
export const LEVELS = {
	response: { name: 'responses', about: 'over responses' },
	text: { name: 'within questions', about: 'within each question, averaged over questions' },
	system: { name: 'mean scores of models', about: 'over the mean scores of models' }
};
export const UNITS = { response: 'responses', text: 'questions', system: 'models' };

/**
 * One figure of each pair.
 *
 * @param {Record<string, any>[]} rows of judge_pair_agreement or judge_rank_correlation
 * @param {string} key a column of COEFFICIENTS
 */
export const figuresOf = (rows, key) =>
	rows.map((row) => {
		// There are fewer scopes with bootstrap intervals than with Wilson's.
		const prefix = row[`${key}_lower`] == null ? `${key}_wilson` : key;
		return {
			judge_a: row.judge_a,
			judge_b: row.judge_b,
			value: row[key] ?? null,
			lower: row[`${prefix}_lower`] ?? null,
			upper: row[`${prefix}_upper`] ?? null,
			n: row.item_count ?? row.response_count,
			unit: UNITS[row.level ?? 'response'],
			isSmall: row.is_small_sample,
			bowker_p_value: row.bowker_p_value ?? null
		};
	});

/** The same figure of the pair the other way round, which turns a directed one about. */
export const turned = (figure, { isDirected = false }) =>
	isDirected && figure.value !== null
		? {
				...figure,
				value: -figure.value,
				lower: figure.upper === null ? null : -figure.upper,
				upper: figure.lower === null ? null : -figure.lower
			}
		: figure;

/** The colour of a figure on the whole range of its coefficient, which the figures at hand do not stretch. */
export const heat = (value, { low, high }) => {
	if (value === null) return 'none';
	const share = Math.min(1, value >= 0 ? value / high : value / low);
	return `rgb(var(${value >= 0 ? '--heat' : '--heat-below'}) / ${(0.6 * share).toFixed(3)})`;
};
