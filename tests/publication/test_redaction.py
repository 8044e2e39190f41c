"""What is taken out of published texts, and what is not.

No key stands here as it would be written: a search for secrets in this repository finds none.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assets.landing.response_text import extract_response
from assets.publication.redaction import (
    E_MAIL_ADDRESS,
    KEY,
    LOCAL_FOLDER,
    NOT_SHOWN,
    USER_ID,
    found_sql,
    redacted_sql,
    scrub_location,
)
from assets.upstream.git import read_blobs
from tests.upstream.repository import git, lfs_path

ADDRESS, SECRET, ID = E_MAIL_ADDRESS.mark, KEY.mark, USER_ID.mark
MIXED = "aB3dE5fG7hJ9kL1mN2pQ4rS6"  # 24 characters
LETTERS = "aBcDeFgHiJkLmNoPqRsTuVwXyZaBcDeFgH"  # 34, as Hugging Face's have
HEX = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
BASE64 = "\n".join(["MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj"] * 3 + ["aBcD3f=="])
JWT = "eyJ" + "hbGciOiJIUzI1NiJ9" + "." + "eyJ" + "zdWIiOiIxMjM0NTY3ODkwIn0" + "." + "dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P"


def pem(kind: str, body: str = BASE64, line: str = "\n") -> str:
    dashes = "-" * 5
    return line.join((f"{dashes}BEGIN {kind}{dashes}", *body.split("\n"), f"{dashes}END {kind}{dashes}"))


KEYS = {
    "openai": "sk-" + MIXED * 2,
    "openai, project": "sk-" + "proj-" + MIXED + "_" + MIXED + "-" + MIXED,
    "openai, service account": "sk-" + "svcacct-" + MIXED * 3,
    "anthropic": "sk-" + "ant-api03-" + MIXED + "-" + MIXED * 2 + "_" + MIXED + "AA",
    "openrouter": "sk-" + "or-v1-" + HEX * 2,
    "deepseek": "sk-" + HEX,
    "cerebras": "csk-" + MIXED * 2,
    "hugging face": "hf" + "_" + LETTERS,
    "google": "AI" + "za" + "Sy" + "aB3-dE5_fG7hJ9kL1mN2pQ4rS6tU8vW0x",
    "aws": "AK" + "IA" + "QWERTY234567ASDF",
    "github": "gh" + "p_" + MIXED + MIXED[:12],
    "github, oauth": "gh" + "o_" + MIXED + MIXED[:12],
    "github, fine-grained": "github" + "_pat_" + MIXED[:22] + "_" + MIXED * 2 + MIXED[:11],
    "slack": "xo" + "xb-" + "123456789012-1234567890123-" + MIXED,
    "groq": "gsk" + "_" + MIXED * 2,
    "xai": "xa" + "i-" + MIXED * 3,
    "perplexity": "pplx" + "-" + MIXED * 2,
    "nvidia": "nv" + "api-" + MIXED + "_" + MIXED,
    "jwt": JWT,
    "bearer": "Bearer " + MIXED,
    "bearer, lower case": "bearer  " + HEX,
    "bearer with a jwt": "Bearer " + JWT,
    "bearer with letters only": "Bearer hf" + "_" + LETTERS,
    "bearer, base 64": "BEARER " + "aB3+dE5/fG7hJ9kL1mN2pQ==",
    "pem": pem("PRIVATE" + " KEY"),
    "pem, rsa": pem("RSA " + "PRIVATE" + " KEY"),
    "pem, openssh, as in json": pem("OPENSSH " + "PRIVATE" + " KEY", line="\\n"),
    "pem, with headers": pem(
        "RSA " + "PRIVATE" + " KEY", f"Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,AB\n\n{BASE64}"
    ),
    "pgp": pem("PGP " + "PRIVATE" + " KEY BLOCK"),
}
IDS = {
    "openrouter": "user" + "_2" + MIXED + "ab",
    "openrouter, organization": "org" + "_2" + MIXED + "ab",
    "openai": "user" + "-" + MIXED,
    "openai, organization": "org" + "-" + MIXED,
    "openai, project": "proj" + "_" + MIXED,
    "groq, organization": "org" + "_01" + "jqz4k7m2n8p5r3s6t9v0w1x2",
}
ADDRESSES = (
    "anna@mail.org",
    "Anna.Smith+news@Mail.Example.co.uk",
    "a_b-c%d@sub-domain.mail.info",
    r"first\_last@mail.org",
    "info@bücher.de",
    "jürgen@mail.de",
    "почта@пример.рф",
    "info@xn--e1afmkfd.xn--p1ai",
    "1@2.cn",
    # not reserved, though they look so
    "anna@notexample.com",
    "anna@example.com.evil.ru",
    "anna@example.edu",
    "anna@test.com",
)
HARMLESS = (
    "",
    "anna@example.com",
    "Anna <anna.smith@EXAMPLE.ORG>, bob@mail.example.net; carol@x.y.example",
    "a@b.test b@c.invalid c@d.localhost root@localhost",
    "anna@testing",
    "git@github.com:owner/x.git",
    "@anna said: 5 @ 3.50 each, me@home, lodash@4.17.21, a@b.c",
    "anna at mail dot org",
    "user_preferences_and_settings user_preferencesandsettingsandmore user_" + "1" * 24,
    "org-wide organization-wide-2024-strategy-for-everyone user-generated-content user_id",
    "user-friendlyinterfacesforeveryone org-" + "a" * 30,
    "user_" + MIXED[:19],
    '{"user_id": "12345", "user_id": "alice", "id": "gen-' + MIXED + '"}',
    "sk-learn sk-SK sk-learn-internationalization-of-estimators",
    "sk-or-v1-your-openrouter-key-comes-here-internationalization",
    "sk-ant-api03-your-key-goes-here-internationalization",
    "sk-estimator-v2-checkpoint-name risk-" + HEX + " task-" + MIXED * 2,
    "hf_hub_download_and_more_functions_of_it hf_" + "a" * 29,
    "AIza AKIA AKIAQWERTY",
    "ghp_short github_pat_short xoxo xoxb-your-token-goes-here gsk_ xai-",
    "eyJ alone, eyJhbGciOiJIUzI1NiJ9.and.more",
    "the bearer of a-very-long-hyphenated-word-in-2024-and-later; Bearer token",
    "bearer authentication_is_described_here",
    "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY----- PRIVATE KEY",
    "审查@没有 邮箱 ключ e\u0301 \U0001f511 \u0000 \ufdd0 \uffff \r\n\t",
    "[redacted: key] [redacted: user id] [redacted: e-mail address]",
    "50% \\0 \\1 $1 'quoted' \"so\" {x} ?",
)
QUERY = f"select {redacted_sql('t')}, {found_sql('t')} from (select unnest($texts::varchar[]) as t)"


def ask_all(texts: list[str | None]) -> list[tuple[str | None, bool]]:
    """What is shown of each text, and whether anything was found in it."""
    return duckdb.execute(QUERY, {"texts": texts}).fetchall()


def ask(text: str | None) -> tuple[str | None, bool]:
    return ask_all([text])[0]


def surrounded(hit: str) -> list[str | None]:
    """A hit alone, in several surroundings, and twice."""
    surroundings = (
        "{}",
        "({}).",
        'is "{}",',
        "邮箱:{}。",
        "请写信至{}联系",
        "\n{}\n",
        "**{}**",
        "'{}'",
        "{}\0",
        "<{}> <{}>",
    )
    return [text.replace("{}", hit) for text in surroundings]


@pytest.mark.parametrize("key", KEYS.values(), ids=list(KEYS))
def test_a_key_is_taken_out(key: str) -> None:
    assert ask_all(surrounded(key)) == [(shown, True) for shown in surrounded(SECRET)]


@pytest.mark.parametrize("user_id", IDS.values(), ids=list(IDS))
def test_an_id_is_taken_out(user_id: str) -> None:
    assert ask_all(surrounded(user_id)) == [(shown, True) for shown in surrounded(ID)]


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_e_mail_address_is_taken_out(address: str) -> None:
    assert ask_all(surrounded(address)) == [(shown, True) for shown in surrounded(ADDRESS)]


def test_an_id_under_its_key_is_taken_out_whatever_it_looks_like() -> None:
    uuid = "123e4567-e89b-12d3-a456-426614174000"
    assert ask(f'{{"user_id": "{uuid}", "code": 400}}') == (f'{{{ID}", "code": 400}}', True)
    assert ask(rf"{{\"user_id\":\"{uuid}\"}}") == (rf"{{\{ID}\"}}", True)


def test_texts_without_a_hit_stay_as_they_are() -> None:
    assert ask_all(list(HARMLESS)) == [(text, False) for text in HARMLESS]


def test_harmless_neighbours_of_a_hit_stay() -> None:
    user_id, key = IDS["openrouter"], KEYS["openrouter"]
    text = f"a@example.com, anna@mail.org;{user_id}\r\nb@x.test sk-learn {key} anna@mail.org,git@github.com"
    shown = f"a@example.com, {ADDRESS};{ID}\r\nb@x.test sk-learn {SECRET} {ADDRESS},git@github.com"
    assert ask(text) == (shown, True)


def test_credentials_within_a_url_do_not_stay() -> None:
    redacted, _ = ask(f"https://{KEYS['hugging face']}@huggingface.co/x and https://anna:password1@host.org/x")
    assert redacted == f"https://{SECRET}@huggingface.co/x and https://anna:{ADDRESS}/x"


def test_a_key_after_a_line_break_as_in_json_is_taken_out() -> None:
    for key in KEYS.values():
        redacted, _ = ask(rf"keys:\n{key}\n\t{key}")
        assert redacted is not None
        assert redacted.replace("\\n", "").replace("\\t", "") == f"keys:{SECRET}{SECRET}"
    assert ask(r"on\nsk-learn-internationalization") == (r"on\nsk-learn-internationalization", False)


def test_a_private_key_that_is_cut_off_goes_with_all_its_lines() -> None:
    whole = KEYS["pem"]
    assert ask(f"{whole[:150]} and so on") == (f"{SECRET} and so on", True)
    assert ask(f"{whole.splitlines()[0]} ... and so on") == (f"{SECRET} ... and so on", True)


def test_null_stays_null_and_holds_nothing() -> None:
    assert ask(None) == (None, False)


def test_a_column_may_have_any_name_and_any_expression_may_be_given() -> None:
    for name in ("whole", "part", "place", "text"):
        query = f"select {redacted_sql(name)}, {found_sql(f'lower({name})')} from (select 'a@mail.org!' as {name})"
        assert duckdb.execute(query).fetchall() == [(f"{ADDRESS}!", True)]


def test_a_table_is_redacted_row_by_row() -> None:
    rows = [(i, None if i % 7 == 0 else f"row {i}" + (" anna@mail.org" if i % 5 == 0 else "")) for i in range(5000)]
    with duckdb.connect() as connection:
        connection.execute(
            "create table texts as select unnest($i) as i, unnest($t) as t",
            {"i": [i for i, _ in rows], "t": [text for _, text in rows]},
        )
        found = connection.execute(f"select i, {redacted_sql('t')}, {found_sql('t')} from texts order by i").fetchall()
    assert found == [
        (i, text and text.replace("anna@mail.org", ADDRESS), bool(text and "@" in text)) for i, text in rows
    ]


@pytest.mark.parametrize("filler", ["word ", "a", "@", "x@", "a.", "sk-", "审查", "user_", "eyJa.", "-" * 5 + "BEGIN "])
def test_a_hit_deep_in_a_very_long_text_is_found(filler: str) -> None:
    long = filler * (2_000_000 // len(filler.encode()))
    assert ask(long) == (long, False)
    assert ask(f"{long} anna@mail.org {long}") == (f"{long} {ADDRESS} {long}", True)


def test_many_hits_in_one_text_take_no_more_than_one_pass() -> None:
    assert ask("anna@mail.org " * 100_000) == (f"{ADDRESS} " * 100_000, True)


PIECES = st.sampled_from(
    [
        *(*KEYS.values(), *IDS.values(), *ADDRESSES, *HARMLESS),
        *(key[:7] for key in KEYS.values()),
        *(ADDRESS, SECRET, ID, *"@._-+= \n\\\"'aZ09é审\0"),
    ]
)


@given(st.lists(PIECES | st.text(max_size=5), max_size=8).map("".join))
@example(KEYS["aws"] + "sk-" + MIXED)
@example("anna@mail.org@mail.org@mail.org")
@example(KEYS["pem"] * 2)
def test_redacting_twice_is_redacting_once(text: str) -> None:
    redacted, found = ask(text)
    assert found == (redacted != text)
    assert ask(redacted) == (redacted, False)


@given(st.text())
def test_nothing_but_a_hit_is_lost(text: str) -> None:
    [(alone, found), (beside, found_beside)] = ask_all([text, f"{text} <anna@mail.org> {text}"])
    assert found_beside
    if not found:
        assert (alone, beside) == (text, f"{text} <{ADDRESS}> {text}")


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("https://github.com/xlr8harder/speechmap-data", "https://github.com/xlr8harder/speechmap-data"),
        ("https://user:pass@host/x.git", "https://host/x.git"),
        ("https://token@host:8443/x.git", "https://host:8443/x.git"),
        ("https://user:p@ss:w@host/x@y", "https://host/x@y"),
        ("https://host/x?token=secret#part", "https://host/x"),
        ("https://host/x?next=https://user:pass@host", "https://host/x"),
        ("https://host?token=secret", "https://host"),
        ("http://[::1]:8000/x", "http://[::1]:8000/x"),
        ("https://bücher.de/x", "https://bücher.de/x"),
        ("ssh://git@host/x.git", "ssh://host/x.git"),
        ("git@github.com:owner/x.git", "github.com:owner/x.git"),
        ("user:pass@host:owner/x.git", "host:owner/x.git"),
        ("anna@laptop:/home/anna/speechmap.git", "speechmap.git"),
        ("laptop:~anna/speechmap", "speechmap"),
        # what cannot be parted safely
        ("https://user:pa/ss@host/x", NOT_SHOWN),
        ("https://user:pa?ss@host/x", NOT_SHOWN),
        ("https://user:pa#ss@host/x", NOT_SHOWN),
        ("https://host?token=sec@ret", NOT_SHOWN),
        ("https://user:pa ss@host/x", NOT_SHOWN),
        ("https://", NOT_SHOWN),
        # folders
        ("/home/anna/speechmap/llm-compliance.git", "llm-compliance.git"),
        ("/home/anna/data/", "data"),
        ("../shared/upstream", "upstream"),
        ("~/data", "data"),
        ("data", "data"),
        ("/data/a@b", "a@b"),
        ("/home/anna/has#hash", "has#hash"),
        ("file:///home/anna/data.git", "data.git"),
        ("FILE://laptop/home/anna/data?token=secret", "data"),
        (r"C:\Users\Anna\data", "data"),
        ("C:/Users/Anna/data", "data"),
        (r"\\laptop\share\data", "data"),
        ("", LOCAL_FOLDER),
        (".", LOCAL_FOLDER),
        ("../..", LOCAL_FOLDER),
        ("/", LOCAL_FOLDER),
        ("~", LOCAL_FOLDER),
        ("~anna", LOCAL_FOLDER),
        ("C:", LOCAL_FOLDER),
    ],
)
def test_how_a_location_is_shown(location: str, shown: str) -> None:
    assert scrub_location(location) == shown
    assert scrub_location(f" {location}\n") == shown


@given(
    st.from_regex(
        r"(https?|ssh)://([a-z]+(:[^/\s]{0,9})?@)?[a-z]+(\.[a-z]+)?(:[0-9]+)?(/[a-z@.]*){0,3}", fullmatch=True
    )
)
def test_a_shown_location_is_shown_the_same_again(location: str) -> None:
    shown = scrub_location(location)
    assert scrub_location(shown) in (shown, shown.rpartition("/")[2])


@dataclass
class Sample:
    """What the real sample holds: user ids anywhere in its raw rows, and the texts that are published."""

    user_ids: set[str] = field(default_factory=set, repr=False)
    texts: set[str] = field(default_factory=set, repr=False)


@pytest.fixture(scope="module")
def sample(real_upstream: Path) -> Sample:
    repository = real_upstream / "llm-compliance.git"
    found = Sample()
    listing = (line.split("\t") for line in git("ls-tree", "-r", "HEAD", repository=repository).splitlines())
    blobs = [about.split()[2] for about, path in listing if path.endswith(".jsonl")]
    for _, blob in read_blobs(repository, blobs):
        is_pointer = blob.startswith(b"version https://git-lfs")
        content = lfs_path(repository, blob.split(b"sha256:")[1][:64].decode()).read_bytes() if is_pointer else blob
        for line in content.split(b"\n"):
            row = json.loads(line or "{}")
            if b"user_id" in line:
                found.user_ids |= set(user_ids(row))
            texts = (extract_response(row.get("response")).text, row.get("judge_analysis"), row.get("question"))
            found.texts |= {text for text in texts if text}
    return found


def user_ids(value: Any) -> Iterator[str]:
    """Every value of a key `user_id`, however deep, within JSON that is quoted as text too."""
    if isinstance(value, str) and value.startswith(("{", "[")):
        try:
            value = json.loads(value)
        except ValueError:
            return
    if isinstance(value, dict):
        if isinstance(value.get("user_id"), str):
            yield value["user_id"]
        for part in value.values():
            yield from user_ids(part)
    elif isinstance(value, list):
        for part in value:
            yield from user_ids(part)


# Only numbers are compared, so that no failure quotes the sample.
def test_user_ids_of_the_real_sample_are_known_or_nowhere_in_what_is_published(sample: Sample) -> None:
    count = len(sample.user_ids)
    assert count == 1
    unknown = [user_id for user_id in sample.user_ids if ask(user_id) != (ID, True)]
    leaks = sum(user_id in text for user_id in unknown for text in sample.texts)
    assert leaks == 0
    assert sum(ask(json.dumps({"error": {"user_id": user_id}}))[1] for user_id in sample.user_ids) == count


def test_nothing_but_e_mail_addresses_is_taken_out_of_the_texts_of_the_real_sample(sample: Sample) -> None:
    with duckdb.connect() as connection:
        connection.execute("create table texts as select unnest($texts) as t", {"texts": list(sample.texts)})
        connection.execute(
            f"create table redacted as select t, {redacted_sql('t')} as r, {found_sql('t')} as f from texts"
        )
        [counts] = connection.execute(
            f"""
            select
                count(*) filter (f), count(*) filter (f is distinct from (t <> r)), count(*) filter ({found_sql("r")}),
                count(*) filter (contains(r, $key) or contains(r, $id)), count(*) filter (f and not contains(t, '@')),
                sum(len(string_split(r, $address)) - 1)::int
            from redacted
            """,
            {"key": SECRET, "id": ID, "address": ADDRESS},
        ).fetchall()
    assert counts == (54, 0, 0, 0, 0, 62)
