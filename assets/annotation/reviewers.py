"""Names of the people who review, and where their reviews lie."""

import re
from pathlib import Path

from assets.errors import PipelineError
from assets.lake import Lake

LONGEST_NAME = 64
NAME = re.compile(rf"[a-z0-9][a-z0-9._-]{{0,{LONGEST_NAME - 1}}}")
SUFFIX = ".jsonl"


def reviewer_name(given: str) -> str:
    """A reviewer's name as it is kept: in lower case, so that nobody is two people by a capital letter.

    Raises:
        PipelineError: the name may not become part of a path and of a judge's name.
    """
    name = given.lower() if given.isascii() else given
    if not NAME.fullmatch(name):
        raise PipelineError(
            f"--reviewer {given[:LONGEST_NAME]!r}: use letters (a-z), digits and . _ - only, a letter or digit first, "
            f"at most {LONGEST_NAME} characters"
        )
    return name


def judge_of(reviewer: str) -> str:
    """The judge that a reviewer is in the tables."""
    return f"human/{reviewer}"


def review_files(lake: Lake) -> dict[str, Path]:
    """The file of each reviewer who has one, in order of their names.

    Raises:
        PipelineError: something lies there that no import has written.
    """
    entries = sorted(lake.annotations.iterdir()) if lake.annotations.is_dir() else []
    return {
        path.name.removesuffix(SUFFIX): require_own_file(path)
        for path in entries
        if not path.name.startswith(".")  # a write that was killed; the next lock clears it
    }


def require_own_file(path: Path) -> Path:
    """The path of a reviewer's file, if what lies there may be one; it need not be there yet.

    Raises:
        PipelineError: it is a link, a folder or named otherwise, so that what it holds is nobody's reviews.
    """
    if not path.name.endswith(SUFFIX) or not NAME.fullmatch(path.name.removesuffix(SUFFIX)):
        raise PipelineError(f"{path}: not the file of a reviewer; move it out of {path.parent}")
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise PipelineError(f"{path}: not a regular file; put the file itself there, or remove it")
    return path
