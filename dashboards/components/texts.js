// Texts of responses and analyses, read from packs a few kilobytes at a time.
import { base } from '$app/paths';
import { query, queryColumns, siteManifest } from './engine.js';

const READS_AT_ONCE = 6;
const whole = new Map();
let index;

/** Where each chunk lies: its first response (and after the last chunk, the number of responses), pack, start, bytes. */
const chunkIndex = () => {
	index ??= readIndex().catch((error) => {
		index = undefined; // what failed once is tried again
		throw error;
	});
	return index;
};

const readIndex = async () => {
	const [{ pack, response_count, bytes }, packs] = await Promise.all([
		queryColumns('select pack, response_count, bytes from text_chunks'),
		query('select file from text_packs order by pack')
	]);
	const first = new Int32Array(pack.length + 1);
	const start = new Int32Array(pack.length);
	for (let chunk = 0; chunk < pack.length; chunk++) {
		first[chunk + 1] = first[chunk] + response_count[chunk];
		start[chunk] = chunk > 0 && pack[chunk - 1] === pack[chunk] ? start[chunk - 1] + bytes[chunk - 1] : 0;
	}
	return { first, start, pack, bytes, files: packs.map(({ file }) => file) };
};

/** Position of the chunk that holds a response. */
const chunkOf = (first, response) => {
	let low = 0;
	let high = first.length - 2;
	while (low < high) {
		const middle = (low + high + 1) >> 1;
		if (first[middle] <= response) low = middle;
		else high = middle - 1;
	}
	return low;
};

const inflated = async (bytes) => {
	const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
	return new Response(stream).json();
};

/** A part of a pack. A host that knows no range requests sends the whole pack, which then serves the next parts too. */
const part = async (path, start, bytes) => {
	if (whole.has(path)) return (await whole.get(path)).slice(start, start + bytes);
	const response = await fetch(`${base}/${path}`, { headers: { Range: `bytes=${start}-${start + bytes - 1}` } });
	if (!response.ok) throw new Error(`${path}: the site's host answered ${response.status}`);
	const buffer = response.arrayBuffer();
	if (response.status === 206) return buffer;
	whole.set(path, buffer);
	buffer.catch(() => whole.delete(path));
	return (await buffer).slice(start, start + bytes);
};

/** Chunks in rising order, those that lie one after the other in a pack together: one read each. */
const runs = (chunks, pack) => {
	const found = [];
	for (const chunk of chunks) {
		const last = found.at(-1);
		if (last && last.at(-1) + 1 === chunk && pack[chunk] === pack[last[0]]) last.push(chunk);
		else found.push([chunk]);
	}
	return found;
};

/** Whether the site was built with texts. */
export const hasTexts = async () => Boolean((await siteManifest()).texts);

/** Read where texts lie before somebody asks for one. */
export const prepareTexts = async () => {
	if (await hasTexts()) await Promise.all([chunkIndex(), query('select count(*) from question_texts')]);
};

/**
 * Texts of responses.
 *
 * @param {number[]} responses response numbers, as rows of response_labels are counted
 * @returns {Promise<Map<number, {content: string | null, analyses: Record<string, string>}>>} by response number;
 *   analyses by judge
 */
export const readTexts = async (responses) => {
	const { texts } = await siteManifest();
	if (!texts) return new Map();
	const { first, start, pack, bytes, files } = await chunkIndex();
	const wanted = new Map();
	for (const response of [...responses].sort((one, other) => one - other)) {
		const chunk = chunkOf(first, response);
		wanted.set(chunk, [...(wanted.get(chunk) ?? []), response]);
	}
	const found = new Map();
	const waiting = runs([...wanted.keys()], pack);
	const work = async () => {
		for (let run = waiting.shift(); run; run = waiting.shift()) {
			const begin = start[run[0]];
			const end = start[run.at(-1)] + bytes[run.at(-1)];
			const read = await part(`${texts}/${files[pack[run[0]]]}`, begin, end - begin);
			for (const chunk of run) {
				const from = start[chunk] - begin;
				const rows = await inflated(read.slice(from, from + bytes[chunk]));
				for (const response of wanted.get(chunk)) {
					const [content, analyses] = rows[response - first[chunk]];
					found.set(response, { content, analyses });
				}
			}
		}
	};
	await Promise.all(Array.from({ length: READS_AT_ONCE }, work));
	return found;
};
