// Conditions on upstream's text for the SQL that the pages send to the browser's DuckDB.

/**
 * `value` as a SQL expression made of hexadecimal digits: whatever a theme or model is called (quotes, comment
 * signs, line ends), it can neither end the literal nor be touched by the query text's way through Evidence,
 * which removes semicolons.
 */
export const text = (value) => {
	const bytes = Array.from(new TextEncoder().encode(value));
	return `decode('${bytes.map((byte) => '\\x' + byte.toString(16).padStart(2, '0')).join('')}'::blob)`;
};

/**
 * Condition that `column` has one of `values`; null stands for a row without a value, and an empty list for no
 * restriction at all.
 */
export const isOneOf = (column, values) => {
	if (values.length === 0) return 'true';
	const named = values.filter((value) => value !== null);
	const conditions = named.length ? [`${column} in (${named.map(text).join(', ')})`] : [];
	if (named.length < values.length) conditions.push(`${column} is null`);
	return `(${conditions.join(' or ')})`;
};
