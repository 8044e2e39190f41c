"""A Spark session for as long as something is built, and nothing that outlives it.

Its catalog is its own: tables are files in the exchange, so two runs cannot meet in a metastore, and what is needed in
one is registered there from the files.
"""

import logging
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from assets.errors import PipelineError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# What the results depend on; no configuration may say otherwise.
REQUIRED = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.catalogImplementation": "in-memory",
    # landed times are UTC, and so is what the models call a timestamp
    "spark.sql.timestampType": "TIMESTAMP_LTZ",
    "spark.sql.parquet.inferTimestampNTZ.enabled": "false",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.parser.escapedStringLiterals": "false",
    "spark.sql.sources.default": "parquet",
    "spark.sql.caseSensitive": "false",
    # a file that cannot be read is no file without rows
    "spark.sql.files.ignoreMissingFiles": "false",
    "spark.sql.files.ignoreCorruptFiles": "false",
}
# Of an older Spark's ways of reading SQL the models know nothing.
FORBIDDEN = "spark.sql.legacy."
# What a process is started with, everybody on its machine can read.
SECRET = re.compile(r"secret|password|passphrase|token|(access|account|encryption)\.?key", re.IGNORECASE)
# Names of settings that tell where a secret is, not what it is.
PLACE_OF_SECRET = re.compile(r"file$|\.secretKeyRef\.|\.kubernetes\.(driver|executor)\.secrets\.", re.IGNORECASE)
JAVA_OPTION = re.compile(r"-D([^\s=]+)=")
SETTING = re.compile(r"(spark\.[^\s=:]+)(?:\s*[=:]\s*|\s+)([^\s=:].*)")
LOG_SETTINGS = Path(__file__).with_name("log4j2.properties")
DEFAULTS = {
    "spark.app.name": "speechmap",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={LOG_SETTINGS.as_uri()}",
    "spark.sql.parquet.compression.codec": "zstd",
}
# A master on this machine is nobody else's business.
ON_THIS_MACHINE = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}


@dataclass(frozen=True)
class SparkConfig:
    """Which Spark, and how it is set up.

    Attributes:
        master: URL of the master, `local[*]` for this machine.
        properties: settings of Spark by name.
    """

    master: str
    properties: dict[str, str] = field(default_factory=dict)


def read_properties(file: Path) -> dict[str, str]:
    """Settings in a file of Spark's own form: a name and a value per line, `#` before comments.

    Raises:
        PipelineError: the file cannot be read, or a line is no setting, or one that may not stand here.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise PipelineError(f"{file}: the settings of Spark cannot be read ({error})") from None
    properties = {}
    for number, line in enumerate(map(str.strip, lines), start=1):
        if not line or line.startswith("#"):
            continue
        found = SETTING.fullmatch(line)
        if found is None:
            raise PipelineError(f"{file}, line {number}: expected the name of a setting (spark. ...) and its value")
        name, value = found.groups()
        if REQUIRED.get(name, value) != value:
            raise PipelineError(f"{file}, line {number}: {name} must be {REQUIRED[name]}, or results would differ")
        if name.startswith(FORBIDDEN):
            raise PipelineError(f"{file}, line {number}: {FORBIDDEN}* must be left alone, or results would differ")
        if any(map(_is_secret, (name, *JAVA_OPTION.findall(value)))):
            raise PipelineError(
                f"{file}, line {number}: {name} would be shown in the list of processes; give credentials by the "
                "environment, a role of the machine, or a credential provider of Hadoop"
            )
        properties[name] = value
    return properties


def _is_secret(name: str) -> bool:
    return SECRET.search(name) is not None and not PLACE_OF_SECRET.search(name)


@contextmanager
def spark_session(config: SparkConfig) -> Iterator["SparkSession"]:
    """A session of its own, stopped at the end; executors are given back then.

    Raises:
        PipelineError: pyspark or Java is missing, the master does not answer, or Spark gives up.
    """
    try:
        from py4j.protocol import Py4JError  # noqa: PLC0415 - not installed where DuckDB is the engine
        from pyspark.errors import PySparkException  # noqa: PLC0415
        from pyspark.sql import SparkSession  # noqa: PLC0415
    except ImportError:
        raise PipelineError("SPEECHMAP_ENGINE=spark needs pyspark and dbt-spark; run `make setup-spark`") from None
    if SparkSession.getActiveSession() is not None:
        raise PipelineError("another Spark session is open in this process; one run at a time")
    is_local = config.master.startswith("local")
    settings = {**DEFAULTS, **(ON_THIS_MACHINE if is_local else {}), **config.properties, **REQUIRED}
    # pyspark itself looks into the environment only
    if python := settings.get("spark.pyspark.python"):
        os.environ["PYSPARK_PYTHON"] = python
    elif is_local:
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    # What goes wrong is told by whoever asked; this logger would repeat it with the query, as JSON.
    logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL)
    builder = SparkSession.builder.master(config.master)
    for name, value in settings.items():
        builder = builder.config(name, value)
    try:
        session = builder.getOrCreate()
    except (PySparkException, Py4JError, OSError) as error:
        raise PipelineError(
            f"Spark does not start on {config.master} ({_first_line(error)}); it needs Java 17 or later (JAVA_HOME, or "
            "`java` on the path) and a master that answers (SPEECHMAP_SPARK_MASTER)"
        ) from error
    try:
        yield session
    except (PySparkException, Py4JError) as error:
        raise PipelineError(f"Spark on {config.master} gave up: {_first_line(error)}") from error
    finally:
        session.stop()


def _first_line(error: Exception) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)[:300]


def text_literal(text: str) -> str:
    """A text as Spark reads it in SQL."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
