"""What the API's lists, edits and names rest on: cursors, versions, limits, operation ids."""

import base64
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from deploy.api.description import described
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from wellspring_common.errors import Permanent
from wellspring_gateway.domain.cursors import decode_cursor, encode_cursor, moment, whole
from wellspring_gateway.domain.documents.episodes import NewEpisode, NewSource, vetted
from wellspring_gateway.domain.documents.titles import NewTitle, Title, TitleEdit
from wellspring_gateway.domain.etags import IfMatch, etag_of, is_known

THEN = datetime(2026, 11, 21, tzinfo=UTC)
ID = UUID(int=7)
TITLE: dict[str, Any] = {
    **dict.fromkeys(Title.model_fields, None),
    "id": 7,
    "slug": "a",
    "kind": "series",
    "title": "A",
    "genres": [],
    "rights": "unknown",
    "locked_fields": [],
    "episode_count": 0,
    "created_at": THEN,
    "updated_at": THEN,
}


def refused(code: str, kind: str, cursor: str) -> None:
    with pytest.raises(Permanent) as caught:
        decode_cursor(kind, cursor, (moment, UUID))
    assert caught.value.code == code


def test_a_cursor_says_what_was_put_into_it() -> None:
    cursor = encode_cursor("jobs", THEN.isoformat(), ID)
    assert decode_cursor("jobs", cursor, (moment, UUID)) == (THEN, ID)
    assert decode_cursor("e", encode_cursor("e", 1, 12.5), (whole, Decimal)) == (1, Decimal("12.5"))


@pytest.mark.parametrize(
    "parts", [("jobs",), ("jobs", "x", ID), ("jobs", "2026-11-21", ID), ("other", THEN.isoformat(), ID)]
)
def test_a_cursor_of_another_list_leads_nowhere(parts: tuple[object, ...]) -> None:
    refused("bad_cursor", "jobs", encode_cursor(*map(str, parts)))


BYTES = st.binary(max_size=40).map(base64.b64encode).map(bytes.decode)


@given(st.one_of(st.text(max_size=40), BYTES))
def test_no_text_breaks_a_cursor(text: str) -> None:
    refused("bad_cursor", "jobs", text)


def test_a_version_changes_with_what_an_edit_may_change_only() -> None:
    title = Title.model_validate(TITLE)
    later = title.model_copy(update={"updated_at": datetime(2027, 1, 1, tzinfo=UTC), "episode_count": 9})
    assert title.etag == later.etag
    assert title.etag != title.model_copy(update={"year": 2022}).etag


def test_an_edit_needs_the_version_it_was_made_on() -> None:
    tag = etag_of({"year": 2022})
    IfMatch.parse(f'"other", {tag}').check(tag)
    IfMatch.parse(" * ").check(tag)
    for header, code in ((None, "precondition_required"), (" ", "precondition_required")):
        with pytest.raises(Permanent) as caught:
            IfMatch.parse(header)
        assert caught.value.code == code
    for header in ('"other"', tag.strip('"'), f"{tag[:-2]}"):
        with pytest.raises(Permanent) as caught:
            IfMatch.parse(header).check(tag)
        assert caught.value.code == "precondition_failed"
    assert is_known(f"W/{tag}", tag)
    assert not is_known(None, tag)


@pytest.mark.parametrize(
    "changes",
    [{}, {"title": None}, {"title": " "}, {"year": 12}, {"id": 7}, {"genres": None}, {"synopsis": "a\x00b"}],
)
def test_an_edit_that_says_nothing_good_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        TitleEdit.model_validate(changes)


def test_an_edit_may_empty_what_may_be_empty() -> None:
    assert TitleEdit.model_validate({"year": None}).model_dump(exclude_unset=True) == {"year": None}
    assert NewTitle(title="  The Glory ").title == "The Glory"


@pytest.mark.parametrize("number", [-1, 100_000, 1.234, float("nan"), float("inf")])
def test_an_episode_has_a_number_that_can_be_stored(number: float) -> None:
    with pytest.raises(ValidationError):
        NewEpisode(number=number)


def test_a_page_gets_its_definition_from_its_address() -> None:
    pages = [NewSource(url="https://a.example/x.mp4"), NewSource(url="https://a.example/page")]
    found = vetted(pages, vet=str.lower, default="vcloud")
    assert [page.definition for page in found] == ["direct", "vcloud"]


def test_a_page_that_may_not_be_fetched_is_refused_by_its_field() -> None:
    def vet(url: str) -> str:
        raise Permanent("is ours", code="blocked_address")

    with pytest.raises(Permanent) as caught:
        vetted([NewSource(url="http://a.example")], vet=vet, default="vcloud")
    assert (caught.value.code, caught.value.message) == ("invalid", "url: is ours")


def test_every_operation_has_a_short_name_of_its_own_and_says_how_it_refuses() -> None:
    operations = [operation for verbs in described()["paths"].values() for operation in verbs.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(names) == len(set(names))
    assert {"get_titles", "get_title", "patch_title", "post_title_episodes", "get_clean_run"} <= set(names)
    for operation in operations:
        assert {"422", "503"} <= set(operation["responses"])
        for status, answer in operation["responses"].items():
            assert answer["description"]
            if status >= "400":
                assert list(answer["content"]) == ["application/problem+json"]
