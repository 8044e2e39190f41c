"""Small landed corpora for tests: rows by keyword, written as Parquet under the views of schema `landing`.

Columns and types come from the landing stage itself, so a column that dbt expects and landing does not make fails here.
"""

import hashlib
import random
import tempfile
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from assets.landing.kinds import LANDED_KINDS, QUARANTINE_SCHEMA
from assets.landing.landing import MANIFEST_SCHEMA

Row = dict[str, Any]


def blob(name: str) -> str:
    """A blob id for a file of that name."""
    return hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest()


def hub_uuid(*parts: str) -> str:
    """An opaque uuid, as the Hub gives them."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join(parts)))


def text_columns(content: str | None) -> Row:
    visible = content or ""
    return {
        "content": content,
        "content_sha256": hashlib.sha256(visible.encode()).hexdigest(),
        "content_characters": len(visible),
    }


@dataclass
class LandedCorpus:
    """Rows as the landing stage would leave them; every method adds one and fills what a test does not care about."""

    questions: list[Row] = field(default_factory=list)
    responses: list[Row] = field(default_factory=list)
    analyses: list[Row] = field(default_factory=list)
    model_metadata: list[Row] = field(default_factory=list)
    references: list[Row] = field(default_factory=list)
    lab_metadata: list[Row] = field(default_factory=list)
    hub_models: list[Row] = field(default_factory=list)
    hub_questions: list[Row] = field(default_factory=list)
    hub_responses: list[Row] = field(default_factory=list)
    hub_assessments: list[Row] = field(default_factory=list)
    reviews: list[Row] = field(default_factory=list)
    quarantine: list[Row] = field(default_factory=list)
    # Where a file lies that does not lie in the folder of its kind: columns of its rows in the manifest, by blob id.
    places: dict[str, list[Row]] = field(default_factory=dict)
    # When the upstream commit was made that the rows stand for.
    committed_at: datetime = datetime(2025, 3, 1)

    def question(self, question_id: str, category: str = "us_hard", **columns: Any) -> None:
        row = {"category": category, "question_id": question_id, "domain": None, "question": f"About {question_id}?"}
        self._add("questions", row, f"questions/{category}", columns)

    def response(self, question_id: str, model: str, content: str | None, **columns: Any) -> None:
        row = self._answer(question_id, model, content, columns)
        row["responded_at"] = datetime(2025, 1, 1)
        row["response_status"] = None
        self._add("responses", row, f"responses/{row['category']}/{model}", columns)

    def analysis(
        self, question_id: str, model: str, content: str | None, judge: str, label: str, **columns: Any
    ) -> None:
        row = self._answer(question_id, model, content, columns)
        row |= {
            "judge_model": judge,
            "judge_api_provider": None,
            "raw_label": label,
            "assessed_at": datetime(2025, 2, 1),
            "judge_analysis": f"{judge} says {label}",
        }
        self._add("analyses", row, f"analysis/{judge}/{row['category']}/{model}", columns)

    def run_analysis(
        self, question_id: str, model: str, content: str | None, run: str, label: str, **columns: Any
    ) -> None:
        """A row of a judge experiment: the folder, not the row, names the judge."""
        file = blob(f"results/{run}")
        self.place(file, f"judge_evaluation/results/{run}/rows.jsonl", run)
        columns = {"blob_id": file, **columns}
        self.analysis(question_id, model, content, columns.pop("judge_model", "gpt-x"), label, **columns)

    def reference(self, question_id: str, model: str, label: str, name: str = "gold", **columns: Any) -> None:
        """The label that judges are expected to give; the file names the reference."""
        file = blob(f"references/{name}")
        self.place(file, f"judge_evaluation/{name}.jsonl", name)
        row = {
            "category": "us_hard",
            "question_id": question_id,
            "model": model,
            "raw_label": label,
            "label_source": None,
            "blob_id": file,
        }
        self._add("references", row, file, columns)

    def place(self, blob_id: str, path: str, judge: str | None, source: str = "judge_experiments") -> None:
        """Say where a file lies; the same content may lie at several places."""
        place = {"source": source, "path": path, "judge": judge}
        places = self.places.setdefault(blob_id, [])
        if place not in places:
            places.append(place)

    def lab(self, lab: str, **columns: Any) -> None:
        self._add("lab_metadata", {"lab": lab, "full_name": lab.title(), "color": None}, "lab_metadata", columns)

    def metadata(self, model: str, **columns: Any) -> None:
        row = {
            "model": model,
            "creator": "Lab",
            "model_name": model,
            "model_family": None,
            "release_date": None,
            "is_reasoning": None,
            "is_skipped": False,
        }
        self._add("model_metadata", row, "model_metadata", columns)

    def hub_model(self, model: str, family: str | None = None) -> None:
        self._add("hub_models", {"model": model, "family": family}, "hub_models", {})

    def hub_question(self, question_id: str, category: str = "us_hard", **columns: Any) -> None:
        row = {
            "hub_uuid": hub_uuid(category, question_id),
            "question_id": question_id,
            "category": category,
            "domain": None,
            "question": f"About {question_id}?",
            "theme": None,
        }
        self._add("hub_questions", row, "hub_questions", columns)

    def hub_response(
        self, question_id: str, model: str, content: str | None, category: str = "us_hard", **columns: Any
    ) -> None:
        row = {
            "hub_uuid": hub_uuid(category, question_id, model, content or ""),
            "hub_question_uuid": hub_uuid(category, question_id),
            "model": model,
            "responded_at": None,
            "api_provider": "openrouter",
            "provider": None,
            **text_columns(content),
            "is_matched": True,
            "hub_origin": "upstream",
        }
        self._add("hub_responses", row, "hub_responses", columns)

    def hub_assessment(
        self,
        question_id: str,
        model: str,
        content: str | None,
        judge: str,
        label: str | None,
        category: str = "us_hard",
        **columns: Any,
    ) -> None:
        response = hub_uuid(category, question_id, model, content or "")
        row = {
            "hub_uuid": hub_uuid(response, judge, str(label), str(columns.get("raw_fine_label"))),
            "hub_question_uuid": hub_uuid(category, question_id),
            "hub_response_uuid": response,
            "raw_judge": judge,
            "raw_judge_type": "llm",
            "judge_analysis": f"{judge} says {label} on the Hub",
            "raw_label": label,
            "raw_fine_label": None,
            "hub_origin": None,
        }
        self._add("hub_assessments", row, "hub_assessments", columns)

    def review(self, reviewer: str, response_uuid: str, label: str, **columns: Any) -> None:
        """A person's label of a response that was imported here."""
        row = {
            "reviewer": reviewer,
            "response_uuid": response_uuid,
            "raw_label": label,
            "reviewed_at": datetime(2025, 2, 20),
            "is_blind": True,
            "judge_analysis": f"{reviewer} says {label}",
        }
        self._add("reviews", row, f"annotations/{reviewer}.jsonl", columns)

    def write(self, warehouse: Path, shuffle_seed: int | None = None) -> None:
        """Make schema `landing` in a new DuckDB file; with a seed, the rows lie in another order."""
        # a folder of its own: the views of earlier warehouses go on reading theirs
        parquet = Path(tempfile.mkdtemp(prefix="landed-", dir=warehouse.parent))
        with duckdb.connect(str(warehouse)) as connection:
            connection.execute("create schema landing")
            for name, schema in self._schemas().items():
                rows = list(self._files() if name == "files" else getattr(self, name))
                if shuffle_seed is not None:
                    random.Random(shuffle_seed).shuffle(rows)  # noqa: S311 - no secret
                path = parquet / f"{name}.parquet"
                pl.DataFrame(rows, schema=schema).write_parquet(path)
                connection.execute(f"create view landing.\"{name}\" as select * from read_parquet('{path}')")
            connection.execute("create table landing.refresh as select ? as committed_at", [self.committed_at])
            connection.execute(
                "create table landing.sources as select distinct source, 'git' as kind, 'somewhere' as location, "
                "'first' as revision, ?::timestamp as changed_at from landing.files",
                [self.committed_at],
            )

    @staticmethod
    def _answer(question_id: str, model: str, content: str | None, columns: Row) -> Row:
        return {
            "category": columns.get("category", "us_hard"),
            "question_id": question_id,
            "model": model,
            "api_provider": "OpenRouter",
            "api_model": None,
            "provider": None,
            "response_model": None,
            "response_shape": "chat_completion",
            "finish_reason": "stop",
            "has_error": False,
            **text_columns(content),
        }

    def _add(self, kind: str, row: Row, file: str, columns: Row) -> None:
        rows = getattr(self, kind)
        row |= columns
        blob_id = row.setdefault("blob_id", blob(file))
        row.setdefault("line", 1 + sum(other["blob_id"] == blob_id for other in rows))
        rows.append(row)

    def _files(self) -> list[Row]:
        kinds = {kind: getattr(self, kind) for kind in LANDED_KINDS}
        files = {(kind, row["blob_id"]) for kind, rows in kinds.items() for row in rows}
        files |= {(row["kind"], row["blob_id"]) for row in self.quarantine}
        return [
            {
                "source": "judgments",
                "path": f"{kind}/{blob_id[:12]}.jsonl",
                "folder": kind,
                "kind": kind,
                "blob_id": blob_id,
                "judge": None,
                "is_lfs": False,
                "byte_count": 1,
                "row_count": 1,
                "quarantined_count": 0,
                **place,
            }
            for kind, blob_id in sorted(files)
            for place in self.places.get(blob_id, [{}])
        ]

    @staticmethod
    def _schemas() -> dict[str, dict[str, pl.DataType]]:
        files = {name: dtype for name, dtype in MANIFEST_SCHEMA.items() if not name.startswith(("landed_", "problem_"))}
        return {
            **{name: kind.schema for name, kind in LANDED_KINDS.items()},
            "quarantine": QUARANTINE_SCHEMA,
            "files": files,
        }
