"""A corpus of the public one's size, or any part or multiple of it: `python -m benchmarks.corpus DEST`."""

import json
import subprocess
import time
from pathlib import Path

import click

from assets.upstream.demo_corpus import write_demo_corpus
from benchmarks.corpus_size import (
    ANALYSIS_CHARACTERS,
    INVENTED_WORDS,
    QUESTIONS,
    RESPONSE_CHARACTERS,
    SEED,
    UPSTREAM_JUDGES,
    CorpusSize,
)
from benchmarks.hub_corpus import write_hub_corpus

UPSTREAM, HUB, PLAIN, ABOUT = "upstream", "hub", "plain", "corpus.json"


@click.command(context_settings={"show_default": True})
@click.argument("destination", type=click.Path(path_type=Path, file_okay=False))
@click.option("--scale", type=click.FloatRange(min=0.01), default=1.0, help="Size; the public corpus is 1.")
@click.option("--without-upstream", is_flag=True, help="Only the Hub's files: minutes instead of a quarter of an hour.")
def main(destination: Path, scale: float, without_upstream: bool) -> None:
    """Write git repositories in upstream's format, their files as plain JSONL, and the Hub's Parquet files."""
    click.echo(json.dumps(make_corpus(destination, scale, with_upstream=not without_upstream), indent=2))


def make_corpus(destination: Path, scale: float, *, with_upstream: bool = True) -> dict[str, object]:
    """Write a corpus below `destination`, unless the same one lies there already; returns its account.

    `upstream/` has the repositories, `plain/` the files of their last commit, `hub/` the Hub's datasets.
    """
    size = CorpusSize(scale)
    wanted = {"scale": scale, "models": size.models, "with_upstream": with_upstream}
    account = destination / ABOUT
    if account.exists():
        found: dict[str, object] = json.loads(account.read_text())
        if {name: found[name] for name in wanted} == wanted:
            return found
        raise click.ClickException(f"{destination}: holds another corpus ({found}); remove it or choose another folder")
    if destination.exists() and any(destination.iterdir()):
        raise click.ClickException(f"{destination}: holds no finished corpus; remove it or choose another folder")
    started = time.monotonic()
    hub = write_hub_corpus(destination / HUB, size)
    if with_upstream:
        corpus = write_demo_corpus(
            destination / UPSTREAM,
            questions=QUESTIONS,
            models=size.models,
            judges=UPSTREAM_JUDGES,
            seed=SEED,
            mean_response_characters=RESPONSE_CHARACTERS,
            mean_analysis_characters=ANALYSIS_CHARACTERS,
            invented_words=INVENTED_WORDS,
        )
        _check_out(corpus.data_repository, destination / PLAIN)
    about = {
        **wanted,
        "hub_rows": hub,
        "hub_bytes": _bytes(destination / HUB),
        "plain_bytes": _bytes(destination / PLAIN),
        "seconds": round(time.monotonic() - started),
    }
    account.write_text(json.dumps(about, indent=2) + "\n")
    return about


def _check_out(repository: Path, folder: Path) -> None:
    """The files of branch main, with the LFS objects in the place of their pointers."""
    folder.mkdir(parents=True)
    subprocess.run(["git", f"--git-dir={repository}", f"--work-tree={folder}", "checkout", "-f", "main"], check=True)
    for path in folder.rglob("*.jsonl"):
        with path.open("rb") as file:
            pointer = file.read(200)
        if pointer.startswith(b"version https://git-lfs"):
            oid = pointer.split(b"oid sha256:")[1].split()[0].decode()
            path.unlink()
            path.hardlink_to(repository / "lfs" / "objects" / oid[:2] / oid[2:4] / oid)


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


if __name__ == "__main__":
    main()
