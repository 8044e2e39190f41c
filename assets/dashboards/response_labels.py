"""The one narrow table from which the browser counts: a row per response, a small number per judge.

Everything wide (names, themes, texts) is looked up by number in small tables beside it.
"""

import duckdb

# Tables that numbers are looked up in. Numbers are positions in a total order, the same on every run.
_LOOKUPS = {
    "exported_judges": """
        select
            judge,
            judge_type,
            array_to_string(aliases, ', ') as aliases,
            assessment_count,
            first_assessed_at,
            last_assessed_at,
            'judge_' || row_number() over (order by judge) as label_column
        from marts.judges
        order by judge
    """,
    "exported_labels": """
        with fine_labels as (
            select fine_label, min(label) as label, min(meaning) as meaning
            from seeds.labels
            where raw_label = fine_label
            group by fine_label
        )
        select
            (row_number() over (order by label, fine_label))::utinyint as label_number,
            fine_label,
            label,
            meaning
        from fine_labels
        order by label_number
    """,
    "exported_questions": """
        select
            (row_number() over (order by category, question_id, question_uuid) - 1)::int as question_number,
            question_uuid,
            question_id,
            category,
            theme,
            domain,
            variant,
            language,
            question
        from marts.questions
        order by question_number
    """,
    "exported_models": """
        select (row_number() over (order by model) - 1)::int as model_number, *
        from marts.models
        order by model_number
    """,
    "exported_providers": """
        select (row_number() over (order by provider) - 1)::int as provider_number, provider
        from (select distinct provider from marts.responses where provider is not null)
        order by provider_number
    """,
    # Only responses that a judge has labelled. In this order the texts of a model lie together, so that a new model
    # moves no text of the others.
    "exported_responses": """
        select
            (row_number() over (
                order by exported_models.model_number, exported_questions.question_number, responses.response_uuid
            ) - 1)::int as response_number,
            responses.response_uuid,
            exported_questions.question_number,
            exported_models.model_number,
            exported_providers.provider_number,
            responses.is_current
        from marts.responses
        inner join exported_models on responses.model = exported_models.model
        inner join exported_questions on responses.question_uuid = exported_questions.question_uuid
        left join exported_providers on responses.provider = exported_providers.provider
        where responses.response_uuid in (select response_uuid from marts.assessments where is_latest)
        order by response_number
    """,
}

RESPONSE_LABELS = """
    select
        responses.question_number::usmallint as question_number,
        responses.model_number::usmallint as model_number,
        responses.provider_number::usmallint as provider_number,
        responses.is_current,
        labelled.* exclude (response_uuid)
    from exported_responses as responses
    inner join exported_response_labels as labelled using (response_uuid)
    order by responses.response_number
"""


def number_rows(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the temporary tables that number judges, labels, questions, models, providers and responses.

    `exported_response_labels` has a row per response and a column per judge with the number of its latest label.
    Columns are named by the judge's position (`judge_1`, ...), and the judge's name stays a string in
    `exported_judges`: a name is upstream's text and never becomes part of the SQL.
    """
    for name, query in _LOOKUPS.items():
        connection.execute(f"create temp table {name} as {query}")
    columns = [
        name for (name,) in connection.execute("select label_column from exported_judges order by judge").fetchall()
    ]
    labels = "".join(
        f", any_value(label_number) filter (where exported_judges.label_column = '{column}') as {column}"
        for column in columns
    )
    connection.execute(f"""
        create temp table exported_response_labels as
        select assessments.response_uuid{labels}
        from marts.assessments
        inner join exported_judges on assessments.judge = exported_judges.judge
        inner join exported_labels on assessments.fine_label = exported_labels.fine_label
        where assessments.is_latest
        group by assessments.response_uuid
    """)
