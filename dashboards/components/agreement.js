// Agreement of two judges from counts of label pairs. Definitions are those of the mart judge_pair_agreement.

const SCORES = { DENIAL: 0, EVASIVE: 1, COMPLETE: 2 };

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

export const rowTotals = (counts) => counts.map(sum);
export const columnTotals = (counts) => (counts[0] ?? []).map((_, column) => sum(counts.map((row) => row[column])));

/**
 * Table of counts.
 * @param {{from: string, to: string, n: number}[]} pairs rows with other labels do not count
 * @param {string[]} rows labels of judge A
 * @param {string[]} columns labels of judge B
 * @returns {number[][]} counts by label of A, then of B
 */
export const transitionCounts = (pairs, rows, columns) => {
	const counts = rows.map(() => columns.map(() => 0));
	for (const { from, to, n } of pairs) {
		const row = rows.indexOf(from);
		const column = columns.indexOf(to);
		if (row >= 0 && column >= 0) counts[row][column] += n;
	}
	return counts;
};

/**
 * n, percent agreement, Cohen's kappa (1960), Gwet's AC1 (2008) and the mean shift of the score (DENIAL 0, EVASIVE 1,
 * COMPLETE 2) from A to B, of a square table of counts. What is undefined is null: everything but n without responses,
 * kappa also where both judges gave one and the same label throughout, the shift where a label has no score.
 * @param {number[][]} counts
 * @param {string[]} labels of its rows, and of its columns
 */
export const agreement = (counts, labels) => {
	const rows = rowTotals(counts);
	const columns = columnTotals(counts);
	const n = sum(rows);
	if (n === 0) return { n, agreed: 0, percent: null, kappa: null, ac1: null, shift: null };
	const agreed = sum(counts.map((row, index) => row[index]));
	// Whole numbers until the division, so that "both always the same label" is exactly n * n.
	const expected = sum(rows.map((total, index) => total * columns[index]));
	const kappa = expected === n * n ? null : (agreed * n - expected) / (n * n - expected);
	const shares = rows.map((total, index) => (total + columns[index]) / (2 * n));
	const byChance = sum(shares.map((share) => share * (1 - share))) / (labels.length - 1);
	const ac1 = (agreed / n - byChance) / (1 - byChance);
	const scores = labels.map((label) => SCORES[label]);
	const shift = scores.includes(undefined)
		? null
		: sum(scores.map((score, index) => score * (columns[index] - rows[index]))) / n;
	return { n, agreed, percent: agreed / n, kappa, ac1, shift };
};
