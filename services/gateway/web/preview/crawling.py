"""Made-up catalogues, definitions and doubts for the operator's pages."""

from typing import Any

import jobs
import sample

Page = tuple[str, dict[str, Any], int]
STEP = {
    "step": "title",
    "title": "The Lantern Post at the End of the Long Winter Road",
    "counts": {"lists": 4, "titles": 37, "unchanged": 112, "failed": 0, "pages": 41},
    "at": sample.ago(0),
}
YAML = """id: harbour-library
name: Harbour library
resolve:
  start:
    links:
      rows: a.button
"""


def catalogue(number: int, **changes: Any) -> dict[str, Any]:
    """Return one catalogue."""
    is_old = number % 3 == 2  # noqa: PLR2004
    base: dict[str, Any] = {
        "id": number,
        "name": ("Harbour library", "Anime site", "Old films")[number % 3],
        "definition": ("peertube", "otakudesu", "archive-org")[number % 3],
        "base_urls": ("https://library.example", "https://mirror.example"),
        "enabled": not is_old,
        "is_default": number == 1,
        "every_minutes": 45,
        "full_every_hours": 168,
        "language": "id",
        "rights": "licensed",
        "next_ongoing_at": sample.ago(-23),
        "next_full_at": sample.ago(-4000),
        "last_job_id": "0193f0c2-7d1e-7c55-9a30-5b6c1d2e3f41",
        "last_state": "failed" if is_old else "succeeded",
        "last_code": "drift" if is_old else None,
        "last_detail": None,
        "last_finished_at": sample.ago(31 * number),
        "titles": 241 * number,
        "live_jobs": (),
        "live": [],
    }
    return {**base, **changes}


def crawl(number: int, state: str, **changes: Any) -> dict[str, Any]:
    """Return one crawl as a job."""
    return {
        **jobs.recent_jobs()[0],
        "id": f"0193f0c2-7d1e-7c55-9a30-5b6c1d2e3f5{number}",
        "kind": "crawl",
        "state": state,
        "scope": "ongoing",
        "query": "",
        "catalogue": "Anime site",
        "reason": "schedule",
        "label": "-",
        "watch_url": None,
        "counts": {"lists": 3, "titles": 12, "unchanged": 110, "failed": 0, "pages": 15},
        "step": STEP if state == "running" else None,
        "library": None,
        **changes,
    }


def catalogues_page(state: str) -> Page:
    """Return the list, or with `none` an empty one."""
    live = [{"id": "0193f0c2-7d1e-7c55-9a30-5b6c1d2e3f41", "step": STEP}]
    shown = [catalogue(1, live=live), catalogue(3, is_default=False), catalogue(2)]
    found = [] if state == "none" else shown
    return "admin/catalogues.html", {"catalogues": found, "doubts": 2}, 200


def catalogue_page(path: str, state: str) -> Page:
    """Return one catalogue, an empty form for `new`, or one with mistakes for `error`."""
    is_new = path.endswith("/new")
    form = catalogue(1) if not is_new else {"enabled": True, "every_minutes": 45, "full_every_hours": 168}
    errors = {"base_urls": {"key": "not_a_url", "params": {}}} if state == "error" else {}
    context = {
        "id": None if is_new else 1,
        "form": {**form, "base_urls": "" if is_new else "https://anime.example\nhttps://mirror.example"},
        "wish": {},
        "errors": errors,
        "jobs": [
            crawl(1, "running"),
            crawl(2, "succeeded", scope="search", query="long winter", reason="forced"),
            crawl(3, "failed", error_code="drift", scope="all"),
        ],
        "saved": state == "saved",
        "scopes": ["all", "ongoing", "complete", "search", "tag", "title"],
        "with_query": ["search", "tag", "title"],
        "rights": ("unknown", "owned", "licensed", "public_domain"),
        "definitions": ["otakudesu", "vcloud"],
    }
    return "admin/catalogue.html", context, 422 if errors else 200


