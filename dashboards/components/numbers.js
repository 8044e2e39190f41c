// How numbers are written on every page. Null is a figure that is undefined, and is never shown as 0.

const COUNT = new Intl.NumberFormat('en-US');

export const UNDEFINED = 'undefined';

export const count = (value) => (value == null ? UNDEFINED : COUNT.format(value));
export const percent = (value) => (value == null ? UNDEFINED : `${(100 * value).toFixed(1)} %`);
export const coefficient = (value) => (value == null ? UNDEFINED : value.toFixed(3));
/** With its sign, for what may go either way. */
export const signed = (value) =>
	value == null ? UNDEFINED : `${value > 0 ? '+' : ''}${value.toFixed(3)}`.replace('-', '−').replace(/^[+−]?0\.000$/, '0.000');
/** The bounds of an interval, or null where there is none. */
export const interval = (lower, upper, write = coefficient) =>
	lower == null || upper == null ? null : `${write(lower)} to ${write(upper)}`;
/** A p-value; none is ever 0. */
export const pValue = (value) => (value != null && value < 0.001 ? '< 0.001' : coefficient(value));
