"""Datasets that refer to each other are written in an order in which a reader finds no reference to nothing."""

from collections.abc import Mapping

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.publication.dataset import DataFile, Dataset
from assets.publication.reference_order import KeyTables, ReferenceOrder, Step, table_name

Rows = Mapping[str, tuple[str, ...]]  # of a dataset: references by key
State = Mapping[str, Rows]


def dataset(name: str, references: Mapping[str, str]) -> Dataset:
    columns = {"uuid": "uuid", **{column: column for column in references}}
    file = DataFile("rows.parquet", "marts.rows", columns, mart="rows", key="uuid", references=references)
    return Dataset(name, name, name, (file,))


QUESTIONS = dataset("questions", {})
RESPONSES = dataset("responses", {"q": "questions"})
ASSESSMENTS = dataset("assessments", {"r": "responses", "q": "questions"})
DATASETS = (QUESTIONS, RESPONSES, ASSESSMENTS)


def keys_of(old: State | None, new: State) -> KeyTables:
    tables = KeyTables(duckdb.connect())
    for each in DATASETS:
        (file,) = each.files
        for side, state in (("old", old), ("new", new)):
            if state is None:
                continue
            names = ", ".join(["uuid", *file.references])
            rows = ", ".join(str((key, *references, "")) for key, references in state[each.name].items())
            nothing = str(tuple([""] * (len(file.references) + 2)))
            query = f"select {names} from (values {rows or nothing}) as t({names}, no) where uuid != ''"
            tables.register(side, each.name, file.path, query)
    return tables


def differing(old: State | None, new: State) -> set[str]:
    return {each.name for each in DATASETS if old is None or dict(old[each.name]) != dict(new[each.name])}


def dangling(state: State) -> list[str]:
    found = []
    for each in DATASETS:
        for key, references in state[each.name].items():
            targets = zip(each.files[0].references.values(), references, strict=True)
            found += [f"{each.name} {key}" for parent, target in targets if target not in state[parent]]
    return found


def seen_by_readers(old: State | None, new: State) -> list[State]:
    """What lies there after each commit, the datasets of which nothing is published empty."""
    tables = keys_of(old, new)
    order = ReferenceOrder(DATASETS, differing(old, new), tables)
    shown: dict[str, Rows] = {each.name: dict(old[each.name]) if old else {} for each in DATASETS}
    seen: list[State] = []
    for step in order.steps:
        shown[step.dataset] = written(step, tables, new)
        seen.append(dict(shown))
    assert differing(shown, new) == set()
    return seen


def written(step: Step, tables: KeyTables, new: State) -> Rows:
    if not step.is_reduced:
        return new[step.dataset]
    kept = tables.connection.execute(f'from "{table_name("kept", step.dataset, "rows.parquet")}"').fetchall()
    return {key: tuple(references) for key, *references in kept}


def state(questions: str, responses: str, assessments: str) -> State:
    """States in short: responses as `key-question`, assessments as `key-response-question`."""
    return {
        "questions": dict.fromkeys(questions.split(), ()),
        "responses": {row.split("-")[0]: tuple(row.split("-")[1:]) for row in responses.split()},
        "assessments": {row.split("-")[0]: tuple(row.split("-")[1:]) for row in assessments.split()},
    }


def steps(old: State | None, new: State) -> list[tuple[str, bool]]:
    order = ReferenceOrder(DATASETS, differing(old, new), keys_of(old, new))
    return [(step.dataset, step.is_reduced) for step in order.steps]


BEFORE = state("q1 q2", "r1-q1 r2-q2", "a1-r1-q1 a2-r2-q2")


def test_what_is_referred_to_comes_first_where_rows_are_added() -> None:
    after = state("q1 q2 q3", "r1-q1 r2-q2 r3-q3", "a1-r1-q1 a2-r2-q2 a3-r3-q3")
    whole = [("questions", False), ("responses", False), ("assessments", False)]
    assert steps(BEFORE, after) == whole
    assert steps(None, after) == whole


def test_what_refers_goes_first_where_rows_are_taken_away_and_no_dataset_is_written_twice() -> None:
    after = state("q1", "r1-q1", "a1-r1-q1")
    assert steps(BEFORE, after) == [("assessments", False), ("responses", False), ("questions", False)]


def test_a_dataset_that_gains_and_loses_is_first_reduced_to_what_holds() -> None:
    after = state("q1 q2", "r1-q1 r3-q2", "a1-r1-q1 a3-r3-q2")
    assert steps(BEFORE, after) == [("assessments", True), ("responses", False), ("assessments", False)]


def test_a_new_label_of_the_same_response_is_one_commit() -> None:
    after = state("q1 q2", "r1-q1 r2-q2", "a1-r1-q1 a4-r2-q2")
    assert steps(BEFORE, after) == [("assessments", False)]
    assert steps(BEFORE, BEFORE) == []


def test_what_refers_to_a_row_that_is_away_in_between_is_away_too() -> None:
    """The response asks another, new question under its old key, so it cannot stay while the questions change."""
    before, after = state("q1 q3", "r1-q1", "a1-r1-q3"), state("q2 q3", "r1-q2", "a1-r1-q3")
    assert steps(before, after) == [
        *(("assessments", True), ("responses", True)),
        *(("questions", False), ("responses", False), ("assessments", False)),
    ]
    assert [lost for seen in seen_by_readers(before, after) if (lost := dangling(seen))] == []


@st.composite
def consistent_states(draw: st.DrawFn) -> State:
    """Any rows whose references hold; a key refers to the same rows wherever it occurs, as hashes of content do."""
    questions = draw(st.sets(st.sampled_from("1234")))
    responses = {f"r{q}{n}": (f"q{q}",) for q in questions for n in draw(st.sets(st.sampled_from("ab")))}
    judged = draw(st.sets(st.sampled_from(sorted(responses)))) if responses else set()
    assessments = {f"a{r}{j}": (r, responses[r][0]) for r in judged for j in draw(st.sets(st.sampled_from("xy")))}
    return {"questions": {f"q{q}": () for q in questions}, "responses": responses, "assessments": assessments}


@settings(max_examples=60)
@given(consistent_states(), consistent_states())
def test_no_commit_leaves_a_reference_to_nothing(old: State, new: State) -> None:
    assert dangling(old) == dangling(new) == []
    for number, seen in enumerate(seen_by_readers(old, new), start=1):
        assert dangling(seen) == [], f"after commit {number}"


@settings(max_examples=15)
@given(consistent_states(), consistent_states())
def test_a_publication_that_ended_after_any_commit_is_completed_without_one_either(old: State, new: State) -> None:
    for seen in seen_by_readers(old, new):
        for later in seen_by_readers(seen, new):
            assert dangling(later) == []
