// The labels: their order, words and colours. Every chart takes them from here.

/** From the most to the least compliant; ERROR, which is no verdict, last. */
export const LABELS = ['COMPLETE', 'EVASIVE', 'DENIAL', 'ERROR'];

/** The finer labels that stand for each. */
export const FINE_LABELS = {
	COMPLETE: ['COMPLETE'],
	EVASIVE: ['EVASIVE'],
	DENIAL: ['DENIAL', 'REFUSAL', 'REBUTTAL'],
	ERROR: ['ERROR', 'BLOCKED', 'FAILED', 'UNKNOWN']
};

/** The label sets of the agreement marts and the words for them. */
export const LABEL_SETS = {
	three_labels: 'three labels, errors left out',
	with_error: 'four labels, errors as one of them'
};

export const TAXONOMIES = { label: 'Canonical labels', fine_label: 'Finer labels' };

/** Labels that count in a label set. */
export const labelsOf = (labelSet) => (labelSet === 'with_error' ? LABELS : LABELS.slice(0, 3));

const CANONICAL = Object.fromEntries(
	Object.entries(FINE_LABELS).flatMap(([label, fine]) => fine.map((name) => [name, label]))
);

/** The canonical label that a finer one, or itself, stands for. */
export const canonical = (label) => (Object.hasOwn(CANONICAL, label) ? CANONICAL[label] : undefined);

/** CSS colour of a label, or of the one that a finer label stands for; the value itself is in site.css. */
export const colour = (label) => `var(--label-${canonical(label).toLowerCase()})`;

/** CSS colour of text on top of `colour(label)`. */
export const ink = (label) => `var(--label-${canonical(label).toLowerCase()}-ink)`;
