"""A promoted warehouse made by hand: the marts' columns that the dataset files use, a few rows, an open gate."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import duckdb

from assets.lake import Lake, write_json
from assets.publication.published_datasets import AGREEMENT_MARTS
from assets.quality.gate import GateDecision, sha256_of
from assets.warehouse.dbt_manifest import ensure_manifest
from assets.warehouse.mart_columns import mart_columns

TABLES = """
create schema landing;
create schema marts;
create table landing.refresh as
select
    '/home/jdoe/llm-compliance.git' as upstream, $commit as upstream_commit,
    timestamp '2025-01-01 00:00:00' as committed_at, $state as state_id;
create table landing.sources (
    source varchar, kind varchar, location varchar, revision varchar, changed_at timestamp
);
insert into landing.sources values
    ('judgments', 'git', '/home/jdoe/llm-compliance.git', $commit, null),
    ('hub_models', 'hub', 'https://user:secret@hub.example/datasets/PITTI/speechmap-models', 'f00', null);

create table marts.questions (
    question_uuid varchar, question_id varchar, category varchar, theme varchar, domain varchar, variant integer,
    language varchar, question varchar, hub_uuid varchar, origin varchar
);
insert into marts.questions values
    ('q-2', 'press1', 'us_hard', 'press', null, 1, 'en', 'Second?', null, 'upstream'),
    ('q-1', 'border1', 'us_hard', 'border', 'law', 1, 'en', 'First?', null, 'upstream');

create table marts.responses (
    response_uuid varchar, question_uuid varchar, model varchar, provider varchar, api_provider varchar,
    api_model varchar, responded_at timestamp, status varchar, content_sha256 varchar, content_characters bigint,
    is_current boolean, hub_uuid varchar, origin varchar
);
create table marts.response_texts (response_uuid varchar, content varchar, text_sha256 varchar);
insert into marts.responses
select
    'r-' || md5(i::varchar), 'q-' || (1 + i % 2), 'lab/m' || i % 7, null, 'openrouter', null,
    timestamp '2025-01-02 03:04:05.000678', 'success', md5(i::varchar), 10, i % 2 = 0, null, 'upstream'
from range($responses) as numbers(i) order by md5((i * 7)::varchar);
insert into marts.response_texts
select response_uuid, repeat(content_sha256, 3), content_sha256 from marts.responses
where response_uuid <> 'r-' || md5('0');

create table marts.assessments (
    assessment_uuid varchar, response_uuid varchar, question_uuid varchar, judge varchar, judge_type varchar,
    raw_label varchar, label varchar, fine_label varchar, ordinal_score integer, assessed_at timestamp,
    is_latest boolean, hub_uuid varchar, origin varchar
);
insert into marts.assessments
select
    assessment_uuid, 'r-' || md5('1'), 'q-2', judge, judge_type, label, label, label, score, null, true, null,
    'upstream'
from (values ('a-2', 'judge', 'llm', 'COMPLETE', 2), ('a-1', 'human', 'human', 'EVASIVE', 1))
    as assessed (assessment_uuid, judge, judge_type, label, score);
create table marts.assessment_texts (assessment_uuid varchar, judge_analysis varchar);
insert into marts.assessment_texts values ('a-2', 'It answers.');

create table marts.models (
    model varchar, creator varchar, lab_name varchar, family varchar, release_date date, is_reasoning boolean,
    is_published boolean, origin varchar
);
insert into marts.models values
    ('lab/m1', null, null, null, null, null, null, 'upstream'),
    ('lab/m0', 'Lab', null, 'M', null, true, true, 'upstream');
insert into marts.models (model)
select distinct model from marts.responses where model not in (select model from marts.models);
"""
# Rows of further marts, whose tables are made from their contracts.
ROWS = """
insert into marts.judge_pair_agreement by name
select
    'three_labels' as label_set, 'overall' as scope, 'overall' as scope_value, 'human' as judge_a, 'judge' as judge_b,
    count(*) as response_count, 0.5 as percent_agreement
from marts.responses;
insert into marts.response_consensus by name
select 'three_labels' as label_set, response_uuid, 3 as judge_count, 'DENIAL' as majority_label from marts.responses;
insert into marts.judges by name
select unnest(['human', 'judge']) as judge, ['Judge', 'judge'] as aliases;
insert into marts.training_pairs by name
select
    response_uuid, question_uuid, model, 'us_hard' as category, theme, 'DENIAL' as label, true as is_refusal,
    'unanimous' as evidence, 3 as judge_count, case theme when 'press' then 'train' else 'test' end as split
from marts.responses inner join marts.questions using (question_uuid)
where response_uuid in (select response_uuid from marts.response_texts);
"""


def promote_marts(
    root: Path,
    state: str = "state",
    commit: str = "commit",
    responses: int = 3,
    changes: Sequence[str] = (),
    decided_at: str = "2025-01-01T00:00:00+00:00",
) -> Lake:
    """A data directory whose gate is open to these marts, after some changes to them."""
    lake = Lake(root)
    root.mkdir(parents=True, exist_ok=True)
    lake.warehouse.unlink(missing_ok=True)
    values = {"$commit": f"'{commit}'", "$state": f"'{state}'", "$responses": str(responses)}
    script = TABLES
    for name, value in values.items():
        script = script.replace(name, value)
    with duckdb.connect(str(lake.warehouse)) as warehouse:
        warehouse.execute(script)
        for mart in (*AGREEMENT_MARTS, "training_pairs"):
            columns = ", ".join(
                f'"{column.name}" {column.data_type}' for column in mart_columns(ensure_manifest())[mart].values()
            )
            warehouse.execute(f'create table marts."{mart}" ({columns})')
        warehouse.execute(ROWS)
        for change in changes:
            warehouse.execute(change)
    digest = sha256_of(lake.warehouse)
    write_json(lake.promoted, asdict(GateDecision(state, True, decided_at, [], [], digest)))
    return lake
