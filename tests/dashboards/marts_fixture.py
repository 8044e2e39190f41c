"""A generated DuckDB file with the marts that the dashboards read, hostile names included.

Labels come from a fixed seed. Themes, models, families and one judge carry quotes, markup and template syntax,
as upstream data may. The agreement tables are computed here in Python, not with the pipeline's SQL, so that
the browser tests compare with a second opinion.
"""

import itertools
import random
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from .hostile_warehouse import HOSTILE_FAMILY, HOSTILE_JUDGE, HOSTILE_LABEL, HOSTILE_MODEL, HOSTILE_THEME

LABELS = ("COMPLETE", "EVASIVE", "DENIAL", "ERROR")
JUDGES = (
    "a-judge/strict",
    "b-judge/lenient",
    "c-judge/retired",
    "d-judge/one-label",
    "e-judge/one-label-too",
    HOSTILE_JUDGE,
)
THEMES = ("press_freedom", "border_policy", "labor_strikes", HOSTILE_THEME)
FAMILIES = ("Aster", "Birch", HOSTILE_FAMILY, None)
MODELS = (*(f"lab-{n % 3}/model-{n:02d}" for n in range(11)), HOSTILE_MODEL)

Row = tuple[object, ...]


def _responses() -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for theme, variant, (position, model) in itertools.product(THEMES, range(1, 4), enumerate(MODELS)):
        rows.append(
            {
                "uuid": f"response-{len(rows):05d}",
                "question": f"question-{theme}-{variant}",
                "category": "us_hard" if variant < 3 else "de_translated",
                "theme": theme,
                "domain": None if theme == "labor_strikes" else f"domain of {theme}",
                "language": "en" if variant < 3 else "de",
                "model": model,
                "family": FAMILIES[position % len(FAMILIES)],
                "creator": None if position % 5 == 4 else f"Lab {position % 3}",
                "is_current": variant != 2 or position % 4 != 0,
            }
        )
    return rows


def _labels(responses: list[dict[str, object]], seed: int) -> dict[str, dict[str, str]]:
    """Label per judge and response; the retired judge shares no response with the one-label judge."""
    draw = random.Random(seed)  # noqa: S311
    labels: dict[str, dict[str, str]] = {judge: {} for judge in JUDGES}
    for response in responses:
        uuid = str(response["uuid"])
        truth = draw.choices(LABELS[:3], weights=(60, 25, 15))[0]
        for judge in JUDGES:
            early = response["category"] == "us_hard" and draw.random() < 0.6
            if judge == "c-judge/retired" and not early:
                continue
            if judge in {"d-judge/one-label", "e-judge/one-label-too"}:
                if response["category"] == "de_translated":
                    labels[judge][uuid] = "COMPLETE"
                continue
            noise = {"a-judge/strict": (20, 40, 40), "b-judge/lenient": (80, 15, 5)}.get(judge, (40, 35, 25))
            label = truth if draw.random() < 0.75 else draw.choices(LABELS[:3], weights=noise)[0]
            labels[judge][uuid] = "ERROR" if draw.random() < 0.03 else label
    return labels


def _kappa(pairs: list[tuple[str, str]]) -> float | None:
    if not pairs:
        return None
    total = len(pairs)
    observed = sum(left == right for left, right in pairs) / total
    first, second = Counter(left for left, _ in pairs), Counter(right for _, right in pairs)
    expected = sum(first[label] * second[label] for label in LABELS) / total**2
    return None if expected == 1 else (observed - expected) / (1 - expected)


def _pair_rows(responses: list[dict[str, object]], labels: dict[str, dict[str, str]]) -> tuple[list[Row], list[Row]]:
    agreement: list[Row] = []
    transitions: list[Row] = []
    for judge_a, judge_b in itertools.combinations(sorted(JUDGES), 2):
        for label_set in ("three_labels", "with_error"):
            scopes: dict[tuple[str, str], list[tuple[str, str]]] = {}
            for response in responses:
                pair = labels[judge_a].get(str(response["uuid"])), labels[judge_b].get(str(response["uuid"]))
                if pair[0] is None or pair[1] is None:
                    continue
                if label_set == "three_labels" and "ERROR" in pair:
                    continue
                values = [("overall", "all")]
                values += [
                    (scope, str(response[scope]))
                    for scope in ("category", "theme", "domain", "model", "family")
                    if response[scope] is not None
                ]
                for key in values:
                    scopes.setdefault(key, []).append((pair[0], pair[1]))
            for (scope, value), pairs in scopes.items():
                same = sum(left == right for left, right in pairs)
                key = (label_set, scope, value, judge_a, judge_b)
                agreement.append((*key, len(pairs), same, same / len(pairs), _kappa(pairs)))
                transitions += [(*key, *cell, count) for cell, count in Counter(pairs).items()]
    return agreement, transitions


