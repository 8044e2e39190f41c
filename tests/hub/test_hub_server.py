"""The stand-in itself: the real client's own functions find in it what they find on the Hub."""

from pathlib import Path

import pytest

from assets.hub.library import prepare_library
from tests.hub.hub_server import HubServer

prepare_library()  # before the library itself

from huggingface_hub import HfApi  # noqa: E402
from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError, RevisionNotFoundError  # noqa: E402
from huggingface_hub.hf_api import RepoFile, RepoFolder  # noqa: E402

NAME = "someone/data"
SECRET = "s3cr3t"  # noqa: S105 - it guards nothing


def test_the_real_client_reads_every_revision(hub: HubServer, tmp_path: Path) -> None:
    repository = hub.dataset(NAME)
    first = repository.commit({"README.md": b"# Data\n", "data/train.parquet": b"one"})
    second = repository.commit({"data/train.parquet": b"second"})
    repository.tags["v1"] = first
    api = HfApi(endpoint=hub.endpoint, token=False)
    assert [api.dataset_info(NAME, revision=name).sha for name in (None, "main", "v1", second)] == [
        second,
        second,
        first,
        second,
    ]
    entries = list(api.list_repo_tree(NAME, repo_type="dataset", recursive=True))
    tree = {entry.path: entry for entry in entries if isinstance(entry, RepoFile)}
    assert [entry.path for entry in entries if isinstance(entry, RepoFolder)] == ["data"]
    assert (tree["README.md"].size, tree["README.md"].lfs) == (7, None)
    assert tree["data/train.parquet"].lfs.size == 6
    info = api.dataset_info(NAME, files_metadata=True)
    assert {each.rfilename: each.blob_id for each in info.siblings} == {path: tree[path].blob_id for path in tree}
    for number, (revision, content) in enumerate(((first, b"one"), ("main", b"second"))):
        for path, expected in (("data/train.parquet", content), ("README.md", b"# Data\n")):
            got = api.hf_hub_download(
                NAME, path, repo_type="dataset", revision=revision, local_dir=tmp_path / str(number)
            )
            assert Path(got).read_bytes() == expected


def test_the_real_client_is_refused_as_on_the_hub(hub: HubServer, tmp_path: Path) -> None:
    hub.dataset(NAME, token=SECRET).commit({"a.parquet": b"a"})
    hub.dataset("someone/gated", is_gated=True).commit({"a.parquet": b"a"})
    assert HfApi(endpoint=hub.endpoint, token=SECRET).dataset_info(NAME).private
    with pytest.raises(RepositoryNotFoundError):
        HfApi(endpoint=hub.endpoint, token=SECRET[::-1]).dataset_info(NAME)
    with pytest.raises(RevisionNotFoundError):
        HfApi(endpoint=hub.endpoint, token=SECRET).dataset_info(NAME, revision="v9")
    assert HfApi(endpoint=hub.endpoint, token=False).dataset_info("someone/gated").gated == "auto"
    with pytest.raises(GatedRepoError):
        HfApi(endpoint=hub.endpoint, token=False).hf_hub_download(
            "someone/gated", "a.parquet", repo_type="dataset", local_dir=tmp_path
        )
