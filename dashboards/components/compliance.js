// Shares of the labels per model, theme or domain, by one judge or by the panel's consensus, in one shape for both.
import { LABELS } from './labels.js';

/** The source that is no judge. */
export const CONSENSUS = { name: 'Panel consensus (majority)', judge: null };
/** Below this many responses a sum over themes says little; of models and themes the marts tell. */
const SMALL_SAMPLE = 30;

const Z = 1.959963984540054;

/** Bounds of the 95 % interval after Wilson (1927); of nothing, none. */
export const wilson = (hits, n) => {
	if (!n) return [null, null];
	const centre = (hits + Z ** 2 / 2) / (n + Z ** 2);
	const half = (Z * Math.sqrt((hits * (n - hits)) / n + Z ** 2 / 4)) / (n + Z ** 2);
	return [hits === 0 ? 0 : centre - half, hits === n ? 1 : centre + half];
};

const fields = (label) => label.toLowerCase();
const countOf = (row, label, prefix) => row[`${prefix}${fields(label)}_count`];

/** The consensus first, then the judges, the busiest first. */
export const sourcesOf = (rows) => {
	const totals = new Map();
	for (const { judge, assessment_count } of rows) totals.set(judge, (totals.get(judge) ?? 0) + assessment_count);
	const judges = [...totals].sort((one, other) => other[1] - one[1] || one[0].localeCompare(other[0]));
	return [CONSENSUS, ...judges.map(([judge]) => ({ name: judge, judge }))];
};

const shaped = (row, prefix, n) => {
	const is_small = (prefix ? row.is_small_consensus_sample : row.is_small_sample) ?? n < SMALL_SAMPLE;
	const shares = LABELS.map((label) => {
		const name = fields(label);
		return {
			[`${name}_count`]: countOf(row, label, prefix),
			[`${name}_share`]: row[`${prefix}${name}_share`],
			[`${name}_lower`]: row[`${prefix}${name}_share_wilson_lower`],
			[`${name}_upper`]: row[`${prefix}${name}_share_wilson_upper`]
		};
	});
	return {
		...Object.fromEntries(Object.entries(row).filter(([key]) => !/^(consensus_)?(complete|evasive|denial|error)_/.test(key))),
		...Object.assign({}, ...shares),
		complete_share_spread: row.complete_share_spread,
		n,
		is_small,
		sample: is_small ? 'small' : null,
		labels: n ? Object.fromEntries(LABELS.map((label) => [label, countOf(row, label, prefix)])) : null
	};
};

/**
 * What one source says: counts, shares and intervals without prefix, n, whether that is few, and the counts by label.
 *
 * @param {Record<string, any>[]} rows of model_compliance or theme_compliance
 * @param {{judge: string | null}} source one of `sourcesOf`
 * @param {'model' | 'theme' | 'domain'} key what a row is about
 */
export const bySource = (rows, { judge }, key) => {
	if (judge !== null)
		return rows.filter((row) => row.judge === judge).map((row) => shaped(row, '', row.assessment_count));
	// The consensus stands in the row of each judge.
	return [...new Map(rows.map((row) => [row[key], row])).values()]
		.map((row) => shaped(row, 'consensus_', row.consensus_response_count));
};

const SUMMED = ['assessment_count', 'consensus_response_count', 'consensus_tie_count'].concat(
	LABELS.flatMap((label) => [`${fields(label)}_count`, `consensus_${fields(label)}_count`])
);

/** Rows of theme_compliance, with their domain, added up by domain and judge. */
export const byDomain = (rows) => {
	const sums = new Map();
	const consensus = new Map();
	for (const row of rows) {
		const key = JSON.stringify([row.domain, row.judge]);
		if (!sums.has(key)) sums.set(key, { judge: row.judge, domain: row.domain, ...Object.fromEntries(SUMMED.map((name) => [name, 0])) });
		const sum = sums.get(key);
		for (const name of SUMMED) if (!name.startsWith('consensus_')) sum[name] += row[name];
		// A theme's consensus counts once, whoever judged the theme.
		consensus.set(row.domain, (consensus.get(row.domain) ?? new Map()).set(row.theme, row));
	}
	return [...sums.values()].map((sum) => {
		for (const theme of consensus.get(sum.domain).values())
			for (const name of SUMMED) if (name.startsWith('consensus_')) sum[name] += theme[name];
		for (const [prefix, n] of [['', sum.assessment_count], ['consensus_', sum.consensus_response_count]])
			for (const label of LABELS) {
				const name = `${prefix}${fields(label)}_share`;
				const hits = countOf(sum, label, prefix);
				sum[name] = n ? hits / n : null;
				[sum[`${name}_wilson_lower`], sum[`${name}_wilson_upper`]] = wilson(hits, n);
			}
		return sum;
	});
};
