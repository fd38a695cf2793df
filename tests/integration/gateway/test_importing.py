"""`POST /admin/bulk_import`, and the page that imports a file after a look at it."""

import asyncio
import re
import secrets
from html import unescape
from io import BytesIO
from typing import Any

import aiohttp
import pytest

from .running import PAGE, Answer, Gateway, Visitor
from .test_pages import assert_sound

HEADER = "show,episode,link480,link720,link1080\n"
LINK = "https://vcloud.lol/abc123"
FILE = f"{HEADER}The Glory,1,{LINK},,\nThe Glory,x,{LINK},,\nthe glory,2,,{LINK},\nThe Match,1,,,nowhere\n"


async def upload(visitor: Visitor, body: bytes | str, **headers: str) -> Answer:
    return await sent(visitor, "/admin/bulk_import", body, **headers)


async def sent(visitor: Visitor, path: str, body: bytes | str, **headers: str) -> Answer:
    form = aiohttp.FormData(quote_fields=False)
    data = body.encode() if isinstance(body, str) else body
    form.add_field("file", BytesIO(data), filename="<b>episodes</b>.csv", content_type="text/csv")
    return await visitor.ask("POST", path, data=form, headers={"X-CSRF-Token": visitor.csrf, **headers})


def outcomes(answer: Answer) -> list[tuple[int, str]]:
    return [(row["line"], row["status"]) for row in answer.json["rows"]]


async def test_what_is_right_is_stored_and_the_rest_is_told_by_its_line(gateway: Gateway) -> None:
    operator = await gateway.signed_in("operator")
    answer = await upload(operator, FILE)
    assert answer.status == 200
    body = answer.json
    assert (body["status"], body["imported"], body["existing"], body["failed"]) == ("ok", 2, 0, 2)
    assert outcomes(answer) == [(2, "imported"), (3, "invalid"), (4, "imported"), (5, "invalid")]
    assert [each["field"] for row in body["rows"] for each in row.get("errors", ())] == [
        "episode",
        "link1080",
    ]
    assert body["rows"][0]["player_link"] == "/player?show=The Glory&ep=1"
    assert await gateway.count("catalog.titles") == 1
    assert await gateway.count("catalog.episodes") == 2
    assert await gateway.count("catalog.sources") == 2
    (told,) = await gateway.told("catalog.changed")
    assert (told["change"], len(told["episode_ids"])) == ("added", 2)


async def test_an_episode_that_exists_is_told_and_not_changed(gateway: Gateway) -> None:
    operator, episode = await gateway.signed_in("operator"), await gateway.add_episode()
    before = await gateway.sql.fetch("select * from catalog.sources order by id")
    answer = await upload(
        operator, f"{HEADER}THE GLORY,1,https://vcloud.lol/other,,\nThe Glory,2,{LINK}\nThe Glory,2,{LINK}"
    )
    assert outcomes(answer) == [(2, "exists"), (3, "imported"), (4, "exists")]
    assert answer.json["rows"][0]["episode_id"] == episode
    after = await gateway.sql.fetch(
        "select * from catalog.sources where episode_id = $1 order by id", episode
    )
    assert before == after


async def test_spreadsheets_files_are_read_as_they_come(gateway: Gateway) -> None:
    operator = await gateway.signed_in("operator")
    rows = [
        ("show", "episode", "link2160"),
        ('"Señorita; ""100"""', "12,5", LINK),
        ("", "", ""),
        ("Plain", "0", LINK),
    ]
    text = "\r\n".join(";".join(row) for row in rows)
    for body in (text.encode("utf-16"), b"\xef\xbb\xbf" + text.encode(), text.replace(";", "\t").encode()):
        answer = await upload(operator, body)
        assert answer.json["failed"] == 0, answer.text
    shows = await gateway.sql.fetch("select title from catalog.titles order by title")
    assert {row["title"] for row in shows} >= {'Señorita; "100"', "Plain"}
    numbers = await gateway.sql.fetch("select number from catalog.episodes order by number")
    assert [float(row["number"]) for row in numbers] == [0, 12.5, 12.5]


async def test_a_file_sent_again_with_its_key_gets_the_same_answer(gateway: Gateway) -> None:
    operator, key = await gateway.signed_in("operator"), secrets.token_urlsafe(16)
    many = HEADER + "".join(f"Show {number % 7},{number},{LINK}\n" for number in range(1200))
    first = await upload(operator, many, **{"Idempotency-Key": key})
    assert first.json["imported"] == 1200
    again = await asyncio.gather(*(upload(operator, many, **{"Idempotency-Key": key}) for _ in range(2)))
    assert [answer.json for answer in again] == [first.json] * 2
    assert await gateway.count("catalog.episodes") == 1200
    other = await upload(operator, FILE, **{"Idempotency-Key": key})
    other.problem(422, "idempotency_conflict")
    (await upload(operator, FILE, **{"Idempotency-Key": "short"})).problem(422, "invalid")


