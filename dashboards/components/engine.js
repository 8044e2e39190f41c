// The browser's DuckDB and the tables that it answers from. A table is fetched whole, and only when a query names
// it: files are small, caches keep them, and no host has to know range requests.
import { base } from '$app/paths';

let manifest;
let connection;
let database;
const tables = new Map();
// Files and tables of downloads, so that two of them at a time do not meet.
let files = 0;

const fetched = async (path, options) => {
	const response = await fetch(`${base}/${path}`, options);
	if (response.status === 404) throw new Error(`${path} is gone: the data may have been refreshed; reload the page`);
	if (!response.ok) throw new Error(`${path}: the site's host answered ${response.status}`);
	return response;
};

const readManifest = async () => (await fetched('data/manifest.json', { cache: 'no-cache' })).json();

/**
 * What the site holds: `tables` by name, each with `path`, `rows` and `bytes`; `texts`, or null for a site without.
 */
export const siteManifest = () => {
	manifest ??= readManifest().catch((error) => {
		manifest = undefined; // what failed once is tried again
		throw error;
	});
	return manifest;
};

const opened = () => {
	connection ??= open().catch((error) => {
		connection = undefined;
		throw error;
	});
	return connection;
};

const open = async () => {
	const [{ AsyncDuckDB, VoidLogger }, { default: module }, { default: EngineWorker }] = await Promise.all([
		import('@duckdb/duckdb-wasm'),
		import('@duckdb/duckdb-wasm/dist/duckdb-eh.wasm?url'),
		import('@duckdb/duckdb-wasm/dist/duckdb-browser-eh.worker.js?worker')
	]);
	database = new AsyncDuckDB(new VoidLogger(), new EngineWorker());
	await database.instantiate(module);
	await database.open({
		query: { castBigIntToDouble: true, castTimestampToDate: true, castDecimalToDouble: true }
	});
	return database.connect();
};

const load = async (name, path) => {
	const [engine, bytes] = await Promise.all([
		opened(),
		fetched(path).then((response) => response.arrayBuffer())
	]);
	const file = `${name}.parquet`;
	await database.registerFileBuffer(file, new Uint8Array(bytes));
	await engine.query(`create or replace table "${name}" as select * from read_parquet('${file}')`);
	await database.dropFile(file);
};

/** Fetch the tables that `sql` names, as far as they are not there yet. */
const prepare = async (sql) => {
	const known = (await siteManifest()).tables;
	const words = new Set(sql.match(/\w+/g));
	const named = Object.keys(known).filter((name) => words.has(name));
	for (const name of named) {
		if (!tables.has(name)) {
			const loading = load(name, known[name].path);
			tables.set(name, loading);
			loading.catch(() => tables.delete(name));
		}
	}
	await Promise.all(named.map((name) => tables.get(name)));
	return opened();
};

/**
 * Rows of a query as plain objects.
 *
 * @param {string} sql
 * @returns {Promise<Record<string, any>[]>}
 */
export const query = async (sql) => {
	const engine = await prepare(sql);
	const result = await engine.query(sql);
	return Array.from(result, (row) => row.toJSON());
};

/**
 * Columns of a query as typed arrays, for many rows of numbers.
 *
 * @param {string} sql
 * @returns {Promise<Record<string, ArrayLike<number>>>}
 */
export const queryColumns = async (sql) => {
	const engine = await prepare(sql);
	const result = await engine.query(sql);
	return Object.fromEntries(result.schema.fields.map(({ name }) => [name, result.getChild(name).toArray()]));
};

const written = async (engine, sql, format) => {
	const file = `download-${++files}.${format}`;
	const options = format === 'csv' ? 'format csv, header' : 'format parquet, compression zstd';
	await engine.query(`copy (${sql}) to '${file}' (${options})`);
	const bytes = await database.copyFileToBuffer(file);
	await database.dropFile(file);
	return bytes;
};

/**
 * The bytes of a file with the rows of a query.
 *
 * @param {string} sql
 * @param {'csv' | 'parquet'} format
 * @returns {Promise<Uint8Array>}
 */
export const queryFile = async (sql, format) => written(await prepare(sql), sql, format);

/**
 * The bytes of a file with rows that a page holds. Values reach the engine as Arrow columns, never as SQL.
 *
 * @param {Record<string, any>[]} rows
 * @param {{key: string, type: 'text' | 'integer' | 'number' | 'boolean'}[]} columns
 * @param {'csv' | 'parquet'} format
 * @returns {Promise<Uint8Array>}
 */
export const rowsFile = async (rows, columns, format) => {
	const [arrow, engine] = await Promise.all([import('apache-arrow'), opened()]);
	const types = { text: new arrow.Utf8(), integer: new arrow.Int32(), number: new arrow.Float64(), boolean: new arrow.Bool() };
	const vectors = columns.map(({ key, type }) => {
		// A builder that is told what stands for null makes a function from a string, which the pages' policy forbids.
		const builder = arrow.makeBuilder({ type: types[type], nullValues: [] });
		rows.forEach((row, position) => {
			if (row[key] == null) builder.setValid(position, false);
			else builder.set(position, type === 'text' ? String(row[key]) : row[key]);
		});
		return [key, new arrow.Vector([builder.finish().flush()])];
	});
	const name = `rows_${++files}`;
	const bytes = arrow.tableToIPC(new arrow.Table(Object.fromEntries(vectors)), 'stream');
	await engine.insertArrowFromIPCStream(bytes, { name, create: true });
	try {
		return await written(engine, `select * from ${name}`, format);
	} finally {
		await engine.query(`drop table ${name}`);
	}
};
