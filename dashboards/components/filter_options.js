// What a filter offers, and whether a value passes it. Null stands for what is not known, and comes last.

/**
 * Values of a column with how many responses, questions or the like stand behind each, in order of name.
 *
 * @param {Record<string, any>[]} rows
 * @param {string} key of the column
 * @param {(row: Record<string, any>) => number} weight of a row in the count
 * @returns {{value: string | null, response_count: number}[]} values that nothing stands behind are left out
 */
export const filterOptions = (rows, key, weight = () => 1) => {
	const totals = new Map();
	for (const row of rows) totals.set(row[key], (totals.get(row[key]) ?? 0) + weight(row));
	return [...totals]
		.filter(([, total]) => total > 0)
		.map(([value, response_count]) => ({ value, response_count }))
		.sort((one, other) => (one.value === null) - (other.value === null) || one.value?.localeCompare(other.value));
};

/** Whether a value is among the chosen ones; nothing chosen lets everything through. */
export const isWithin = (chosen, value) => chosen.length === 0 || chosen.includes(value);
