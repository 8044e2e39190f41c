// How the panel's majority labels of the responses to a question divide.
import { query } from './engine.js';
import { LABELS } from './labels.js';
import { consensusOf, readPanel } from './panel_labels.js';

/**
 * Responses by majority label, ties left out.
 *
 * @param {number[]} questions question numbers
 * @returns {Promise<Map<number, Record<string, number>>>} by question number
 */
export const readConsensus = async (questions) => {
	const found = new Map();
	if (questions.length === 0) return found;
	const [panel, rows] = await Promise.all([
		readPanel(),
		query(`select * from response_labels where question_number in (${questions.map(Number)})`)
	]);
	for (const row of rows) {
		const { majority_label } = consensusOf(row, panel);
		if (majority_label === null) continue;
		if (!found.has(row.question_number))
			found.set(row.question_number, Object.fromEntries(LABELS.map((label) => [label, 0])));
		found.get(row.question_number)[majority_label] += 1;
	}
	return found;
};
