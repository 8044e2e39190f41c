"""Ids are version 5 uuids over natural keys, the same as Python's own."""

from .dbt_build import Build
from .landed_corpus import LandedCorpus
from .second_opinion import assessment_uuid, question_uuid, response_uuid


def test_every_id_is_pythons_uuid5_of_its_natural_key(panel_build: Build, panel: LandedCorpus) -> None:
    def column(table: str, name: str) -> set[str]:
        return {value for (value,) in panel_build.rows(f"select {name} from marts.{table}")}

    assert column("questions", "question_uuid") == {question_uuid(row) for row in panel.questions}
    assert column("responses", "response_uuid") == {response_uuid(row) for row in [*panel.responses, *panel.analyses]}
    assert column("assessments", "assessment_uuid") == {assessment_uuid(row) for row in panel.analyses}
