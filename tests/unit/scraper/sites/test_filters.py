import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.examples import examples
from tests.unit.scraper.sites.driving import NOW, URL, value
from wellspring_scraper.sites.filters import FILTERS, apply_filter
from wellspring_scraper.sites.pattern import LONGEST_TEXT, Pattern
from wellspring_scraper.sites.unpack import unpacked

PACKED = (
    "eval(function(p,a,c,k,e,d){e=function(c){return c};while(c--){}return p}"
    "('1(\"0\").2({3:\"4://5.6/7.8?a=b\"});',9,9,'player|jwplayer|setup|file|https|cdn|example|film|mp4'"
    ".split('|'),0,{}))"
)


@pytest.mark.parametrize(
    ("name", "text", "args", "found"),
    [
        ("add", "50", ("50",), "100"),
        ("add", "2.5", ("-1",), "1.5"),
        ("add", "x", ("1",), None),
        ("dateparse", "14 Agustus,2026", (), "2026-08-14"),
        ("dateparse", "08/14/2026", ("MM/dd/yyyy",), "2026-08-14"),
        ("dateparse", "soon", (), None),
        ("diacritics", "Café Ünïted", ("replace",), "Cafe United"),
        ("htmlencode", '<a & "b">', (), "&lt;a &amp; &quot;b&quot;&gt;"),
        ("number", "Episode 12,5 END", (), "12.5"),
        ("number", "none", (), None),
        ("querystring", "https://[bad?a=1", ("a",), None),
        ("re_replace", "a1b2", (r"(\w)(\d)", "$2$1"), "1a2b"),
        ("re_replace", "abc", ("b", "$7"), "ac"),
        ("re_replace", "abc", ("(x)?b", "[$1]"), "a[]c"),
        ("replace", "abc", ("", "x"), "abc"),
        ("script_var", "var file = 'u';", ("file",), "u"),
        ("unpack", PACKED, (), 'jwplayer("player").setup({file:"https://cdn.example/film.mp4?a=b"});'),
        ("unpack", "no packer here", (), None),
        ("validate", "action, Romance/slice of", ("Action,Romance,Drama",), "Action, Romance"),
        ("validate", "nothing", ("Action",), None),
    ],
)
def test_filters_do_what_their_name_says(
    name: str, text: str, args: tuple[str, ...], found: str | None
) -> None:
    assert apply_filter(name, text, args) == found


def test_filters_that_need_the_page_or_the_day_are_given_them() -> None:
    scope = {".Today.Unix": str(int(NOW.timestamp()))}
    ago = value("<p>3 jam yang lalu</p>", scope, selector="p", filters=[{"name": "timeago"}])
    fuzzy = value("<p>kemarin</p>", scope, selector="p", filters=[{"name": "fuzzytime"}])
    written = value("<p>Apr 5, 2026</p>", scope, selector="p", filters=[{"name": "fuzzytime"}])
    assert (ago, fuzzy, written) == ("2026-08-14", "2026-08-13", "2026-04-05")
    here = value("<a href='../b'>x", None, selector="a", attribute="href", filters=[{"name": "resolve_url"}])
    there = value(
        "<a href='b'>x", None, selector="a", attribute="href",
        filters=[{"name": "resolve_url", "args": "https://else.example/d/"}],
    )  # fmt: skip
    assert (here, there) == (URL.replace("/f/1", "/b"), "https://else.example/d/b")


def test_the_chain_of_a_link_shim_is_decoded() -> None:
    data = (
        "Y214WGFWWjNZblJXZWxOV1NIZFBkMFpTTURKSFZYZzFiakpCWjI5UlYyNUliVWxtVFVoeFZIRlVRVlZ5"
        "Vkd0YVdqSndPVlpoTUQwPQ=="
    )
    shim = f"<script>s('o','{data}',180*1000)</script>"
    names = ["b64", "b64", "rot13", "b64", "json", "b64"]
    chain = [{"name": name, "args": "o" if name == "json" else []} for name in names]
    found = value(shim, script_call_arg={"name": "s", "n": 1}, filters=chain)
    assert found == "https://drive.example/x"


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("replace", ("a", "b" * 8000)),
        ("re_replace", ("", "b" * 2000)),
        ("re_replace", ("(a+)", "$1" * 900)),
        ("append", ("b" * 8000,)),
        ("urlencode", ()),
        ("htmlencode", ()),
    ],
)
def test_no_filter_makes_much_out_of_much(name: str, args: tuple[str, ...]) -> None:
    started = time.process_time()
    found = apply_filter(name, "a" * LONGEST_TEXT, args)
    assert found is None or len(found) <= LONGEST_TEXT
    assert time.process_time() - started < 3


def test_a_packer_that_would_unpack_to_too_much_is_left_alone() -> None:
    words = "|".join(["x" * 1000] * 10)
    bomb = f"eval(function(p,a,c,k,e,d){{}}('{'1 ' * 100_000}',10,10,'{words}'.split('|')))"
    assert unpacked(bomb) is None
    assert unpacked("eval(function(p,a,c,k,e,d){}('0',99,1,'a'.split('|')))") is None


@given(
    st.sampled_from(sorted(FILTERS)),
    st.text(max_size=40),
    st.lists(st.text(max_size=8), min_size=2, max_size=2),
)
@settings(max_examples=examples(150))
def test_no_text_makes_a_filter_fail(name: str, text: str, args: list[str]) -> None:
    spec = FILTERS[name]
    given_args = tuple("a*" if at in spec.patterns else arg for at, arg in enumerate(args[: spec.most]))
    found = apply_filter(name, text, given_args + ("0",) * len(spec.given))
    assert found is None or isinstance(found, str)


@given(st.text(max_size=30), st.text("ab$12\\", max_size=8))
def test_a_replacement_is_text_but_for_its_groups(text: str, replacement: str) -> None:
    assert isinstance(Pattern("(a)|b").replaced(text, replacement), str)
    assert Pattern("zzz").replaced("abc", replacement) == "abc"
