import base64
import contextlib
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wellspring_common.errors import Permanent
from wellspring_gateway.domain.listing import (
    LONGEST_QUERY,
    After,
    Sort,
    Wanted,
    decode_cursor,
    encode_cursor,
    tidied,
)
from wellspring_gateway.domain.searching import ANYWHERE, TOLD, asked_for
from wellspring_gateway.domain.shelf import address_of, query_of, wanted_by

NUMBERS = st.integers(-(2**53) + 1, 2**53 - 1).map(str)
KEYS = {Sort.TITLE: st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=80)}


@given(
    data=st.data(),
    sort=st.sampled_from(Sort),
    row=st.integers(1, 2**63 - 1),
    query=st.sampled_from(["", "a b"]),
)
def test_a_cursor_comes_back_as_it_went(data: st.DataObject, sort: Sort, row: int, query: str) -> None:
    wanted = Wanted(query="glory", genre="Drama", sort=sort)
    after = After(data.draw(KEYS.get(sort, NUMBERS)), row, query)
    cursor = encode_cursor(wanted, after)
    assert cursor.isascii()
    assert set(cursor) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    assert decode_cursor(replace(wanted, cursor=cursor)) == after


@given(cursor=st.text(max_size=60))
def test_no_text_crashes_the_reading_of_a_cursor(cursor: str) -> None:
    with pytest.raises(Permanent) as refused:
        decode_cursor(Wanted(cursor=cursor))
    assert refused.value.code == "bad_cursor"


@given(
    changes=st.dictionaries(
        st.integers(0, 3),
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.lists(st.text()),
        min_size=1,
    )
)
def test_no_forged_cursor_gets_further_than_its_types(changes: dict[int, object]) -> None:
    wanted = Wanted(sort=Sort.YEAR)
    cursor = encode_cursor(wanted, After("2020", 7, ""))
    said = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    forged_parts = [changes.get(place, part) for place, part in enumerate(said)]
    forged = base64.urlsafe_b64encode(json.dumps(forged_parts).encode()).rstrip(b"=").decode()
    after = None
    with contextlib.suppress(Permanent):
        after = decode_cursor(replace(wanted, cursor=forged))
    if after is None:
        return
    assert 0 < after.id < 2**63
    assert abs(float(after.key)) < 2**53


@pytest.mark.parametrize(
    "other",
    [Wanted(query="glory"), Wanted(kind="movie"), Wanted(year=2020), Wanted(sort=Sort.TITLE)],
)
def test_a_cursor_of_one_list_is_none_of_another(other: Wanted) -> None:
    cursor = encode_cursor(Wanted(), After("5", 5, ""))
    assert decode_cursor(Wanted(cursor=cursor)) == After("5", 5, "")
    with pytest.raises(Permanent, match="begin again"):
        decode_cursor(replace(other, cursor=cursor))


def test_what_is_wanted_has_one_form() -> None:
    messy = Wanted(query=" a\x00  b\ud800\u202e " + "x" * 500, genre=" ", language="ko ", limit=10_000)
    tidy = tidied(messy)
    assert (tidy.query[:5], len(tidy.query), tidy.genre) == ("a b x", LONGEST_QUERY, None)
    assert (tidy.language, tidy.limit) == ("ko", 100)
    assert tidied(Wanted(query="\x00 ", sort=Sort.RELEVANCE)).sort is Sort.NEWEST


def test_all_words_are_searched_for_and_of_the_last_one_its_beginning() -> None:
    asked = asked_for("the glo", ["the", "glo"])
    assert asked.tsquery(ANYWHERE) == "'the' & 'glo':*"
    assert asked.tsquery(TOLD) == "'the':ABC & 'glo':*ABC"
    signs = asked_for("君の 名", [" 君  の ", " 名 "])
    assert signs.tsquery(ANYWHERE) == "('君' <-> 'の') & '名':*"
    assert signs.plain_words == ["名"]
    assert asked_for("", []).tsquery(ANYWHERE) == ""
    assert asked_for("q", ["'q\\"]).tsquery(ANYWHERE) == "'q':*"


def test_the_address_of_the_library_says_what_is_chosen_and_nothing_else() -> None:
    chosen = {"q": "glory", "kind": "series", "genre": "Drama", "year": "2020", "sort": "title"}
    wanted = wanted_by(chosen)
    assert (wanted.kind, wanted.year, wanted.sort) == ("series", 2020, Sort.TITLE)
    assert query_of(wanted) == chosen
    assert wanted_by(query_of(wanted)) == wanted
    assert address_of(wanted, kind=None, q=None) == "/?genre=Drama&year=2020&sort=title"
    nonsense = {"kind": "podcast", "year": "²020", "status": "<b>", "sort": "upwards", "cursor": ""}
    assert wanted_by(nonsense) == Wanted(limit=24)
    assert address_of(wanted_by(nonsense)) == "/"
    assert wanted_by({"q": "x"}).sort is Sort.RELEVANCE
    assert query_of(wanted_by({"q": "x", "sort": "relevance"})) == {"q": "x"}
