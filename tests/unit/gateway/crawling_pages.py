"""The pages of crawling with hostile and with empty data."""

from typing import Any

EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\"'"
NOW = "2026-01-01T00:00:00+00:00"
COUNTS = {"lists": 1, "titles": 2, "unchanged": 3, "failed": 0, "pages": 4}
STEP = {"step": EVIL, "title": EVIL, "counts": COUNTS, "at": NOW}
CRAWL: dict[str, Any] = {
    "id": "0193",
    "kind": "crawl",
    "state": "running",
    "label": "-",
    "catalogue": EVIL,
    "scope": "search",
    "query": EVIL,
    "reason": EVIL,
    "lane": "interactive",
    "attempts": 1,
    "requested_by": EVIL,
    "requested_at": NOW,
    "started_at": NOW,
    "finished_at": None,
    "error_code": "never_heard_of",
    "error_detail": EVIL,
    "watch_url": None,
    "counts": COUNTS,
    "timings": {},
    "browser": [],
    "problems": [{"code": "drift", "detail": EVIL, "url": EVIL, "server": None}],
    "step": STEP,
    "library": {"titles_added": 1, "refused": 2},
}
CATALOGUE: dict[str, Any] = {
    "id": 1,
    "name": EVIL,
    "definition": EVIL,
    "base_urls": (EVIL, "https://a.example"),
    "enabled": True,
    "is_default": True,
    "every_minutes": 45,
    "full_every_hours": None,
    "language": None,
    "rights": "owned",
    "next_ongoing_at": NOW,
    "next_full_at": NOW,
    "last_job_id": "0193",
    "last_state": "failed",
    "last_code": "never_heard_of",
    "last_finished_at": NOW,
    "titles": 3,
    "live": [],
}
FORM = {
    "wish": {"scope": "tag", "query": EVIL, "limit": EVIL, "thorough": "true"},
    "scopes": ["all", "tag"],
    "with_query": ["tag"],
    "rights": ("unknown", "owned"),
    "definitions": [EVIL],
    "saved": True,
}
STORED = {
    "id": "a-site",
    "yaml": EVIL,
    "enabled": True,
    "revision": 3,
    "updated_at": NOW,
    "updated_by": EVIL,
}
SHIPPED = {
    "id": EVIL,
    "name": EVIL,
    "description": EVIL,
    "resolves": True,
    "scopes": ["all"],
    "browser": True,
}
TRIED = {
    "ok": False,
    "code": EVIL,
    "detail": EVIL,
    "mistakes": [{"line": 0, "field": "", "expected": EVIL}],
    "steps": [
        {
            "step": EVIL,
            "method": "GET",
            "url": EVIL,
            "status": 200,
            "fields": {EVIL: EVIL},
            "rows": [{"label": EVIL}],
            "more_rows": 2,
            "links": [{"server": EVIL, "url": EVIL}],
            "problems": [{"code": EVIL, "detail": EVIL}],
        },
        {"step": "bare"},
    ],
    "title": {
        "title": EVIL,
        "genres": [EVIL],
        "episodes": [{"number": "1", "key": EVIL, "sources": [{"url": EVIL}]}],
    },
}
DEFINITION = {"stored": None, "check": None, "tried": None, "wrong": ""}
SIDE = {
    "id": 9,
    "title": EVIL,
    "slug": "a",
    "year": None,
    "kind": "series",
    "original_title": EVIL,
    "episodes": 1,
    "refs": [EVIL],
}

JOBS: dict[str, Any] = {
    "states": {"": "/admin/jobs", "failed": "/admin/jobs?state=failed"},
    "chosen": "failed",
    "later": True,
    "next_url": "/admin/jobs?cursor=x",
}
CRAWLING: dict[str, tuple[str, dict[str, Any]]] = {
    "job, crawl": ("admin/job.html", {"job": CRAWL}),
    "jobs": ("admin/jobs.html", {**JOBS, "jobs": [CRAWL, {**CRAWL, "state": "queued"}]}),
    "jobs, none": ("admin/jobs.html", {**JOBS, "jobs": []}),
    "catalogues": (
        "admin/catalogues.html",
        {"catalogues": [CATALOGUE, {**CATALOGUE, "live": [{"id": "0193", "step": STEP}]}], "doubts": 2},
    ),
    "catalogues, empty": ("admin/catalogues.html", {"catalogues": [], "doubts": 0}),
    "catalogue": (
        "admin/catalogue.html",
        {**FORM, "id": 1, "form": {**CATALOGUE, "base_urls": EVIL}, "jobs": [CRAWL], "errors": {}},
    ),
    "catalogue, new": (
        "admin/catalogue.html",
        {
            **FORM,
            "id": None,
            "form": {"every_minutes": "", "full_every_hours": ""},
            "jobs": [],
            "errors": {"base_urls": {"key": "not_a_url", "params": {}}},
        },
    ),
    "definitions": (
        "admin/definitions.html",
        {
            "stored": [STORED],
            "shipped": [SHIPPED],
            "drift": {"a-site": 2},
            "silent": False,
            "saved": "a-site",
            "withdrawn": "a-site",
        },
    ),
    "definitions, silent": (
        "admin/definitions.html",
        {"stored": [], "shipped": [], "drift": {}, "silent": True, "saved": "", "withdrawn": ""},
    ),
    "definition": (
        "admin/definition.html",
        {**DEFINITION, "form": {"id": EVIL, "yaml": EVIL, "url": EVIL}, "tried": TRIED, "stored": STORED},
    ),
    "definition, wrong": (
        "admin/definition.html",
        {
            **DEFINITION,
            "form": {"id": "", "yaml": "", "url": ""},
            "check": {"ok": False, "id": None, "detail": EVIL, "mistakes": TRIED["mistakes"]},
        },
    ),
    "definition, silent": (
        "admin/definition.html",
        {**DEFINITION, "form": {"id": "a", "yaml": "", "url": ""}, "wrong": "silent"},
    ),
    "merges": (
        "admin/merges.html",
        {
            "pairs": [{"id": 1, "reason": "same_id", "created_at": NOW, "titles": [SIDE, {**SIDE, "id": 4}]}],
            "total": 51,
            "next_url": "/admin/merges?cursor=x",
        },
    ),
    "merges, none": ("admin/merges.html", {"pairs": [], "total": 0, "next_url": None}),
}
