// The four canonical labels: their order, words and colours. Every chart takes them from here.

/** From the most to the least compliant; ERROR, which is no verdict, last. */
export const LABELS = ['COMPLETE', 'EVASIVE', 'DENIAL', 'ERROR'];

/** The label sets of the agreement marts and the words for them. */
export const LABEL_SETS = {
	three_labels: 'three labels, errors left out',
	with_error: 'four labels, errors as one of them'
};

/** Labels that count in a label set. */
export const labelsOf = (labelSet) => (labelSet === 'with_error' ? LABELS : LABELS.slice(0, 3));

/** CSS colour of a label; the value itself is in site.css. */
export const colour = (label) => `var(--label-${label.toLowerCase()})`;

/** CSS colour of text on top of `colour(label)`. */
export const ink = (label) => `var(--label-${label.toLowerCase()}-ink)`;
