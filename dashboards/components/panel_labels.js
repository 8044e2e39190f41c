// What the panel of LLM judges says of single responses, from the narrow table of labels. The same counting as in the
// mart response_consensus (with errors as a label): the majority of the judges of the panel, or none where it is tied.
import { query } from './engine.js';
import { LABELS } from './labels.js';

let panel;

/** All judges with their label column and whether they are on the panel, and the labels by number. */
export const readPanel = () =>
	(panel ??= (async () => {
		const [judges, labels] = await Promise.all([
			query(`
				select judges.judge, judges.label_column, judges.judge in (
					select judge from judge_strictness where is_panel
				) as is_panel
				from judges
				order by judges.judge`),
			query('select label_number, label, fine_label from labels')
		]);
		return { judges, labels: new Map(labels.map((row) => [row.label_number, row])) };
	})());

/**
 * Counts by label, the majority label (null for a tie, or nothing to count), and the entropy in bits.
 *
 * @param {Record<string, any>} row of response_labels
 * @param {Awaited<ReturnType<typeof readPanel>>} panel
 */
export const consensusOf = (row, { judges, labels }) => {
	const counts = Object.fromEntries(LABELS.map((label) => [label, 0]));
	let judge_count = 0;
	for (const { label_column, is_panel } of judges) {
		const number = row[label_column];
		if (!is_panel || number == null) continue;
		counts[labels.get(number).label] += 1;
		judge_count += 1;
	}
	const most = Math.max(...Object.values(counts));
	const first = LABELS.filter((label) => counts[label] === most);
	const shares = Object.values(counts).filter(Boolean).map((n) => n / judge_count);
	return {
		counts,
		judge_count,
		majority_label: judge_count > 0 && first.length === 1 ? first[0] : null,
		entropy_bits: judge_count > 0 ? Math.abs(shares.reduce((sum, share) => sum - share * Math.log2(share), 0)) : null
	};
};

/** All judges' finer labels of a response, for a card. */
export const judgmentsOf = (row, { judges, labels }) =>
	judges
		.filter(({ label_column }) => row[label_column] != null)
		.map(({ judge, label_column }) => ({ judge, label: labels.get(row[label_column]).fine_label }));
