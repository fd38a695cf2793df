import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wellspring_scraper.sites.jsonpath import json_path, json_query, json_values

BIG = {"files": [{"n": number, "f": "mp4" if number % 2 else "x"} for number in range(5_000)]}


@pytest.mark.parametrize(
    "path",
    [
        "$.files[?@.f == 'mp4'].n",
        "$..n",
        "$.files[*].f",
        "$..[?@.n > 5]",
        "$.files[::2].n",
        "$.files[?@.f][?@]",
    ],
)
def test_what_is_allowed_takes_a_few_walks_at_most(path: str) -> None:
    started = time.process_time()
    json_values(BIG, path)
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    "path",
    [
        "$[",
        "$.a[?match(@.b, 'x')]",
        "$.a[?search(@.b, '(a+)+$')]",
        "$.a[?@.b =~ /x/]",
        "$.a | $.b",
        "$..a..b",
        "$.files[?count($.files[*]) > 30000]",
        "$.files[?@..n]",
        "$[*,*][*,*][*,*][*,*][*,*]",
        "$[?@[?@[?@[?@[?@]]]]]",
    ],
)
def test_what_could_take_long_is_refused_when_it_is_written(path: str) -> None:
    with pytest.raises(ValueError, match="JSONPath"):
        json_query(path)


def test_a_dotted_path_to_a_list_gives_its_items() -> None:
    assert json_values({"a": {"b": [1, {"c": 2}]}}, "a.b") == [1, {"c": 2}]
    assert json_values({"a": 5}, "a") == [5]
    assert json_values({"a": 5}, "b") == []


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=3),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
        ),
    )
)
def test_no_data_makes_a_path_fail(data: object) -> None:
    for path in ("a.b.0", "$.a[0].b", "$..a", "$[?@.a > 1].b", "$.a[?length(@.b) == 1]"):
        found = json_path(data, path)
        assert found is None or isinstance(found, str)


def test_an_answer_that_is_one_text_is_not_read_twice() -> None:
    assert json_values('{"a": 1}', "$.a[*]") == []
    assert json_values('{"a": 1}', "$[*]") == []
    assert json_values("{", "$") == ["{"]
