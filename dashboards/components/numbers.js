// How numbers are written on every page. Null is a figure that is undefined, and is never shown as 0.

const COUNT = new Intl.NumberFormat('en-US');

export const UNDEFINED = 'undefined';

export const count = (value) => COUNT.format(value);
export const percent = (value) => (value == null ? UNDEFINED : `${(100 * value).toFixed(1)} %`);
export const coefficient = (value) => (value == null ? UNDEFINED : value.toFixed(3));
