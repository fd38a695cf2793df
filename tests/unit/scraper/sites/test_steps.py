from typing import Any

import pytest

from tests.unit.scraper.sites.driving import SOURCE, URL, Web, definition, links, now, page, resolving
from wellspring_common.errors import Permanent, Transient, WellspringError
from wellspring_scraper.sites.engine import pages
from wellspring_scraper.sites.keeping import KEPT

SHARE = """
resolve:
  steps:
    - name: page
      request: "{{ .Source.Url }}"
      fields:
        id: {selector: i, optional: true}
        secs: {selector: b, optional: true}
    - name: hop
      REQUEST
      fields: {file: {json: url}}
  servers: [{key: one, url: "{{ .Result.file }}"}]
"""
ROWS = "- {selector: a, fields: {label: {}, href: {attribute: href}}}"


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    KEPT.forget()


def hop(request: str, web: Web) -> None:
    links(definition(SHARE.replace("REQUEST", f"request: {request}")), web)


def test_a_get_has_its_inputs_in_the_query_and_a_post_in_the_form() -> None:
    for method in ("get", "post"):
        web = Web({f"GET {URL}": "<i>7</i>", "GET https://page.example/api?v=1&id=7&q=a+b": {"url": "/x"},
                   "POST https://page.example/api?v=1": {"url": "/x"}})  # fmt: skip
        hop(f"{{url: '/api?v=1', method: {method}, inputs: {{id: '{{{{ .Result.id }}}}', q: a b}}}}", web)
        asked = web.asked[1]
        assert dict(asked.form or {}) == ({} if method == "get" else {"id": "7", "q": "a b"})


def test_a_json_body_keeps_its_kinds_and_fills_in_its_texts() -> None:
    web = Web({f"GET {URL}": "<i>7</i>", "POST https://page.example/api": {"url": "/x"}})
    hop(
        "{url: /api, method: post, json: {id: '{{ .Result.id }}', n: 5, ok: true, none: null,"
        " deep: [{id: '{{ .Result.id }}'}]}}",
        web,
    )
    assert web.asked[1].json == {"id": "7", "n": 5, "ok": True, "none": None, "deep": [{"id": "7"}]}


@pytest.mark.parametrize(
    ("wait", "secs", "seconds"),
    [("5", "", 5.0), ("'{{ .Result.secs }}'", "3.5", 3.5),
     ("5s", "", 5.0), ("'{{ .Result.secs }}'", "9999", 30.0), ("'{{ .Result.secs }}'", "soon", 0.0)],
)  # fmt: skip
def test_a_wait_is_told_to_whoever_asks_and_is_bounded(wait: str, secs: str, seconds: float) -> None:
    web = Web({f"GET {URL}": f"<b>{secs}</b>", "GET https://page.example/api": {"url": "/x"}})
    hop(f"{{url: /api, wait: {wait}}}", web)
    assert web.asked[1].wait_s == seconds


def test_a_head_and_a_redirect_by_hand_give_their_headers() -> None:
    one = definition("""
    resolve:
      steps:
        - name: head
          request: {url: "{{ .Source.Url }}", method: head, followredirect: false}
          fields:
            to: {first_of: [{header: HX-Redirect}, {header: location}]}
      servers: [{key: one, url: "{{ .Result.to }}"}]
    """)
    web = Web({f"HEAD {URL}": page("", location="/moved")})
    assert [link.url for link in links(one, web)] == ["https://page.example/moved"]
    assert not web.asked[0].follow


def test_headers_without_a_value_or_with_line_ends_are_not_sent() -> None:
    one = resolving(
        ROWS,
        """
    - key: one
      url: "{{ .Result.href }}"
      headers: {Referer: "{{ .Source.Quality }}", X-Label: "{{ .Result.label }}"}
    """,
    )
    assert links(one, Web({f"GET {URL}": "<a href=/x>a</a>"}))[0].headers == {"X-Label": "a"}


def test_a_step_is_left_out_where_its_condition_gives_nothing() -> None:
    one = resolving(
        ROWS.replace("label: {}", "label: {optional: true}"),
        """
    - key: one
      steps:
        - {name: hop, when: "{{ .Result.label }}", request: "{{ .Result.href }}", fields: {to: {selector: p}}}
      url: "{{ if .Result.to }}{{ .Result.to }}{{ else }}{{ .Result.href }}{{ end }}"
    """,
    )
    web = Web(
        {f"GET {URL}": "<a href=/1></a><a href=/2>yes</a>", "GET https://page.example/2": "<p>/file</p>"}
    )
    assert [link.url[20:] for link in links(one, web)] == ["/1", "/file"]
    assert len(web.asked) == 2