async def test_an_import_that_broke_off_goes_on_where_it_was(gateway: Gateway) -> None:
    operator, key = await gateway.signed_in("operator"), secrets.token_urlsafe(16)
    many = HEADER + "".join(f"Show,{number},{LINK}\n" for number in range(700))
    first = await upload(operator, many, **{"Idempotency-Key": key})
    # the second half never happened
    await gateway.sql.execute("delete from catalog.episodes where number >= 500")
    await gateway.sql.execute("delete from catalog.idempotency_keys where key <> $1", key)
    again = await upload(operator, many, **{"Idempotency-Key": key})
    assert (again.json["imported"], outcomes(again)) == (700, outcomes(first))
    assert await gateway.count("catalog.episodes") == 700


async def test_the_same_file_twice_at_once_is_stored_once(gateway: Gateway) -> None:
    operator = await gateway.signed_in("operator")
    many = HEADER + "".join(f"Show {number},1,{LINK}\n" for number in range(60))
    answers = await asyncio.gather(*(upload(operator, many) for _ in range(3)))
    assert sum(answer.json["imported"] for answer in answers) == 60
    assert await gateway.count("catalog.titles") == 60


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 422, "invalid"),
        (b"not,a,header\n1,2,3", 422, "invalid"),
        ("Åsa".encode("latin-1"), 422, "invalid"),
        (b"x" * (10 * 1024 * 1024 + 1), 413, "too_large"),
    ],
    ids=["empty", "no header", "latin-1", "too large"],
)
async def test_what_is_no_file_of_episodes_is_refused(
    gateway: Gateway, body: bytes, status: int, code: str
) -> None:
    (await upload(await gateway.signed_in("operator"), body)).problem(status, code)
    assert await gateway.count("catalog.titles") == 0


async def test_ten_megabytes_are_imported(gateway: Gateway) -> None:
    operator = await gateway.signed_in("operator")
    filler = "x" * 2000
    rows = "".join(f"Show,{number},{LINK}/{number},{filler}\n" for number in range(5000))
    body = f"show,episode,link720,notes\n{rows}"
    assert 9.5e6 < len(body) < 10 * 1024 * 1024
    answer = await upload(operator, body)
    assert (answer.json["imported"], answer.json["ignored_columns"]) == (5000, ["notes"])


async def test_imports_are_for_operators_from_our_own_pages(gateway: Gateway) -> None:
    stranger, viewer = await gateway.visitor(), await gateway.signed_in("viewer")
    (await upload(stranger, FILE)).problem(401, "sign_in_required")
    (await upload(viewer, FILE)).problem(403, "forbidden")
    operator = await gateway.signed_in("operator")
    operator.csrf = "another"
    (await upload(operator, FILE)).problem(403, "bad_csrf")
    answer = await operator.ask("POST", "/admin/bulk_import", json={}, headers={"X-CSRF-Token": "x"})
    answer.problem(403, "bad_csrf")
    assert await gateway.count("catalog.titles") == 0


async def test_without_a_file_the_answer_says_so(gateway: Gateway) -> None:
    operator = await gateway.signed_in("operator")
    answer = await operator.ask(
        "POST", "/admin/bulk_import", data={"a": "b"}, headers={"X-CSRF-Token": operator.csrf}
    )
    assert answer.problem(422, "invalid")["errors"][0]["field"] == "file"


def hidden(text: str) -> dict[str, str]:
    """Return the fields that the page's second form sends."""
    found = re.findall(r'<input type="hidden" name="(idempotency_key|held)" value="([^"]*)">', text)
    return {name: unescape(value) for name, value in found}


@pytest.mark.parametrize("language", ["en", "id"])
async def test_without_scripts_a_file_is_looked_at_and_then_imported(gateway: Gateway, language: str) -> None:
    operator = await gateway.signed_in("operator", language=language)
    await gateway.add_episode("The Glory", 2)
    form = await operator.page("/admin/import")
    assert form.status == 200
    assert_sound(form.text, language=language)
    looked = await sent(operator, "/admin/import", FILE, **PAGE)
    assert looked.status == 200
    assert_sound(looked.text, language=language)
    assert "&lt;b&gt;episodes&lt;/b&gt;.csv" in looked.text
    for line in (3, 5):
        assert re.search(rf"<strong>\w+ {line}</strong>", looked.text)
    assert await gateway.count("catalog.episodes") == 1
    fields: dict[str, Any] = hidden(looked.text)
    for _ in range(2):  # pressed twice
        done = await operator.form("/admin/import", **fields)
        assert done.status == 200
        assert 'class="notice notice-good"' in done.text
        assert_sound(done.text, language=language)
    assert await gateway.count("catalog.episodes") == 2
    audit = await gateway.sql.fetch("select target from access.audit where action = 'episodes.imported'")
    assert [row["target"] for row in audit] == ["1", "1"]


async def test_the_page_says_why_a_file_is_refused(gateway: Gateway) -> None:
    operator = await gateway.signed_in("operator")
    for body, words in (("", "It is empty."), ("show,episode\n", "names no column link720")):
        answer = await sent(operator, "/admin/import", body, **PAGE)
        assert (answer.status, words in unescape(answer.text)) == (422, True), answer.text
    for held in ("!", "eJw", "eJw" * 9):
        answer = await operator.form("/admin/import", held=held)
        assert (answer.status, "Choose it again." in answer.text) == (422, True)


async def test_strangers_are_sent_to_sign_in(gateway: Gateway) -> None:
    answer = await (await gateway.visitor()).page("/admin/import")
    assert (answer.status, answer.headers["Location"]) == (303, "/login?next=/admin/import")
