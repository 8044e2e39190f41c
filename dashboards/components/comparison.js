// What the comparison page shows, as a state that a URL can hold, and the questions that it puts to the engine.
// Names never become SQL: the narrow table holds numbers, and names are looked up beside it.
import { canonical, LABELS, labelsOf } from './labels.js';

/** Filters by the table in which a value is looked up, and the column there. */
export const FILTERS = {
	theme: { name: 'Theme', table: 'questions', column: 'theme' },
	domain: { name: 'Domain', table: 'questions', column: 'domain' },
	model: { name: 'Model', table: 'models', column: 'model' },
	family: { name: 'Family', table: 'models', column: 'family' },
	provider: { name: 'Provider', table: 'providers', column: 'provider' }
};
const NUMBER = { questions: 'question_number', models: 'model_number', providers: 'provider_number' };
export const PAGE_SIZE = 50;

/**
 * The state in a URL's search part; what is missing or unknown there is as in `initial`.
 *
 * @param {URLSearchParams} search
 * @param {object} initial
 * @param {{judge: string}[]} judges
 */
export const viewOf = (search, initial, judges) => {
	const known = (name, values, otherwise) => (values.includes(search.get(name)) ? search.get(name) : otherwise);
	const names = judges.map(({ judge }) => judge);
	const view = {
		...initial,
		a: known('a', names, initial.a),
		b: known('b', names, initial.b),
		taxonomyA: known('labels-a', ['label', 'fine_label'], initial.taxonomyA),
		taxonomyB: known('labels-b', ['label', 'fine_label'], initial.taxonomyB),
		labelSet: known('errors', ['three_labels', 'with_error'], initial.labelSet),
		page: Math.min(Math.max(1, Number.parseInt(search.get('page') ?? '1', 10) || 1), 1e6)
	};
	// An empty value stands for what is not known.
	for (const filter of Object.keys(FILTERS)) view[filter] = search.getAll(filter).map((value) => value || null);
	const [from, to] = [search.get('from'), search.get('to')];
	view.cell = canonical(from) && canonical(to) ? { from, to } : null;
	return view;
};

/** The search part of a URL for a state, without what is as in `initial`. */
export const searchOf = (view, initial) => {
	const search = new URLSearchParams({ a: view.a, b: view.b });
	if (view.taxonomyA !== initial.taxonomyA) search.set('labels-a', view.taxonomyA);
	if (view.taxonomyB !== initial.taxonomyB) search.set('labels-b', view.taxonomyB);
	if (view.labelSet !== initial.labelSet) search.set('errors', view.labelSet);
	for (const filter of Object.keys(FILTERS)) for (const value of view[filter]) search.append(filter, value ?? '');
	if (view.cell) {
		search.set('from', view.cell.from);
		search.set('to', view.cell.to);
		if (view.page > 1) search.set('page', view.page);
	}
	return search;
};

/** Labels of one side, in the order of the canonical ones. */
export const labelsShown = (labels, taxonomy, labelSet) => {
	const wanted = labelsOf(labelSet);
	if (taxonomy === 'label') return wanted;
	const fine = labels.filter(({ label }) => wanted.includes(label));
	fine.sort((one, other) => LABELS.indexOf(one.label) - LABELS.indexOf(other.label) || one.label_number - other.label_number);
	return fine.map(({ fine_label }) => fine_label);
};

const columnOf = (judges, name) => judges.find(({ judge }) => judge === name).label_column;

const numbers = (values) => (values.length ? values.join(',') : '-1');

/** Condition on response_labels: that two judges labelled a response, within the filters. */
const condition = (view, lookups) => {
	const conditions = ['a', 'b'].map((side) => `${columnOf(lookups.judges, view[side])} is not null`);
	for (const table of Object.keys(NUMBER)) {
		const filters = Object.keys(FILTERS).filter((name) => FILTERS[name].table === table && view[name].length);
		if (!filters.length) continue;
		const rows = lookups[table].filter((row) =>
			filters.every((name) => view[name].includes(row[FILTERS[name].column]))
		);
		const inside = `${NUMBER[table]} in (${numbers(rows.map((row) => row[NUMBER[table]]))})`;
		const isUnknown = table === 'providers' && view.provider.includes(null);
		conditions.push(isUnknown ? `(${inside} or ${NUMBER[table]} is null)` : inside);
	}
	return conditions.join(' and ');
};

/** SQL of how often which two labels met: from, to (label numbers) and n. */
export const countsQuery = (view, lookups) => `
	select
		${columnOf(lookups.judges, view.a)} as label_a,
		${columnOf(lookups.judges, view.b)} as label_b,
		count(*)::int as n
	from response_labels
	where ${condition(view, lookups)}
	group by 1, 2`;

/** The answer of `countsQuery` by finer labels: {from, to, n}. */
export const namedCounts = (rows, labels) => {
	const names = new Map(labels.map(({ label_number, fine_label }) => [label_number, fine_label]));
	return rows.map(({ label_a, label_b, n }) => ({ from: names.get(label_a), to: names.get(label_b), n }));
};

/** The same by the labels of each side's taxonomy. */
export const inTaxonomies = (counts, view) =>
	counts.map(({ from, to, n }) => ({
		from: view.taxonomyA === 'label' ? canonical(from) : from,
		to: view.taxonomyB === 'label' ? canonical(to) : to,
		n
	}));

const codes = (labels, taxonomy, name) =>
	numbers(labels.filter((label) => label[taxonomy] === name).map(({ label_number }) => label_number));

/**
 * SQL of one page of the responses behind a cell. In the order of the table, which is that of models, then questions,
 * the texts of a page lie close together.
 */
export const itemsQuery = (view, lookups) => {
	const [a, b] = [columnOf(lookups.judges, view.a), columnOf(lookups.judges, view.b)];
	return `
	select rowid::int as response_number, question_number, model_number, provider_number, ${a} as label_a, ${b} as label_b
	from response_labels
	where
		${condition(view, lookups)}
		and ${a} in (${codes(lookups.labels, view.taxonomyA, view.cell.from)})
		and ${b} in (${codes(lookups.labels, view.taxonomyB, view.cell.to)})
	order by rowid
	limit ${PAGE_SIZE} offset ${(view.page - 1) * PAGE_SIZE}`;
};
