"""A commit that adds one model to a repository of upstream's shape: the typical day's change."""

import os
import subprocess
from pathlib import Path

IDENTITY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "upstream"), ("EMAIL", "upstream@example.org"))
}


def add_model(repository: Path, name: str) -> int:
    """Commit to branch main a copy of one model's files under another name; returns the number of files.

    The model is the one with the most responses in plain files (no LFS pointers).
    """
    listing = _git(repository, "ls-tree", "-r", "-l", "main").decode().splitlines()
    sizes = {path: int(about.split()[3]) for about, path in (line.split("\t") for line in listing)}
    largest = max((path for path in sizes if path.startswith("responses/")), key=sizes.__getitem__)
    stem = largest.removeprefix("responses/")
    paths = [path for path in sizes if path.rpartition("/")[2] in (stem, f"compliance_{stem}")]
    model = _model_of(_git(repository, "cat-file", "blob", f"main:{largest}"))
    _git(repository, "read-tree", "main")
    for path in paths:
        content = _git(repository, "cat-file", "blob", f"main:{path}").replace(
            f'"model": "{model}"'.encode(), f'"model": "{name}"'.encode()
        )
        blob = _git(repository, "hash-object", "-w", "--stdin", stdin=content).decode().strip()
        copy = path.replace(".jsonl", f"_{name.replace('/', '_')}.jsonl")
        _git(repository, "update-index", "--add", "--cacheinfo", f"100644,{blob},{copy}")
    tree = _git(repository, "write-tree").decode().strip()
    commit = _git(repository, "commit-tree", tree, "-p", "main", "-m", f"Add {name}").decode().strip()
    _git(repository, "update-ref", "refs/heads/main", commit)
    return len(paths)


def _model_of(responses: bytes) -> str:
    return responses.partition(b'"model": "')[2].partition(b'"')[0].decode()


def _git(repository: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    command = ["git", f"--git-dir={repository}", *arguments]
    return subprocess.run(command, input=stdin, env={**os.environ, **IDENTITY}, capture_output=True, check=True).stdout
