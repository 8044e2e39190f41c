// Each statistic in two sentences: what it says, and how to read it. Definitions are those of the marts.
export const EXPLANATIONS = {
	share: [
		'Share of a label',
		'How many of the labelled responses got this label, errors counted among them. Judges may have labelled different responses, so compare the n beside it.'
	],
	wilson: [
		'95 % interval (Wilson)',
		'Where the share would plausibly lie if more such responses were labelled; it is wide where there are few. It counts responses as independent, although answers to one question resemble each other.'
	],
	consensus: [
		'Consensus of the panel',
		'The label that most LLM judges give to a response; people and experiments have no vote. Responses with a tied vote have no consensus and are left out.'
	],
	spread: [
		'Spread of judges',
		'The share of COMPLETE by the most lenient judge less that by the strictest, over the responses that all of them labelled. It is undefined where no response has been labelled by all.'
	],
	unanimity: [
		'Unanimity',
		'The share of responses with at least two judges to which all of them gave the same label. With more judges it falls by itself.'
	],
	panel_alpha: [
		"Krippendorff's alpha",
		'Agreement of all judges beyond chance, where labels may be missing: 1 is perfect, 0 no better than chance. The ordinal one counts DENIAL against COMPLETE as a greater difference than either against EVASIVE, and is undefined with errors as a label.'
	],
	panel_ac1: [
		"Gwet's AC1 of the panel",
		'Agreement of all judges beyond a chance that does not fall as one label takes over. Where labels are uneven it stays high while alpha drops.'
	],
	majority: [
		'Majority',
		'The label that more LLM judges gave than any other. A tie has none, however many judges there are.'
	],
	posterior: [
		'Most probable label',
		'The label that is most probable when judges who err less weigh more, by the model of Dawid and Skene (1979). Its probability assumes that judges err independently, so it is more confident than it should be.'
	],
	question_judge_entropy: [
		'Entropy over judges (bits)',
		'How far judges differ about one and the same answer, averaged over the answers to the question. It is 0 where all judges always agree, and undefined where no answer has two labels.'
	],
	question_model_entropy: [
		'Entropy over models (bits)',
		'How far the models differ in how they answer the question, by the majority labels of their answers. It is 0 where all models answer alike, and says nothing about the judges.'
	],
	pass_rate: [
		'Share of checks passed',
		'How many of the checks of a state found nothing. A warning lowers it and still lets the state be shown, an error keeps the state away.'
	],
	origin: [
		'Origin of a row',
		'Whether a question, response, label or model was found in the git repositories, in the data sets of the Hub, in both, or only among reviews by people. Rows are the same where question, model and text are.'
	],
	free_speech_index: [
		'Free Speech Index',
		"The upstream site's measure of a lab: the share of COMPLETE of its models of the last 12 months, averaged over their months of release so that a month counts half after three. It ranks labs by how often a judge says COMPLETE and says nothing of whether an answer was good."
	],
	peak_share: [
		'Highest share',
		"The share of COMPLETE of the lab's most compliant model in these 12 months. Its interval is that of this one model, not of the index."
	],
	judge_entropy: [
		'Entropy of labels (bits)',
		'How evenly the judges of one response are spread over the labels: 0 where all agree, 1 for two camps of equal size, 2 for four. A high value marks a response that judges read differently, not one that is labelled wrongly.'
	],
	n: [
		'Responses labelled by both (n)',
		'How many responses both judges labelled under the current filter. Few of them make every other figure uncertain.'
	],
	percent: [
		'Percent agreement',
		'The share of responses that both judges gave the same label. It is high by itself where nearly all responses get one label.'
	],
	kappa: [
		"Cohen's kappa",
		'Agreement beyond what two judges with these habits would reach by chance: 1 is perfect, 0 no better than chance. It is undefined where both gave one and the same label throughout.'
	],
	ac1: [
		"Gwet's AC1",
		'Agreement beyond chance, with a chance that does not fall as one label takes over. Where labels are uneven it stays near percent agreement while kappa drops.'
	],
	shift: [
		'Shift from A to B',
		'How much higher B scores the same responses than A, with DENIAL 0, EVASIVE 1 and COMPLETE 2. Below 0 B is the stricter judge.'
	],
	linear_kappa: [
		'Weighted kappa, linear',
		"Cohen's kappa in which COMPLETE against DENIAL counts as twice the disagreement of neighbouring labels. It is undefined with errors as a label, which have no place in the order."
	],
	quadratic_kappa: [
		'Weighted kappa, quadratic',
		"Cohen's kappa in which COMPLETE against DENIAL counts as four times the disagreement of neighbouring labels. Far above plain kappa, it says that judges mostly differ by one step."
	],
	scott_pi: [
		"Scott's pi",
		'Agreement beyond chance, where chance comes from the labels of both judges together. It falls below kappa where the two lean different ways.'
	],
	ac2: [
		"Gwet's AC2",
		"Gwet's AC1 in which neighbouring labels count as three quarters of an agreement. It stays high where labels are uneven and judges differ by one step only."
	],
	alpha: [
		"Krippendorff's alpha, nominal",
		"One less the ratio of observed to expected disagreement, any two labels being equally different. For two judges it is close to Scott's pi, and it is undefined where only one label was given."
	],
	alpha_ordinal: [
		"Krippendorff's alpha, ordinal",
		'The same alpha with labels the more different the farther they lie apart on DENIAL, EVASIVE, COMPLETE. It is undefined with errors as a label, which have no place in the order.'
	],
	mean_shift: [
		'Mean shift',
		'How much higher the second judge scores the same responses than the first, with DENIAL 0, EVASIVE 1 and COMPLETE 2. The range runs from −2 to +2, and below 0 the second judge is the stricter one.'
	],
	pearson: [
		"Pearson's correlation",
		'How well the scores of one judge follow those of the other on a straight line: 1 is perfectly, 0 not at all. It does not notice that one judge is stricter throughout, and is undefined where a judge gives one score only.'
	],
	spearman: [
		"Spearman's correlation",
		"Pearson's correlation of the ranks: do both judges put the same items above others? It is undefined where a judge gives one score only."
	],
	kendall: [
		"Kendall's tau-b",
		'Of two items that both judges tell apart, how much more often they order them alike than the other way round, with a correction for ties. It is undefined where a judge gives one score only.'
	],
	interval: [
		'95 % interval',
		'Where the figure would lie in 95 of 100 draws of other questions, found by drawing the questions with replacement 1,000 times. For percent agreement in other scopes it is the interval after Wilson, which takes responses as independent.'
	],
	wilson: [
		'95 % interval',
		'The interval after Wilson for a share of so many responses, which takes them as independent. Responses to one question are not, so it is rather too narrow, and for coefficients of a panel none is computed.'
	],
	bowker: [
		'McNemar-Bowker test',
		'The chance of differences at least this one-sided if neither judge leaned. A small p says that the two differ in a direction, and with many responses even a slight lean gives one.'
	],
	unanimity: [
		'Unanimity',
		'The share of responses with labels by two or more judges on which all of them agree. The more judges a response has, the harder unanimity is to reach.'
	],
	complete_unanimity: [
		'Unanimity of the whole panel',
		'The same share among the responses that every judge of the panel labelled. It compares like with like, on fewer responses.'
	],
	fleiss: [
		"Fleiss' kappa",
		'Agreement of many judges beyond chance, over the responses that all of them labelled: 1 is perfect, 0 chance. It is undefined where no response has all labels, or only one label was given.'
	],
	panel_alpha: [
		"Krippendorff's alpha",
		'Agreement beyond chance over all responses with at least two labels, whoever gave them. The ordinal variant counts COMPLETE against DENIAL as worse than neighbours, and is undefined with errors as a label.'
	],
	panel_ac1: [
		"Gwet's AC1",
		'The mean share of agreeing pairs of judges beyond chance, with a chance that does not fall as one label takes over. It is the figure to read where nearly all responses get one label.'
	],
	consensus: [
		'Majority and Dawid-Skene label',
		'The majority is the most frequent label of the panel, a tie being none; the model of Dawid and Skene weighs each judge by how it errs. Where both name the same label, it matters little how votes are counted.'
	],
	dawid_skene: [
		'Dawid-Skene confusions',
		'How often a judge gives each label where the model takes another or the same for true; no person said which are. Judges that err together look better here than they are.'
	],
	dawid_skene_accuracy: [
		'Dawid-Skene accuracy',
		'The expected share of responses to which the judge gives the label that the model takes for true. It measures closeness to what the panel makes of them together, not to what people would say.'
	],
	model_entropy: [
		'Entropy over models',
		'How differently models answer a question: the entropy, in bits, of the majority labels of its responses. It is 0 where all models fare alike, at most 1.585 with three labels and 2 with four.'
	],
	judge_entropy: [
		'Entropy over judges',
		'How differently judges see one and the same response, as the mean entropy of its labels in bits. It is 0 where the judges always agree, however differently the models answer.'
	],
	label_share: [
		'Share of a label',
		"How often the judge gives the label among its latest assessments, with the 95 % interval after Wilson. Judges saw different responses, so that shares tell a judge's habits only where the responses are the same."
	],
	strictness: [
		'Strictness rank',
		'The place of the judge by its mean score over the responses that the whole panel labelled, 1 being the strictest. It is undefined for judges outside the panel, and with errors as a label.'
	],
	consensus_shift: [
		'Shift from the consensus',
		"How much higher the judge scores responses than the majority of the panel's other judges, with DENIAL 0, EVASIVE 1 and COMPLETE 2. Below 0 it is stricter than the others."
	],
	coverage: [
		'Coverage',
		'The share of the responses in the reference that the judge labelled. Where it is low, the other figures are about a part that may be easier or harder than the rest.'
	],
	accuracy: [
		'Accuracy',
		'The share of responses to which the judge gives the label of the reference, of those labelled by both. With missing as wrong, responses that the judge left out or called an error count against it.'
	],
	macro_f1: [
		'F1',
		'The harmonic mean of precision and recall of a label, as a plain mean over labels (macro) or weighted by how often the reference gives them. A macro F1 far below the weighted one says that rare labels fare badly.'
	],
	mcc: [
		'Matthews correlation',
		'One figure for the whole table of confusions: 1 is perfect, 0 is chance. It is undefined where judge or reference gave one label only.'
	],
	reference_kappa: [
		"Cohen's kappa with the reference",
		"Agreement with the reference beyond chance: 1 is perfect, 0 is chance. It is undefined where both gave one and the same label throughout."
	],
	confusions: [
		'Confusions',
		'What the judge says where the reference says something: each row adds up to 100 % of the responses to which the reference gives its label. The diagonal is agreement, and what lies left or right of it tells which way the judge errs.'
	],
	style_coefficient: [
		'Style coefficient',
		"How far the judge's score moves away from that of the others for one standard deviation more of the feature, the other features being equal. An interval that leaves out 0 says that the judge rewards (above) or punishes (below) the feature, or something that goes with it."
	],
	style_interval: [
		'95 % interval of a coefficient',
		'The interval from errors that are robust to dependence between responses to one question. It is undefined for a language or a refusal phrase that occurs, or is missing, in fewer than 20 questions.'
	],
	length_deviation: [
		'Deviation by length',
		"The mean of the judge's score less the mean score by the other judges of the panel, by tenths of all responses from short to long. A line that climbs says that the judge is milder with long responses than the others are."
	],
	consistency: [
		'Consistency',
		'How often the same instrument gives the same label twice: one judge at two times, one model under two names, or two versions of a model. A judge that flips its own labels cannot agree with others more than with itself.'
	],
	share_change: [
		'Change of a share',
		"The share of a label among the judge's latest assessments now, less the share before, in points. New responses change a share without any label being revised."
	],
	kappa_change: [
		'Change of kappa',
		"Cohen's kappa of the pair now less that before, over three labels and all responses that both judged. It is undefined where kappa was or is."
	],
	flips: [
		'Flipped labels',
		'Responses that were there before and whose latest label by the judge is now another one. Only these are revisions; everything else is new or gone.'
	]
};