def definitions_page(state: str) -> Page:
    """Return the definitions, with `silent` those of a scraper that does not answer."""
    stored = [
        {"id": "harbour-library", "yaml": YAML, "enabled": True, "revision": 7},
        {"id": "old-harbour", "yaml": YAML, "enabled": False, "revision": 5},
    ]
    known = [
        (
            "otakudesu",
            "Anime catalogue",
            "Lists, titles and episodes of an anime site.",
            True,
            ["all"],
        ),
        ("vcloud", "vCloud", "A permanent page, a token and several servers.", True, []),
        ("generic-html", "Buttons by label", None, True, []),
    ]
    shipped = [
        {"id": id_, "name": name, "description": text, "resolves": links, "scopes": scopes, "browser": True}
        for id_, name, text, links, scopes in known
    ]
    context = {
        "stored": [{**one, "updated_at": sample.ago(300), "updated_by": "sari"} for one in stored],
        "shipped": [] if state == "silent" else shipped,
        "drift": {"otakudesu": 3},
        "silent": state == "silent",
        "saved": "harbour-library" if state == "saved" else "",
        "withdrawn": "",
    }
    return "admin/definitions.html", context, 200


def definition_page(state: str) -> Page:
    """Return a definition: empty, with mistakes for `error`, tried for `tried`."""
    check = None
    if state == "error":
        mistake = {"file": "definition.yaml", "line": 5, "field": "resolve.start.links", "expected": "a list"}
        check = {"ok": False, "id": None, "detail": None, "mistakes": [mistake]}
    row = {
        "group": "rows",
        "href": "https://files.example/v/0123456789abcdef?token=176",
        "label": "[FSL]",
    }
    link = {"server": "fsl", "quality": 1080, "url": "https://files.example/v/1.mp4", "verified": True}
    steps = [
        {"step": "start", "method": "GET", "url": "https://pages.example/v/abc", "status": 200,
         "fields": {"title": "Episode 3", "size": "412 MB"}, "rows": [row, {**row, "left_out": "decoy"}],
         "more_rows": 4, "links": [link], "problems": []},
        {"step": "token", "method": "POST", "url": "https://pages.example/t", "status": 404, "fields": {},
         "rows": [], "more_rows": 0, "links": [], "problems": [{"code": "not_found", "detail": "404"}]},
    ]  # fmt: skip
    tried = {"ok": True, "steps": steps, "mistakes": [], "title": None, "code": None, "detail": None}
    context = {
        "form": {"id": "harbour-library", "yaml": YAML, "url": "https://pages.example/v/abc"},
        "stored": {"id": "harbour-library"},
        "check": check,
        "tried": tried if state == "tried" else None,
        "wrong": "silent" if state == "silent" else "",
    }
    return "admin/definition.html", context, 200


def merges_page(state: str) -> Page:
    """Return two doubts, or with `none` none."""
    sides = [
        {"id": 9, "title": "Frost Lantern", "slug": "frost-lantern-2", "year": 2024, "kind": "series",
         "original_title": "霜のランタン", "episodes": 12, "refs": ["otakudesu · frost-lantern-sub-indo"]},
        {"id": 4, "title": "Frost Lantern", "slug": "frost-lantern", "year": 1999, "kind": "series",
         "original_title": None, "episodes": 26, "refs": []},
    ]  # fmt: skip
    pairs = [
        {"id": number, "reason": reason, "created_at": sample.ago(60), "titles": sides}
        for number, reason in ((1, "same_name"), (2, "same_id"))
    ]
    shown = [] if state == "none" else pairs
    return (
        "admin/merges.html",
        {"pairs": shown, "total": 2 * len(shown), "next_url": "/admin/merges?cursor=x"},
        200,
    )


def page(path: str, state: str) -> Page:
    """Return the page for a path under `/admin`."""
    if path.startswith("/admin/catalogues/"):
        return catalogue_page(path, state)
    if path.startswith("/admin/definitions/"):
        return definition_page(state)
    if path == "/admin/definitions":
        return definitions_page(state)
    return merges_page(state) if path == "/admin/merges" else catalogues_page(state)
