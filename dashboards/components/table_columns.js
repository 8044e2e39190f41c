// The kinds of columns that a table can have, and how each is written into a file.
import { LABELS } from './labels.js';
import { coefficient, count, percent, signed } from './numbers.js';

/**
 * - text: words; sorted and searched as such
 * - link: words that lead to `href(row)`; a row without a value has no link
 * - count, percent, coefficient, signed: numbers as in numbers.js
 * - interval: two shares, under the keys `bounds`; sorted by its width
 * - labels: a stacked bar; the value is counts by label
 *
 * @typedef {{
 *   key: string,
 *   title: string,
 *   kind: 'text' | 'link' | 'count' | 'percent' | 'coefficient' | 'signed' | 'interval' | 'labels',
 *   href?: (row: Record<string, any>) => string,
 *   bounds?: [string, string],
 * }} Column
 */

const NUMBERS = { count, percent, coefficient, signed };
const shareOf = (value) => (100 * value).toFixed(1);

export const isWords = ({ kind }) => kind === 'text' || kind === 'link';

/** A value as it is shown; labels are drawn instead. */
export const words = ({ key, kind, bounds }, row) => {
	if (kind === 'interval') {
		const [lower, upper] = bounds.map((bound) => row[bound]);
		return lower == null ? percent(null) : `${shareOf(lower)} – ${shareOf(upper)} %`;
	}
	const value = row[key];
	if (value == null && (isWords({ kind }) || kind === 'count')) return '–';
	return isWords({ kind }) ? String(value) : NUMBERS[kind](value);
};

/** What a column is sorted by. */
export const rank = ({ key, kind, bounds }, row) =>
	kind === 'interval' && row[bounds[0]] != null ? row[bounds[1]] - row[bounds[0]] : row[key];

const prefixOf = (key) => (key === 'labels' ? '' : `${key}_`);

const parts = (column) => {
	const { key, kind, bounds } = column;
	if (kind === 'labels')
		return LABELS.map((label) => [
			`${prefixOf(key)}${label.toLowerCase()}_count`,
			'integer',
			(row) => row[key]?.[label] ?? null
		]);
	if (kind === 'interval') return bounds.map((bound) => [bound, 'number', (row) => row[bound] ?? null]);
	const type = isWords(column) ? 'text' : kind === 'count' ? 'integer' : 'number';
	return [[key, type, (row) => row[key] ?? null]];
};

/**
 * The same rows for a file, numbers unrounded: an interval has two columns there, a bar one per label.
 *
 * @param {Column[]} columns
 * @param {Record<string, any>[]} rows
 */
export const forFile = (columns, rows) => {
	const all = [...new Map(columns.flatMap(parts).map((part) => [part[0], part])).values()];
	return {
		columns: all.map(([key, type]) => ({ key, type })),
		rows: rows.map((row) => Object.fromEntries(all.map(([key, , value]) => [key, value(row)])))
	};
};