def test_what_goes_wrong_in_an_optional_step_leaves_its_fields_empty() -> None:
    one = resolving(
        ROWS,
        """
    - key: one
      steps: [{name: hop, optional: true, request: "{{ .Result.href }}", fields: {to: {selector: p}}}]
      url: "{{ if .Result.to }}{{ .Result.to }}{{ else }}/embed{{ end }}"
    """,
    )
    for answer in ("<b>changed", Transient("away", code="timeout"), Permanent("no", code="forbidden")):
        web = Web({f"GET {URL}": "<a href=/2>x</a>", "GET https://page.example/2": answer})
        assert [link.url for link in links(one, web)] == ["https://page.example/embed"]


NONCE = """
- key: one
  steps:
    - name: nonce
      scope: SCOPE
      request: {url: /nonce, method: post, inputs: {action: a}}
      fields: {nonce: {json: data}}
    - name: file
      request: {url: "{{ .Result.href }}", method: post, inputs: {nonce: "{{ .Result.nonce }}"}}
      soft_expired_when: {matches: '^-1'}
      renew_from: nonce
      fields: {file: {json: url}}
  url: "{{ .Result.file }}"
"""
TWO = "<a href=/1>a</a><a href=/2>b</a>"


def nonces(scope: str) -> tuple[list[str], list[str | None]]:
    found: dict[str, Any] = {
        f"GET {URL}": TWO,
        "POST https://page.example/nonce": [{"data": f"n{n}"} for n in range(1, 9)],
    }
    files = {f"POST https://page.example/{n}": {"url": f"/f{n}"} for n in (1, 2)}
    web = Web({**found, **files})
    assert [link.url[20:] for link in links(resolving(ROWS, NONCE.replace("SCOPE", scope)), web)] == [
        "/f1",
        "/f2",
    ]
    posts = [one for one in web.asked if one.method == "POST"]
    return [one.url[20:] for one in posts], [(one.form or {}).get("nonce") for one in posts]


def test_a_nonce_is_got_for_each_call_for_a_page_or_kept() -> None:
    assert nonces("per_call") == (["/nonce", "/1", "/nonce", "/2"], [None, "n1", None, "n2"])
    assert nonces("per_page") == (["/nonce", "/1", "/2"], [None, "n1", "n1"])
    assert nonces("cached") == (["/nonce", "/1", "/2"], [None, "n1", "n1"])
    assert nonces("cached") == (["/1", "/2"], ["n1", "n1"])


def test_a_kept_nonce_that_is_worn_out_is_got_anew() -> None:
    nonces("cached")
    web = Web({
        f"GET {URL}": "<a href=/1>a</a>",
        "POST https://page.example/nonce": {"data": "fresh"},
        "POST https://page.example/1": ["-1", {"url": "/f1"}],
    })  # fmt: skip
    assert [link.url[20:] for link in links(resolving(ROWS, NONCE.replace("SCOPE", "cached")), web)] == [
        "/f1"
    ]
    assert [(one.form or {}).get("nonce") for one in web.asked[1:]] == ["n1", None, "fresh"]


def test_a_page_wide_nonce_that_fails_fails_its_rows_only() -> None:
    servers = NONCE.replace("SCOPE", "per_page").replace("- key: one", "- key: one\n  match: {label: a}")
    one = resolving(ROWS, servers + '- {key: two, url: "{{ .Result.href }}"}')
    web = Web({f"GET {URL}": TWO, "POST https://page.example/nonce": Permanent("no", code="forbidden")})
    found = web.drive(pages(one, SOURCE, now))
    assert [(lead.key, getattr(lead.failed, "code", None)) for lead in found.leads] == [
        ("one", "forbidden"),
        ("two", None),
    ]


def test_a_redirect_by_script_or_meta_is_followed_as_far_as_the_steps_say() -> None:
    one = definition("""
    resolve:
      steps:
        - name: bounce
          request: "{{ .Source.Url }}"
          fields: {to: {first_of: [{meta_refresh: true}, {script_redirect: true}]}}
        - {name: there, request: "{{ .Result.to }}", fields: {file: {selector: a, attribute: href}}}
      servers: [{key: one, url: "{{ .Result.file }}"}]
    """)
    for body in (
        "<meta http-equiv=refresh content='0; url=/there'>",
        "<body onload=\"location.replace('/there')\">",
    ):
        web = Web({f"GET {URL}": body, "GET https://page.example/there": "<a href=/film>x</a>"})
        assert [link.url for link in links(one, web)] == ["https://page.example/film"]


def test_a_definition_without_links_says_so_when_asked_for_them() -> None:
    one = definition("ladder: [resolver]")
    with pytest.raises(WellspringError) as raised:
        Web({}).drive(pages(one, SOURCE, now))
    assert raised.value.code == "unsupported"
