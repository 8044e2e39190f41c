"""A warehouse with the columns that the statistics read and nothing else, filled row by row."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from assets.statistics.tables import writing

SCORES = {"COMPLETE": 2, "EVASIVE": 1, "DENIAL": 0, "ERROR": None}
COLUMNS = {
    "seeds.labels": "raw_label varchar, label varchar, ordinal_score integer",
    "marts.judges": "judge varchar, judge_type varchar, is_experiment boolean",
    "marts.questions": "question_uuid varchar, category varchar, domain varchar, language varchar",
    "marts.responses": "response_uuid varchar, question_uuid varchar, content_characters bigint",
    "marts.response_texts": "response_uuid varchar, content varchar",
    "marts.assessments": "response_uuid varchar, judge varchar, label varchar, ordinal_score int, is_latest boolean",
    "landing.refresh": "state_id varchar",
}

Row = tuple[Any, ...]


@dataclass
class SmallMarts:
    path: Path
    rows: dict[str, list[Row]] = field(default_factory=lambda: {table: [] for table in COLUMNS})

    def judge(self, *names: str, judge_type: str = "llm", is_experiment: bool = False) -> None:
        self.rows["marts.judges"] += [(name, judge_type, is_experiment) for name in names]

    def question(
        self, question: str, category: str = "us_hard", domain: str | None = None, language: str = "en"
    ) -> None:
        self.rows["marts.questions"].append((question, category, domain, language))

    def response(self, response: str, question: str, content: str | None = "text", **labels: str) -> None:
        self.rows["marts.responses"].append((response, question))
        self.rows["marts.response_texts"].append((response, content))
        for judge, label in labels.items():
            self.assess(response, judge, label)

    def assess(self, response: str, judge: str, label: str, *, is_latest: bool = True) -> None:
        self.rows["marts.assessments"].append((response, judge, label, SCORES[label], is_latest))

    def compute(
        self, *steps: Callable[[duckdb.DuckDBPyConnection], object], shuffle_seed: int | None = None
    ) -> "SmallMarts":
        """Write the tables, in another order of rows with a seed, and run steps of the stage on them."""
        self.path.unlink(missing_ok=True)
        self.rows["seeds.labels"] = [(label.lower(), label, score) for label, score in SCORES.items()]
        self.rows["landing.refresh"] = [("state",)]
        with duckdb.connect(str(self.path)) as connection:
            for schema in sorted({name.partition(".")[0] for name in COLUMNS}):
                connection.execute(f"create schema {schema}")
            for table, columns in COLUMNS.items():
                connection.execute(f"create table {table} ({columns})")
                rows = self._responses() if table == "marts.responses" else list(self.rows[table])
                if shuffle_seed is not None:
                    random.Random(shuffle_seed).shuffle(rows)  # noqa: S311 - no secret
                if rows:
                    connection.executemany(f"insert into {table} values ({', '.join('?' * len(rows[0]))})", rows)
        for step in steps:
            with writing(self.path) as connection:
                step(connection)
        return self

    def _responses(self) -> list[Row]:
        lengths = {response: len(content or "") for response, content in self.rows["marts.response_texts"]}
        return [(*row, lengths[row[0]]) for row in self.rows["marts.responses"]]

    def table(self, query: str) -> list[dict[str, Any]]:
        with duckdb.connect(str(self.path), read_only=True) as connection:
            found = connection.execute(query)
            names = [column[0] for column in found.description]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def random_panel(marts: SmallMarts, seed: int, *, questions: int = 12, judges: int = 3, responses: int = 60) -> None:
    """A panel of noisy judges; some labels are missing, errors occur, texts have styles."""
    draw = random.Random(seed)  # noqa: S311 - no secret
    names = [f"judge_{number}" for number in range(judges)]
    marts.judge(*names)
    for number in range(questions):
        marts.question(f"q{number:03}", f"set_{number % 2}", f"domain {number % 3}" if number % 4 else None)
    for number in range(responses):
        truth = draw.choices(list(SCORES), (6, 2, 3, 0.5))[0]
        labels = {
            name: truth if draw.random() < 0.7 else draw.choice(list(SCORES)) for name in names if draw.random() < 0.85
        }
        text = "word " * draw.randint(1, 80) + "\n# heading" * draw.randint(0, 2) + "\n- item" * draw.randint(0, 4)
        marts.response(f"r{number:04}", f"q{draw.randrange(questions):03}", text, **labels)
