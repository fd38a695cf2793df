"""Made-up downloads for the operator's pages."""

from decimal import Decimal
from typing import Any

from sample import LONG, MB, NUMBER, Page, at

from wellspring_gateway.domain.downloading import STATES, actions, percent


def download(row_number: int, state: str, **changes: Any) -> dict[str, Any]:
    """Return one download."""
    row: dict[str, Any] = {
        "id": f"{NUMBER}{row_number:02}",
        "title": "Small Harbours",
        "slug": "title-1",
        "episode_id": row_number,
        "season": 1,
        "number": Decimal(row_number),
        "quality": 720,
        "state": state,
        "server": "pixel",
        "bytes_done": 96 * MB,
        "bytes_total": 412 * MB,
        "error_code": None,
        "error_detail": None,
        "next_try_at": at(-1),
        "requested_by": "sari",
        "requested_at": at(-12),
        "finished_at": at(-2) if state in {"succeeded", "failed"} else None,
        "waits": False,
        **changes,
    }
    return {
        **row,
        "percent": percent(state, row["bytes_done"], row["bytes_total"]),
        "actions": actions(state, waits=row["waits"]),
    }


def downloads(state: str) -> Page:
    """Return the monitor: `none`, `error`, `refused`, `asked`."""
    waits = {"error_code": "waiting_for_links", "error_detail": None, "next_try_at": at(9), "waits": True}
    wrong = {"error_code": "not_a_film", "error_detail": "The file ends after 12 s.", "title": LONG}
    gone = {"title": None, "slug": None, "number": None, "season": None, "bytes_total": None}
    rows = [
        download(1, "running"),
        download(2, "running", bytes_total=None, server=None),
        download(3, "queued", bytes_done=0, server=None, **waits),
        download(4, "paused"),
        download(5, "failed", **wrong),
        download(6, "succeeded"),
        download(7, "cancelled", **gone),
    ]
    counts = dict.fromkeys(STATES, 0)
    for row in rows if state != "none" else []:
        counts[row["state"]] += 1
    bad = {
        "title_id": {"key": "missing", "params": {}},
        "quality": {"key": "quality_not_a_number", "params": {}},
    }
    context = {
        "downloads": [] if state == "none" else rows,
        "counts": counts,
        "live": False,
        "chosen": None,
        "later": False,
        "next_url": "/admin/downloads?cursor=x" if state != "none" else None,
        "files": 0 if state == "none" else 214,
        "size": 0 if state == "none" else 91_400 * MB,
        "asked": {"queued": 10, "running": 1, "present": 1}
        if state == "asked"
        else dict.fromkeys(("queued", "running", "present")),
        "brought": False,
        "form": {"title_id": "2" if state == "refused" else "", "quality": "", "episode_id": "", "path": ""},
        "errors": bad if state == "error" else {},
        "refusal": {"code": "title_not_found", "detail": "There is no such title."}
        if state == "refused"
        else None,
        "titles": [{"id": 2, "title": "Small Harbours", "episodes": 12, "here": 10}],
    }
    return "admin/downloads.html", context, 200
