// The small tables beside the narrow one, and how many responses each value of a filter stands for.
import { FILTERS } from './comparison.js';
import { query } from './engine.js';
import { filterOptions } from './filter_options.js';

const BUSIEST_PAIR = `
	select judge_a as a, judge_b as b
	from judge_pair_agreement
	where scope = 'overall' and label_set = 'with_error'
	order by response_count desc, judge_a, judge_b
	limit 1`;

const countsBy = async (number) => {
	const rows = await query(`select ${number} as number, count(*)::int as n from response_labels group by 1`);
	return new Map(rows.map(({ number, n }) => [number, n]));
};

/** Judges, labels, questions (without wording), models and providers; options per filter; the pair to begin with. */
export const readLookups = async () => {
	const [judges, labels, questions, models, providers, [busiestPair]] = await Promise.all([
		query('select judge, label_column from judges order by judge'),
		query('select * from labels order by label_number'),
		query('select question_number, question_id, category, theme, domain from questions order by question_number'),
		query('select model_number, model, family, creator from models order by model_number'),
		query('select * from providers order by provider_number'),
		query(BUSIEST_PAIR)
	]);
	const [byQuestion, byModel, byProvider] = await Promise.all([
		countsBy('question_number'),
		countsBy('model_number'),
		countsBy('provider_number')
	]);
	const counts = { questions: byQuestion, models: byModel, providers: byProvider };
	const numbers = { questions: 'question_number', models: 'model_number', providers: 'provider_number' };
	const tables = { questions, models, providers: [...providers, { provider_number: null, provider: null }] };
	const options = Object.fromEntries(
		Object.entries(FILTERS).map(([name, { table, column }]) => [
			name,
			filterOptions(tables[table], column, (row) => counts[table].get(row[numbers[table]]) ?? 0)
		])
	);
	const first = judges[0]?.judge;
	return { judges, labels, questions, models, providers, options, busiestPair: busiestPair ?? { a: first, b: first } };
};
