import http.client
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from assets.dashboards.serve import serve_site, site_server
from assets.errors import PipelineError

from .browser import served

BODY = bytes(range(256)) * 4


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    root = tmp_path_factory.mktemp("served")
    (root / "secret.txt").write_text("secret")
    site = root / "site"
    for name in ("index.html", "judges/index.html", "data/a.parquet", "engine.wasm", "query.arrow", "app.js"):
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_bytes(BODY)
    (site / "link.txt").symlink_to(root / "secret.txt")
    with served(site) as origin:
        yield origin


def get(address: str, path: str, method: str = "GET", **headers: str) -> tuple[int, http.client.HTTPMessage, bytes]:
    # http.client sends the path as it is; a URL library would tidy up ".." first.
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=10)
    connection.request(method, path, headers=headers)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, response.headers, body


@pytest.mark.parametrize(
    ("wanted", "content_range", "part"),
    [
        ("bytes=0-9", "bytes 0-9/1024", BODY[:10]),
        ("bytes=1000-", "bytes 1000-1023/1024", BODY[1000:]),
        ("bytes=-24", "bytes 1000-1023/1024", BODY[1000:]),
        ("bytes=1020-5000", "bytes 1020-1023/1024", BODY[1020:]),
        ("bytes=0-", "bytes 0-1023/1024", BODY),
    ],
)
def test_a_range_is_answered_with_that_part(address: str, wanted: str, content_range: str, part: bytes) -> None:
    status, headers, body = get(address, "/data/a.parquet", Range=wanted)
    assert (status, headers["Content-Range"], body) == (206, content_range, part)
    assert int(headers["Content-Length"]) == len(part)


def test_without_a_range_the_whole_file_comes_and_ranges_are_offered(address: str) -> None:
    status, headers, body = get(address, "/data/a.parquet")
    assert (status, headers["Accept-Ranges"], body) == (200, "bytes", BODY)


@pytest.mark.parametrize("wanted", ["bytes=1024-", "bytes=9-3", "bytes=-0"])
def test_a_range_outside_the_file_is_refused(address: str, wanted: str) -> None:
    status, headers, body = get(address, "/data/a.parquet", Range=wanted)
    assert (status, headers["Content-Range"], body) == (416, "bytes */1024", b"")


def test_head_tells_the_size_without_a_body(address: str) -> None:
    status, headers, body = get(address, "/engine.wasm", method="HEAD")
    assert (status, headers["Content-Length"], body) == (200, "1024", b"")


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/judges/", "text/html; charset=utf-8"),
        ("/engine.wasm", "application/wasm"),
        ("/query.arrow", "application/vnd.apache.arrow.stream"),
        ("/data/a.parquet", "application/vnd.apache.parquet"),
        ("/app.js?v=1", "text/javascript; charset=utf-8"),
    ],
)
def test_files_have_the_type_that_browsers_insist_on(address: str, path: str, content_type: str) -> None:
    status, headers, _ = get(address, path)
    assert (status, headers["Content-Type"]) == (200, content_type)


@pytest.mark.parametrize(
    "path",
    ["/../secret.txt", "/%2e%2e/secret.txt", "/judges/..%2f..%2fsecret.txt", "/link.txt", "//etc/passwd", "/a%00b"],
)
def test_nothing_outside_the_site_is_served(address: str, path: str) -> None:
    status, _, body = get(address, path)
    assert status == 404
    assert b"secret" not in body


def test_folders_are_not_listed(address: str) -> None:
    status, _, body = get(address, "/data/")
    assert status == 404
    assert b"parquet" not in body


@pytest.mark.parametrize("path", ["/judges", "//judges"])
def test_a_page_without_its_slash_redirects_within_the_site(address: str, path: str) -> None:
    status, headers, _ = get(address, path)
    assert (status, headers["Location"]) == (301, "/judges/")


def test_a_folder_without_a_site_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match="run the pipeline first"):
        serve_site(tmp_path, 0)


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PipelineError, match=f"port {port}"):
            site_server(tmp_path, port)
