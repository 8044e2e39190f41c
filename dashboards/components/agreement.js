// Agreement of two judges from counts of label pairs. Definitions are those of the mart judge_pair_agreement.

import { labelsOf } from './labels.js';

/**
 * Square table of counts for one label set.
 * @param {{label_a: string, label_b: string, response_count: number}[]} transitions rows with other labels, or
 *   none, do not count
 * @param {'three_labels' | 'with_error'} labelSet
 * @returns {number[][]} counts by label of judge A (rows) and of judge B (columns), in the order of labelsOf
 */
export const transitionCounts = (transitions, labelSet) => {
	const labels = labelsOf(labelSet);
	const counts = labels.map(() => labels.map(() => 0));
	for (const { label_a, label_b, response_count } of transitions) {
		const row = labels.indexOf(label_a);
		const column = labels.indexOf(label_b);
		if (row >= 0 && column >= 0) counts[row][column] += Number(response_count);
	}
	return counts;
};

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

export const rowTotals = (counts) => counts.map(sum);
export const columnTotals = (counts) => counts.map((_, column) => sum(counts.map((row) => row[column])));

/**
 * n, percent agreement and Cohen's kappa (1960). What is undefined is null: everything but n without
 * responses, kappa also where both judges gave one and the same label throughout.
 */
export const agreement = (counts) => {
	const n = sum(rowTotals(counts));
	if (n === 0) return { n, agreed: 0, percent: null, kappa: null };
	const agreed = sum(counts.map((row, index) => row[index]));
	const columns = columnTotals(counts);
	// Whole numbers until the division, so that "both always the same label" is exactly n * n.
	const expected = sum(rowTotals(counts).map((total, index) => total * columns[index]));
	const kappa = expected === n * n ? null : (agreed * n - expected) / (n * n - expected);
	return { n, agreed, percent: agreed / n, kappa };
};
