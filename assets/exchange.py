"""The exchange: a folder or a URL that this machine and an engine on others both see.

Landed files go there, tables come back from there. It belongs to one data directory, which keeps what it needs of it
and removes the rest.
"""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import fsspec

from assets.errors import PipelineError

OWNER = "owner.json"


@dataclass(frozen=True)
class Exchange:
    """One place, on a disk that is shared or in an object store.

    Attributes:
        root: absolute path of a folder, or a URL that both the engine and `fsspec` understand.
        owner: the data directory that it belongs to.
    """

    root: str
    owner: Path

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder of this machine, so that files can be read where they are."""
        return "://" not in self.root

    def location(self, *parts: str) -> str:
        """Name of something in it as the engine reads it, whatever its own file system is."""
        return "/".join((f"file:{self.root}" if self.is_folder else self.root.rstrip("/"), *parts))

    def claim(self) -> None:
        """Make sure that it is there, can be written and belongs to this data directory.

        Raises:
            PipelineError: it cannot be written, or belongs to another one.
        """
        with _explained(self.root):
            self._fs.makedirs(self._base, exist_ok=True)
            file = self._path(OWNER)
            if self._fs.exists(file):
                owner = json.loads(self._fs.cat_file(file)).get("data_dir")
                if owner != str(self.owner):
                    raise PipelineError(
                        f"{self.root}: the exchange of {owner}; set SPEECHMAP_EXCHANGE to a place of its own, or "
                        f"delete {OWNER} there if that data directory has moved here"
                    )
            elif not self._is_empty():
                raise PipelineError(
                    f"{self.root}: holds something else than an exchange; set SPEECHMAP_EXCHANGE to an empty place"
                )
            else:
                self._fs.pipe_file(file, json.dumps({"data_dir": str(self.owner)}).encode())

    def mirror(self, folder: str, files: Mapping[str, Path]) -> int:
        """Make a folder hold just these files, by name; what is there already is left as it is.

        Returns:
            How many files were written.
        """
        with _explained(self.root):
            present = self._sizes(folder)
            for name in present.keys() - files.keys():
                self._fs.rm_file(self._path(folder, name))
            new = [name for name, file in files.items() if present.get(name) != file.stat().st_size]
            self._fs.makedirs(self._path(folder), exist_ok=True)
            for name in new:
                self._put(files[name], self._path(folder, name))
            return len(new)

    def fetch(self, folder: str, target: Path) -> list[Path]:
        """Parquet files of a folder, sorted by name: where they are, or copied below `target` from a URL."""
        with _explained(self.root):
            names = sorted(name for name in self._sizes(folder) if name.endswith(".parquet"))
            if self.is_folder:
                return [Path(self._path(folder, name)) for name in names]
            target.mkdir(parents=True, exist_ok=True)
            for name in names:
                self._fs.get_file(self._path(folder, name), str(target / name))
            return [target / name for name in names]

    def folders(self, folder: str) -> list[str]:
        """Names of the folders in a folder; none where it does not exist."""
        with _explained(self.root):
            if not self._fs.exists(self._path(folder)):
                return []
            entries = self._fs.ls(self._path(folder), detail=True)
            return sorted(_name(entry) for entry in entries if entry["type"] == "directory")

    def remove(self, folder: str) -> None:
        """Remove a folder with all it holds; nothing happens where it does not exist."""
        with _explained(self.root):
            if self._fs.exists(self._path(folder)):
                self._fs.rm(self._path(folder), recursive=True)

    def _is_empty(self) -> bool:
        try:
            found = self._fs.ls(self._base, detail=False)
        except FileNotFoundError:  # a store of objects has no folder before there is an object in it
            return True
        # some keep an object of the folder's own name in its place
        return all(str(name).rstrip("/") == self._base for name in found)

    @cached_property
    def _located(self) -> tuple[Any, str]:
        try:
            fs, base = fsspec.core.url_to_fs(self.root)
        except (ImportError, ValueError) as error:
            raise PipelineError(
                f"{self.root}: no way to read that kind of exchange ({error}); install the package that fsspec names, "
                "or set SPEECHMAP_EXCHANGE to a folder"
            ) from None
        return fs, base.rstrip("/")

    @property
    def _fs(self) -> Any:
        self._located[0].invalidate_cache()  # the engine writes there, too
        return self._located[0]

    @property
    def _base(self) -> str:
        return self._located[1]

    def _path(self, *parts: str) -> str:
        return "/".join((self._base, *parts))

    def _sizes(self, folder: str) -> dict[str, int]:
        if not self._fs.exists(self._path(folder)):
            return {}
        entries = self._fs.ls(self._path(folder), detail=True)
        return {_name(entry): entry["size"] for entry in entries if entry["type"] == "file"}

    def _put(self, source: Path, target: str) -> None:
        if not self.is_folder:
            self._fs.put_file(str(source), target)
            return
        Path(target).unlink(missing_ok=True)
        try:
            os.link(source, target)
        except OSError:  # another disk
            shutil.copyfile(source, target)


@contextmanager
def _explained(root: str) -> Iterator[None]:
    try:
        yield
    except (OSError, RuntimeError, ValueError) as error:  # the latter are how some stores of fsspec say it
        reason = getattr(error, "strerror", None) or error
        raise PipelineError(
            f"{root}: the exchange cannot be read or written ({reason}); set SPEECHMAP_EXCHANGE to a "
            "place that this machine and Spark can write"
        ) from error


def _name(entry: Mapping[str, Any]) -> str:
    return str(entry["name"]).rstrip("/").rpartition("/")[2]
