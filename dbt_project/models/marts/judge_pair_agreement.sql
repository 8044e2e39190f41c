-- grain: one row per label set, scope and pair of judges that share at least one response there
{%- set pair_columns = ['label_set', 'scope', 'scope_value', 'judge_a', 'judge_b'] %}
{%- set label_names = ['COMPLETE', 'EVASIVE', 'DENIAL', 'ERROR'] %}
{%- set with_interval = [
    'percent_agreement', 'cohen_kappa', 'linear_weighted_kappa', 'quadratic_weighted_kappa', 'scott_pi', 'gwet_ac1',
    'gwet_ac2', 'krippendorff_alpha', 'krippendorff_alpha_ordinal', 'mean_shift'
] %}
with
transitions as (
    select * from {{ ref('judge_pair_transitions') }}
),

pair_intervals as (
    select * from {{ source('statistics', 'pair_intervals') }}
),

label_sets as (
    select * from {{ ref('int_label_sets') }}
),

label_set_sizes as (
    select distinct
        label_set,
        label_count,
        {{ bowker_degrees_of_freedom() }} as bowker_degrees_of_freedom
    from label_sets
),

contingency as (
    select
        transitions.*,
        labels_a.score as score_a,
        labels_b.score as score_b
    from transitions
    left join label_sets as labels_a
        on
            transitions.label_set = labels_a.label_set
            and transitions.label_a = labels_a.label
    left join label_sets as labels_b
        on
            transitions.label_set = labels_b.label_set
            and transitions.label_b = labels_b.label
),

sums as (
    {{ agreement_sums('contingency', pair_columns) }}
),

-- how often either judge gave each label
marginals as (
    select
        {%- for label in label_names %}
        {{ labelled_count('label_a', label) }} as {{ label | lower }}_count_a,
        {{ labelled_count('label_b', label) }} as {{ label | lower }}_count_b,
        {%- endfor %}
        {{ pair_columns | join(',\n        ') }}
    from transitions
    group by
        {{ pair_columns | join(',\n        ') }}
),

counted as (
    select
        sums.*,
        {%- for label in label_names %}
        marginals.{{ label | lower }}_count_a,
        marginals.{{ label | lower }}_count_b,
        {%- endfor %}
        label_set_sizes.label_count,
        label_set_sizes.bowker_degrees_of_freedom
    from sums
    inner join marginals
        on {{ same_group('sums', 'marginals', pair_columns) }}
    inner join label_set_sizes on sums.label_set = label_set_sizes.label_set
),

coefficients as (
    select
        *,
        {{ cohen_kappa() }} as cohen_kappa,
        {{ mean_shift() }} as mean_shift
    from counted
),

figures as (
    select
        label_set,
        scope,
        scope_value,
        judge_a,
        judge_b,
        response_count,
        response_count < {{ small_sample() }} as is_small_sample,
        agreement_count,
        {{ percent_agreement() }} as percent_agreement,
        {{ wilson_lower('agreement_count', 'response_count') }} as percent_agreement_wilson_lower,
        {{ wilson_upper('agreement_count', 'response_count') }} as percent_agreement_wilson_upper,
        cohen_kappa,
        {{ strength_of_agreement('cohen_kappa') }} as strength,
        {{ linear_weighted_kappa() }} as linear_weighted_kappa,
        {{ quadratic_weighted_kappa() }} as quadratic_weighted_kappa,
        {{ scott_pi() }} as scott_pi,
        {{ gwet_ac1() }} as gwet_ac1,
        {{ gwet_ac2() }} as gwet_ac2,
        {{ krippendorff_alpha() }} as krippendorff_alpha,
        {{ krippendorff_alpha_ordinal() }} as krippendorff_alpha_ordinal,
        {%- for label in label_names %}
        {{ label | lower }}_count_a,
        {{ label | lower }}_count_b,
        {%- endfor %}
        {{ exact_quotient('score_sum_a', 'response_count') }} as mean_score_a,
        {{ exact_quotient('score_sum_b', 'response_count') }} as mean_score_b,
        mean_shift,
        case
            when mean_shift < 0 then judge_b
            when mean_shift > 0 then judge_a
        end as stricter_judge,
        bowker_statistic,
        bowker_degrees_of_freedom,
        {{ chi_square_tail('bowker_statistic', 'bowker_degrees_of_freedom') }} as bowker_p_value
    from coefficients
),

-- one row per pair, as wide as there are coefficients
intervals as (
    select
        {%- for coefficient in with_interval %}
        max(case when coefficient = '{{ coefficient }}' then lower end) as {{ coefficient }}_lower,
        max(case when coefficient = '{{ coefficient }}' then upper end) as {{ coefficient }}_upper,
        {%- endfor %}
        {{ pair_columns | join(',\n        ') }},
        max(question_count) as question_count
    from pair_intervals
    group by
        {{ pair_columns | join(',\n        ') }}
),

final as (
    select
        {%- for coefficient in with_interval %}
        intervals.{{ coefficient }}_lower,
        intervals.{{ coefficient }}_upper,
        {%- endfor %}
        intervals.question_count,
        figures.*
    from figures
    left join intervals
        on {{ same_group('figures', 'intervals', pair_columns) }}
)

select * from final
