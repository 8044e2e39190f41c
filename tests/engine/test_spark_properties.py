from pathlib import Path

import pytest

from assets.errors import PipelineError
from assets.spark.session import read_properties, text_literal

DEPLOYMENT = Path(__file__).parents[2] / "orchestration" / "deployment"


def _file(folder: Path, text: str) -> Path:
    file = folder / "spark.properties"
    file.write_text(text, encoding="utf-8")
    return file


def test_names_and_values_are_read_in_every_form_that_spark_knows(tmp_path: Path) -> None:
    file = _file(
        tmp_path,
        "# memory\n\nspark.executor.memory 8g\nspark.a=b = c\n  spark.b: d\n"
        "spark.driver.extraJavaOptions  -Da=b -Dc=d  \n",
    )
    assert read_properties(file) == {
        "spark.executor.memory": "8g",
        "spark.a": "b = c",
        "spark.b": "d",
        "spark.driver.extraJavaOptions": "-Da=b -Dc=d",
    }


def test_the_file_that_comes_along_can_be_read() -> None:
    assert read_properties(DEPLOYMENT / "spark.properties")["spark.executor.memory"] == "8g"


@pytest.mark.parametrize("line", ["executor.memory 8g", "spark.executor.memory", "spark.executor.memory ="])
def test_what_is_no_setting_is_named_by_its_line(tmp_path: Path, line: str) -> None:
    with pytest.raises(PipelineError, match=r"spark\.properties, line 2: expected the name of a setting"):
        read_properties(_file(tmp_path, f"spark.a b\n{line}\n"))


def test_what_would_change_results_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match=r"line 1: spark\.sql\.session\.timeZone must be UTC"):
        read_properties(_file(tmp_path, "spark.sql.session.timeZone Europe/Paris\n"))
    assert read_properties(_file(tmp_path, "spark.sql.session.timeZone UTC\n")) == {"spark.sql.session.timeZone": "UTC"}


@pytest.mark.parametrize(
    "name",
    [
        "spark.authenticate.secret.file",
        "spark.kubernetes.authenticate.oauthTokenFile",
        "spark.hadoop.hadoop.security.credstore.java-keystore-provider.password-file",
        "spark.kubernetes.executor.secrets.lab",
    ],
)
def test_where_a_secret_is_may_stand_there(tmp_path: Path, name: str) -> None:
    assert read_properties(_file(tmp_path, f"{name} /etc/lab\n")) == {name: "/etc/lab"}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("spark.sql.legacy.consecutiveStringLiterals.enabled true", "must be left alone"),
        ("spark.sql.files.ignoreCorruptFiles true", "must be false"),
        ("spark.hadoop.fs.s3a.secret.key 12345", "would be shown in the list of processes"),
        ("spark.hadoop.fs.s3a.access.key 12345", "would be shown in the list of processes"),
        ("spark.hadoop.fs.azure.account.key.lab.dfs.core.windows.net 12345", "would be shown in the list of processes"),
        ("spark.driver.extraJavaOptions -Da=b -Daws.secretAccessKey=12345", "would be shown in the list of processes"),
    ],
)
def test_what_must_not_stand_there_is_refused_without_its_value(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(PipelineError, match=said) as refused:
        read_properties(_file(tmp_path, line))
    assert "12345" not in str(refused.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match=r"none: the settings of Spark cannot be read"):
        read_properties(tmp_path / "none")


def test_texts_in_sql_end_where_they_end() -> None:
    assert text_literal("it's a \\ path") == r"'it\'s a \\ path'"
