"""What a bare DuckDB takes for the same rows: `python -m benchmarks.floors NAME FOLDER`, as for `benchmarks.parts`."""

import subprocess
from pathlib import Path

import click
import duckdb

from assets.lake import Lake
from assets.landing.corpus import landed_paths, read_manifest
from assets.landing.kinds import LANDED_KINDS

TEXTS = {"content", "judge_analysis", "question"}
# What landing needs of upstream's rows.
FLOOR_OF_LANDING = {
    "questions/*.jsonl": ("id", "category", "domain", "question"),
    "responses/*.jsonl": ("question_id", "category", "model", "timestamp", "response"),
    "analysis*/*.jsonl": (
        *("question_id", "category", "model", "timestamp", "response"),
        *("judge_model", "compliance", "judge_analysis"),
    ),
}


@click.group()
def main() -> None:
    """Floors of the parts of a run."""


place = click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))


@main.command()
@place
def landing(folder: Path) -> None:
    """Read the needed fields of plain JSONL files with DuckDB, and count the rows."""
    with duckdb.connect() as connection:
        for pattern, fields in FLOOR_OF_LANDING.items():
            columns = ", ".join(f"{field}: '{'JSON' if field == 'response' else 'VARCHAR'}'" for field in fields)
            counted = ", ".join(f"count({field})" for field in fields)
            connection.execute(
                f"select {counted} from read_json('{folder}/{pattern}', format = 'newline_delimited', "
                f"columns = {{{columns}}}, maximum_object_size = 100000000)"
            ).fetchall()


@main.command()
@place
def landing_written(folder: Path) -> None:
    """Read the needed fields, hash every response as it stands, and write all of it as Parquet."""
    with duckdb.connect() as connection:
        connection.execute("set preserve_insertion_order = false")
        for pattern, fields in FLOOR_OF_LANDING.items():
            columns = ", ".join(f"{field}: '{'JSON' if field == 'response' else 'VARCHAR'}'" for field in fields)
            hashed = "*, sha256(response::varchar) as content_sha256" if "response" in fields else "*"
            copy = folder.parent / "floor.parquet"
            connection.execute(
                f"copy (select {hashed} from read_json('{folder}/{pattern}', format = 'newline_delimited', "
                f"columns = {{{columns}}}, maximum_object_size = 100000000)) "
                f"to '{copy}' (format parquet, compression zstd)"
            )
            copy.unlink()


@main.command()
@place
def blobs(folder: Path) -> None:
    """Have git unpack all files that landing reads."""
    for mirror in sorted((folder / "mirror").glob("*.git")):
        subprocess.run(
            ["git", f"--git-dir={mirror}", "cat-file", "--batch", "--batch-all-objects", "--buffer"],
            stdout=subprocess.DEVNULL,
            check=True,
        )


@main.command()
@place
def marts(folder: Path) -> None:
    """Read every column of the landed files but the texts."""
    lake = Lake(folder)
    manifest = read_manifest(lake)
    with duckdb.connect() as connection:
        for kind in LANDED_KINDS.values():
            files = [str(path) for path in landed_paths(lake, manifest, kind.name)]
            hashes = ", ".join(f"bit_xor(hash({column}))" for column in kind.schema if column not in TEXTS)
            connection.execute(f"select {hashes} from read_parquet($files)", {"files": files}).fetchall()


@main.command()
@place
def export(folder: Path) -> None:
    """Copy the rows of the dataset files, as they lie there, to other files."""
    lake = Lake(folder)
    with duckdb.connect() as connection:
        for file in sorted(lake.datasets.glob("*/*.parquet")):
            copy = lake.building / file.name
            connection.execute(f"copy (from read_parquet('{file}')) to '{copy}' (format parquet, compression zstd)")
            copy.unlink()


if __name__ == "__main__":
    main()