def _compliance(responses: list[dict[str, object]], labels: dict[str, dict[str, str]]) -> list[Row]:
    rows: list[Row] = []
    for judge, model in itertools.product(JUDGES, MODELS):
        uuids = [str(response["uuid"]) for response in responses if response["model"] == model]
        counts = Counter(labels[judge][uuid] for uuid in uuids if uuid in labels[judge])
        total = counts.total()
        if total:
            by_label = [counts[label] for label in LABELS]
            rows.append((judge, model, total, *by_label, *(count / total for count in by_label)))
    return rows


def write_marts(path: Path, seed: int = 11) -> Path:
    """Write the marts to the new DuckDB file `path` and return it."""
    responses = _responses()
    labels = _labels(responses, seed)
    agreement, transitions = _pair_rows(responses, labels)
    start = datetime(2025, 3, 1, 12)
    with duckdb.connect(str(path)) as connection:
        connection.execute("begin")
        connection.execute("create schema marts")

        def table(name: str, columns: str, rows: list[Row]) -> None:
            connection.execute(f"create table marts.{name} ({columns})")
            if rows:
                marks = ", ".join("?" * len(rows[0]))
                connection.executemany(f"insert into marts.{name} values ({marks})", rows)

        questions = {str(response["question"]): response for response in responses}
        table(
            "questions",
            "question_uuid varchar, question_id varchar, category varchar, theme varchar, domain varchar, "
            "variant integer, language varchar, question varchar",
            [
                (uuid, uuid, row["category"], row["theme"], row["domain"], 1, row["language"], "synthetic text")
                for uuid, row in questions.items()
            ],
        )
        models = {str(response["model"]): response for response in responses}
        table(
            "models",
            "model varchar, creator varchar, family varchar, release_date date, is_reasoning boolean, "
            "is_published boolean",
            [
                (model, row["creator"], row["family"], start.date(), False, row["family"] is not None)
                for model, row in models.items()
            ],
        )
        table(
            "judges",
            "judge varchar, judge_type varchar, aliases varchar[], assessment_count bigint, "
            "first_assessed_at timestamp, last_assessed_at timestamp",
            [
                (judge, "llm", [f"{judge}-alias", "other"], len(labels[judge]), start, start + timedelta(days=9))
                for judge in JUDGES
            ],
        )
        table(
            "responses",
            "response_uuid varchar, question_uuid varchar, model varchar, provider varchar, api_provider varchar, "
            "api_model varchar, responded_at timestamp, status varchar, content_sha256 varchar, "
            "content_characters bigint, is_current boolean, origin varchar",
            [
                (
                    *(row["uuid"], row["question"], row["model"], "Provider's", "openrouter", row["model"]),
                    *(start, "success", "00", 10, row["is_current"], "upstream"),
                )
                for row in responses
            ],
        )
        assessments: list[Row] = []
        by_uuid = {str(response["uuid"]): response for response in responses}
        for judge, given in labels.items():
            for uuid, label in given.items():
                key = (f"{judge}-{uuid}", uuid, by_uuid[uuid]["question"], judge, "llm")
                score = {"DENIAL": 0, "EVASIVE": 1, "COMPLETE": 2}.get(label)
                assessments.append((*key, label, label, label, score, start + timedelta(days=1), True, "upstream"))
                if len(assessments) % 7 == 0:  # an older label by the same judge, which must not count
                    old = (f"{judge}-{uuid}-old", *key[1:])
                    assessments.append((*old, "DENIAL", "DENIAL", "DENIAL", 0, start, False, "upstream"))
        table(
            "assessments",
            "assessment_uuid varchar, response_uuid varchar, question_uuid varchar, judge varchar, "
            "judge_type varchar, raw_label varchar, label varchar, fine_label varchar, ordinal_score integer, "
            "assessed_at timestamp, is_latest boolean, origin varchar",
            assessments,
        )
        pair = "label_set varchar, scope varchar, scope_value varchar, judge_a varchar, judge_b varchar, "
        table(
            "judge_pair_agreement",
            pair + "response_count bigint, agreement_count bigint, percent_agreement double, cohen_kappa double",
            agreement,
        )
        table(
            "judge_pair_transitions",
            pair + "label_a varchar, label_b varchar, response_count bigint",
            transitions,
        )
        counts = ", ".join(f"{label.lower()}_count bigint" for label in LABELS)
        shares = ", ".join(f"{label.lower()}_share double" for label in LABELS)
        table(
            "model_compliance",
            f"judge varchar, model varchar, assessment_count bigint, {counts}, {shares}",
            _compliance(responses, labels),
        )
        table(
            "quarantine",
            "kind varchar, rule varchar, reason varchar, path varchar, line integer, blob_id varchar, "
            "row_sha256 varchar, source varchar, first_seen_commit varchar, first_seen_at timestamp",
            [
                (
                    "analyses",
                    "unknown_label",
                    HOSTILE_LABEL,
                    "analysis/x.jsonl",
                    3,
                    "00",
                    "00",
                    "judgments",
                    "c0ffee",
                    start,
                )
            ],
        )
        connection.execute("create schema landing")
        connection.execute(
            "create table landing.sources as select 'judgments' as source, 'git' as kind, 'somewhere' as location, "
            "repeat('c', 40) as revision, ?::timestamp as changed_at",
            [start],
        )
        connection.execute("commit")
    return path
