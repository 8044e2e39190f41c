"""What a file of judgments is before its format is known: its suffix, and its bytes without compression."""

import gzip
from pathlib import Path
from typing import IO, cast

LONGEST_LINE = 100_000_000  # bytes; texts of responses may stand beside the labels


def format_suffix(file: Path) -> str:
    """The suffix that tells the format, in lower case: `.csv` of `labels.CSV.gz`; empty if there is none."""
    suffixes = [suffix.lower() for suffix in file.suffixes]
    return next((suffix for suffix in reversed(suffixes) if suffix != ".gz"), "")


def open_bytes(file: Path) -> IO[bytes]:
    """The file open for reading, without its compression."""
    return cast(IO[bytes], gzip.open(file)) if file.suffix.lower() == ".gz" else file.open("rb")
