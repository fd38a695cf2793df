from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from tests.unit.scraper.sites.driving import SOURCE, URL, Web, definition, links, now, page, resolving
from wellspring_common.errors import Permanent, WellspringError
from wellspring_common.events.scrape import LinkKind, RefreshClass
from wellspring_common.fetch.page import Page, Request
from wellspring_scraper.domain.candidate import FileFacts
from wellspring_scraper.sites.engine import pages, rendered
from wellspring_scraper.sites.trace import Rejected

SEASONS = """
<h2>Season 1</h2><div class=ep><h3>Episode 1</h3>
 <ul class=q480><li><a href=/1>Alpha</a><i>100 MB</i></li><li><a href=/2>Beta</a><i>101 MB</i></li></ul>
 <ul class=q720><li><a href=/3>Alpha</a></li><li><a href=/ad>Casino</a></li></ul></div>
<h2>Season 2</h2><div class=ep><h3>Episode 1</h3><ul class=q480><li><a href=/4>Alpha</a></li></ul></div>
"""
NESTED = """
- selector: div.ep
  fields: {season: {heading: h2}, episode: {selector: h3}}
  rows:
    selector: ul
    fields: {quality: {attribute: class, filters: [{name: regexp, args: 'q(\\d+)'}, {name: append, args: p}]}}
    rows:
      selector: li
      fields:
        label: {selector: a}
        href: {selector: a, attribute: href}
        size: {selector: i, optional: true}
      reject: [{label: "(?i)casino"}]
"""
BY_LABEL = """
- {key: link, key_from: label, url: "{{ .Result.href }}", name: "{{ .Result.season }}"}
"""


def test_rows_within_rows_have_the_fields_of_all_around_them() -> None:
    servers = BY_LABEL.replace("{{ .Result.season }}", "Mirror")
    found = links(resolving(NESTED, servers), Web({f"GET {URL}": SEASONS}))
    assert [(one.server, one.facts.quality, one.facts.size_bytes, one.url[20:]) for one in found] == [
        ("alpha", 480, 100 * 1024**2, "/1"),
        ("beta", 480, 101 * 1024**2, "/2"),
        ("alpha", 720, None, "/3"),
        ("alpha", 480, None, "/4"),
    ]


def test_the_season_of_a_row_is_the_heading_before_it() -> None:
    one = resolving(NESTED, '- {key: link, match: {season: "2"}, url: "{{ .Result.href }}"}')
    assert [link.url[20:] for link in links(one, Web({f"GET {URL}": SEASONS}))] == ["/4"]


def test_groups_of_rows_belong_to_the_servers_that_name_them() -> None:
    one = resolving(
        """
        - {name: mirrors, selector: ".m a", fields: {label: {}, href: {attribute: href}}}
        - {name: files, selector: ".f a", fields: {label: {}, href: {attribute: href}}}
        """,
        """
        - {key: file, rows: files, kind: download, url: "{{ .Result.href }}"}
        - {key: player, kind: "{{ if .Result.label }}embed{{ end }}", url: "{{ .Result.href }}"}
        """,
    )
    body = "<div class=m><a href=/1>x</a></div><div class=f><a href=/2>x</a></div>"
    found = links(one, Web({f"GET {URL}": body}))
    assert [(link.server, link.kind) for link in found] == [
        ("player", LinkKind.EMBED),
        ("file", LinkKind.DOWNLOAD),
    ]


def test_items_of_json_are_rows() -> None:
    one = resolving(
        """
        - json: "$.files[?@.format == 'mp4']"
          fields:
            label: {json: name}
            href: {json: "$.links[0]"}
            size: {json: size}
            quality: {json: height, filters: [{name: append, args: p}]}
        """,
        '- {key: file, url: "{{ .Result.href }}"}',
    )
    files = [
        {"format": "mp4", "name": "a", "links": ["/a"], "size": 123456789, "height": 576},
        {"format": "srt", "name": "b", "links": ["/b"]},
        {"format": "mp4", "name": "no link"},
    ]
    found = links(one, Web({f"GET {URL}": {"files": files}}))
    assert [(link.url[20:], link.facts) for link in found] == [("/a", FileFacts(123456789, 576, None))]


def test_text_of_json_items_that_are_plain_is_their_own() -> None:
    one = resolving("- {json: urls, fields: {href: {}}}", '- {key: file, url: "{{ .Result.href }}"}')
    found = links(one, Web({f"GET {URL}": {"urls": ["/a", "/b"]}}))
    assert [link.url[20:] for link in found] == ["/a", "/b"]


HOSTS = """
- key: pixel
  host: '(^|\\.)pixel\\.example$'
  url: "{{ .Result.href }}"
  headers: {Referer: "{{ .Source.Url }}"}
- {key: drive, host: '(^|\\.)drive\\.example$', url: "{{ .Result.href }}", refresh_class: kills_old}
"""


def test_the_host_of_the_final_url_tells_the_server() -> None:
    rows = "- {selector: a, fields: {label: {}, href: {attribute: href}}}"
    body = "<a href=https://pixel.example/1>x</a><a href=https://cdn.drive.example/2>x</a>"
    found = links(resolving(rows, HOSTS), Web({f"GET {URL}": body}))
    assert [(one.server, one.refresh_class) for one in found] == [
        ("pixel", RefreshClass.SAFE),
        ("drive", RefreshClass.KILLS_OLD),
    ]
    with pytest.raises(Permanent) as raised:
        links(resolving(rows, HOSTS), Web({f"GET {URL}": "<a href=https://evil-pixel.example.org/1>x</a>"}))
    assert raised.value.code == "decoy"


