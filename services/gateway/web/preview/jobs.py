"""Made-up jobs for the operator's pages."""

from typing import Any

from sample import NAMES, ago

Page = tuple[str, dict[str, Any], int]


def recent_jobs() -> list[dict[str, Any]]:
    """Return jobs for the operator's table."""
    rows = (
        ("running", None),
        ("succeeded", None),
        ("failed", "no_links"),
        ("partial", "throttled"),
        ("queued", None),
        ("cancelled", None),
    )
    return [
        {
            "id": f"0193f0c2-7d1e-7c55-9a30-5b6c1d2e3f4{n}",
            "kind": "scrape" if n % 2 else "refresh",
            "state": state,
            "label": f"{NAMES[n]} · E{n + 1}",
            "reason": "forced" if n % 2 else "due",
            "requested_at": ago(3 + n * 41),
            "finished_at": None,
            "error_code": code,
            "watch_url": "/watch/1",
        }
        for n, (state, code) in enumerate(rows)
    ]


def one_job() -> dict[str, Any]:
    """Return a failed job with everything that its page can show."""
    problems = [
        {
            "quality": 1080,
            "code": "no_links",
            "detail": "3 scripts seen, none with an address",
            "server": None,
            "url": "https://pages.example/1080",
        },
        {
            "quality": 720,
            "code": "not_media",
            "detail": "text/html",
            "server": "fsl",
            "url": "https://files.example/very/long/address/that/has/to/wrap/somewhere?token=0123456789abcdef0123456789",
        },
    ]
    return {
        **recent_jobs()[2],
        "lane": "interactive",
        "requested_by": "sari",
        "started_at": ago(85),
        "attempts": 2,
        "finished_at": ago(84),
        "error_detail": "no source gave a link",
        "problems": problems,
        "counts": {"sources": 3, "links": 0, "rejected": 1},
        "browser": [
            {
                "quality": 480,
                "code": "drift",
                "because": "drift: 0 of 2 servers without a browser",
                "links": 0,
            },
        ],
        "timings": {"total": 4210},
        "step": None,
        "library": None,
    }


def ended_early(state: str) -> dict[str, Any]:
    """Return a job that runs, or that a person ended."""
    over = state == "cancelled"
    nothing: dict[str, Any] = {"error_code": None, "error_detail": None, "problems": [], "browser": []}
    return {
        **one_job(),
        **nothing,
        "state": "cancelled" if over else "running",
        "counts": {},
        "timings": {},
        "finished_at": ago(2) if over else None,
        "cancelled_by": "sari" if over else None,
    }


def page(state: str) -> Page:
    """Return the list of jobs, or none (`none`)."""
    crawl = {**recent_jobs()[1], "kind": "crawl", "catalogue": NAMES[2], "scope": "ongoing", "query": ""}
    states = ("", "queued", "running", "succeeded", "partial", "failed", "cancelled")
    context = {
        "jobs": [] if state == "none" else [*recent_jobs(), {**crawl, "watch_url": None}, *recent_jobs()],
        "states": {name: f"/admin/jobs?state={name}" for name in states},
        "chosen": "",
        "later": False,
        "next_url": "/admin/jobs?cursor=x",
    }
    return "admin/jobs.html", context, 200