@pytest.mark.parametrize(("refresh", "many"), [("safe", 3), ("kills_old", 1), ("single_use", 1)])
def test_a_second_link_that_would_end_the_first_is_not_made(refresh: str, many: int) -> None:
    rows = "- {selector: a, fields: {label: {}, href: {attribute: href}}}"
    one = resolving(rows, f'- {{key: one, refresh_class: {refresh}, url: "{{{{ .Result.href }}}}"}}')
    found = links(one, Web({f"GET {URL}": "".join(f"<a href=/{n}>x</a>" for n in range(5))}))
    assert len(found) == many


def test_a_server_may_have_the_steps_of_another() -> None:
    rows = "- {selector: a, fields: {label: {}, href: {attribute: href}}}"
    servers = """
    - {key: one, match: {label: one}, steps: two, url: "{{ .Result.to }}", no_resume: true}
    - key: two
      steps: [{name: hop, request: "{{ .Result.href }}", fields: {to: {selector: p}}}]
      url: "{{ .Result.to }}"
    """
    web = Web({f"GET {URL}": "<a href=/h>one</a>", "GET https://page.example/h": "<p>/film</p>"})
    found = links(resolving(rows, servers), web)
    assert [(one.server, one.url[20:], one.no_resume) for one in found] == [("one", "/film", True)]


def test_a_key_made_of_a_label_is_a_stable_word() -> None:
    rows = "- {selector: a, fields: {label: {}, href: {attribute: href}}}"
    one = resolving(rows, '- {key: other, key_from: label, url: "{{ .Result.href }}"}')
    body = "<a href=/1>Google  Drive!</a><a href=/2>***</a><a href=/3>" + "x-" * 40 + "</a>"
    keys = [link.server for link in links(one, Web({f"GET {URL}": body}))]
    assert keys == ["google-drive", "other", ("x-" * 40)[:31]]


def test_rows_that_nobody_knows_are_drift_and_strangers_are_told() -> None:
    rows = "- {selector: a, report: server, fields: {label: {}, href: {attribute: href}}}"
    one = resolving(rows, '- {key: one, match: {label: one}, url: "{{ .Result.href }}"}')
    with pytest.raises(WellspringError) as raised:
        links(one, Web({f"GET {URL}": "<a href=/x>two</a>"}))
    assert raised.value.code == "drift"
    found = Web({f"GET {URL}": "<a href=/x>one</a><a href=/y>New server</a>"}).drive(pages(one, SOURCE, now))
    assert found.strangers == ("New server",)


@dataclass
class Notes:
    """Writes down what a run tells."""

    told: list[str] = field(default_factory=list)

    def asked(self, step: str, request: Request) -> None:
        self.told.append(f"{step} asks {request.method} {request.url}")

    def answered(self, step: str, page: Page) -> None:
        self.told.append(f"{step} has {page.status}")

    def checked(self, step: str, word: str, condition: str, *, holds: bool) -> None:
        self.told.append(f"{step} {word} {condition} {holds}")

    def read(self, step: str, values: Mapping[str, str | None]) -> None:
        self.told.append(f"{step} read {dict(values)}")

    def rows(self, group: str, kept: Sequence[Mapping[str, str]], rejected: Sequence[Rejected]) -> None:
        self.told.append(f"{group} kept {len(kept)} rejected {[(one.label, one.why) for one in rejected]}")

    def matched(self, label: str, server: str | None) -> None:
        self.told.append(f"{label} is {server}")


TRACED = """
resolve:
  steps:
    - name: page
      request: "{{ .Source.Url }}"
      not_found_when: {matches: gone}
      must_have: {selector: a}
      fields: {title: {selector: h1}, size: {selector: i, optional: true}}
  rows:
    selector: a
    fields: {label: {}, href: {attribute: href}}
    reject: [{label: casino}]
  servers: [{key: one, match: {label: one}, url: "{{ .Result.href }}"}]
"""


def test_a_run_tells_its_watcher_each_step_and_what_came_of_it() -> None:
    notes = Notes()
    body = "<h1>T</h1><a href=/1>one</a><a>bare</a><a href=/2>casino</a><a href=/3>what</a>"
    links(definition(TRACED), Web({f"GET {URL}": body}), notes)
    assert notes.told == [
        f"page asks GET {URL}",
        "page has 200",
        "page not_found_when 'gone' False",
        "page must_have 'a' True",
        "page read {'title': 'T', 'size': None}",
        "rows kept 2 rejected [('bare', 'missing href'), ('casino', 'label matches casino')]",
        "one is one",
        "what is None",
    ]


def test_a_rendered_page_is_told_as_a_fetched_one_is() -> None:
    notes = Notes()
    rendered(definition(TRACED), SOURCE, page("<h1>T</h1><a href=/1>one</a>"), now, notes)
    assert notes.told[-2:] == ["rows kept 1 rejected []", "one is one"]
