"""What is worth writing down of what people do: who did what, when, to what."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .access import Session

HARMLESS = frozenset({"GET", "HEAD", "OPTIONS"})
REFUSED = 400
LONGEST = 300
UNTOLD = (
    "/api/v1/plays",
    "/api/v1/episodes/{episode_id}/progress",
    "/preferences",
    "/api/v1/me/preferences",
    "/api/v1/progress",
    "/history/clear",
    "/history/restore",
    "/history/{episode_id}/forget",
    "/api/v1/me/list/{title_id}",
    "/list/{title_id}",
    "/list/{title_id}/remove",
    "/api/v1/upload-schedules/rehearse",
    "/api/v1/session",
    "/login",
    "/logout",
)
"""What everybody does all the time while watching, or what tells of itself."""
NAMES: Mapping[tuple[str, str], str] = {
    ("POST", "/admin/add_episode"): "episode.added",
    ("POST", "/admin/settings"): "settings.changed",
    ("PATCH", "/api/v1/settings"): "settings.changed",
    ("POST", "/api/v1/episodes/{episode_id}/scrape"): "scrape.requested",
    ("POST", "/api/v1/jobs/{job_id}/cancel"): "job.cancelled",
    ("POST", "/admin/jobs/{job_id}/cancel"): "job.cancelled",
    ("POST", "/api/v1/jobs/{job_id}/retry"): "job.retried",
    ("POST", "/admin/definitions/edit"): "definition.saved",
    ("POST", "/admin/definitions/{definition_id}/withdraw"): "definition.withdrawn",
    ("POST", "/api/v1/titles"): "title.added",
    ("PATCH", "/api/v1/titles/{title_id}"): "title.changed",
    ("POST", "/api/v1/titles/{title_id}/refresh"): "refresh.requested",
    ("POST", "/api/v1/titles/{title_id}/episodes"): "episode.added",
    ("PATCH", "/api/v1/episodes/{episode_id}"): "episode.changed",
    ("DELETE", "/api/v1/episodes/{episode_id}"): "episode.deleted",
    ("POST", "/api/v1/episodes/{episode_id}/refresh"): "refresh.requested",
    ("POST", "/api/v1/episodes/{episode_id}/sources"): "source.added",
    ("PATCH", "/api/v1/sources/{source_id}"): "source.changed",
    ("DELETE", "/api/v1/sources/{source_id}"): "source.deleted",
    ("POST", "/api/v1/episodes/{episode_id}/subtitles"): "subtitles.added",
    ("POST", "/admin/episodes/{episode_id}/subtitles"): "subtitles.added",
    ("DELETE", "/api/v1/subtitles/{subtitles_id}"): "subtitles.deleted",
    ("POST", "/admin/episodes/{episode_id}/subtitles/{subtitles_id}/remove"): "subtitles.deleted",
    ("PUT", "/api/v1/titles/{title_id}/marks"): "marks.changed",
    ("POST", "/admin/titles/{title_id}/marks"): "marks.changed",
    ("PUT", "/api/v1/episodes/{episode_id}/marks"): "marks.changed",
    ("POST", "/admin/episodes/{episode_id}/marks"): "marks.changed",
    ("DELETE", "/api/v1/episodes/{episode_id}/marks"): "marks.changed",
    ("DELETE", "/api/v1/titles/{title_id}"): "title.trashed",
    ("POST", "/admin/titles/{title_id}/trash"): "title.trashed",
    ("POST", "/admin/titles/{title_id}"): "title.edited",
    ("POST", "/admin/titles/{title_id}/episodes"): "episode.edited",
    ("POST", "/admin/titles/{title_id}/metadata/take"): "title.described",
    ("POST", "/admin/titles/{title_id}/metadata/take-episode"): "episode.edited",
    ("POST", "/api/v1/titles/{title_id}/restore"): "title.restored",
    ("POST", "/admin/titles/{title_id}/restore"): "title.restored",
    ("POST", "/api/v1/dead-letters/{schema}/{letter_id}/replay"): "letter.replayed",
    ("POST", "/admin/dead/{schema}/{letter_id}/replay"): "letter.replayed",
    ("POST", "/api/v1/dead-letters/{schema}/{letter_id}/drop"): "letter.dropped",
    ("POST", "/admin/dead/{schema}/{letter_id}/drop"): "letter.dropped",
    ("POST", "/api/v1/catalogues"): "catalogue.added",
    ("POST", "/admin/catalogues/new"): "catalogue.added",
    ("POST", "/admin/catalogues/{catalogue_id}"): "catalogue.changed",
    ("POST", "/admin/catalogues/{catalogue_id}/remove"): "catalogue.removed",
    ("POST", "/api/v1/catalogues/{catalogue_id}/crawls"): "crawl.requested",
    ("POST", "/admin/catalogues/{catalogue_id}/crawl"): "crawl.requested",
    ("POST", "/admin/merges/{candidate_id}"): "merge.decided",
    ("POST", "/api/v1/probes"): "probe.requested",
    ("POST", "/api/v1/clean"): "clean.started",
    ("POST", "/api/v1/clean/{run_id}/undo"): "clean.undone",
    ("POST", "/api/search"): "crawl.requested",
    ("POST", "/api/scrape"): "crawl.requested",
    ("POST", "/admin/uploads"): "series.scheduled",
    ("POST", "/api/v1/upload-schedules"): "series.scheduled",
    ("POST", "/api/upload/schedule"): "series.scheduled",
    ("POST", "/admin/uploads/schedules/{schedule_id}/{action}"): "schedule.changed",
    ("POST", "/api/v1/upload-schedules/{schedule_id}/change"): "schedule.changed",
    ("DELETE", "/api/v1/upload-schedules/{schedule_id}"): "schedule.removed",
    ("DELETE", "/api/upload/schedule/{series_id}"): "schedule.removed",
    ("POST", "/admin/uploads/{upload_id}/{action}"): "upload.decided",
    ("POST", "/api/v1/uploads/{upload_id}/decide"): "upload.decided",
    ("POST", "/admin/targets/new"): "target.added",
    ("POST", "/api/v1/upload-targets"): "target.added",
    ("POST", "/admin/targets/{target_id}"): "target.changed",
    ("PUT", "/api/v1/upload-targets/{target_id}"): "target.changed",
    ("POST", "/admin/targets/{target_id}/{action}"): "target.decided",
    ("POST", "/api/v1/upload-targets/{target_id}/change"): "target.decided",
    ("POST", "/api/v1/upload-targets/{target_id}/test"): "target.tested",
    ("POST", "/admin/targets/{target_id}/test"): "target.tested",
    ("POST", "/admin/targets/{target_id}/remove"): "target.removed",
    ("DELETE", "/api/v1/upload-targets/{target_id}"): "target.removed",
    ("POST", "/admin/downloads"): "download.requested",
    ("POST", "/api/v1/downloads"): "download.requested",
    ("POST", "/admin/downloads/bring"): "file.brought",
    ("POST", "/api/v1/downloads/bring"): "file.brought",
    ("POST", "/admin/downloads/{download_id}/{action}"): "download.decided",
    ("POST", "/api/v1/downloads/{download_id}/decide"): "download.decided",
    ("POST", "/admin/bulk_import"): "episodes.imported",
    ("POST", "/admin/import"): "episodes.imported",
    ("POST", "/admin/users"): "user.made",
    ("POST", "/api/v1/users"): "user.made",
    ("POST", "/admin/users/{user_id}"): "user.changed",
    ("PATCH", "/api/v1/users/{user_id}"): "user.changed",
    ("POST", "/api/v1/users/{user_id}/reset"): "user.reset",
    ("POST", "/account/password"): "password.changed",
    ("POST", "/api/v1/account/password"): "password.changed",
    ("POST", "/account/sign-out"): "signed_out.everywhere",
    ("POST", "/api/v1/account/sign-out"): "signed_out.everywhere",
    ("POST", "/account/tokens"): "token.made",
    ("POST", "/api/v1/tokens"): "token.made",
    ("DELETE", "/api/v1/tokens/{token_id}"): "token.revoked",
    ("POST", "/account/{kind}/{row_id}/revoke"): "key.revoked",
    ("POST", "/account/devices"): "device.made",
    ("POST", "/api/v1/devices"): "device.made",
    ("DELETE", "/api/v1/devices/{device_id}"): "device.revoked",
}


@dataclass(frozen=True)
class Deed:
    """One line of the log."""

    actor: str
    user_id: int | None
    via: str
    client: str | None
    action: str
    target: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


def deed_of(
    session: Session | None,
    method: str,
    template: str,
    params: Mapping[str, Any],
    *,
    status: int,
    client: str,
) -> Deed | None:
    """Return what an operator did by a request that told nothing itself, if it is worth a line."""
    if session is None or not session.user.may_operate or method in HARMLESS or status >= REFUSED:
        return None
    if template.startswith(UNTOLD) or _is_form_again(method, template, status):
        return None
    return _deed(session, method, template, params, client)


def deed_ahead(
    session: Session, method: str, template: str, params: Mapping[str, Any], *, client: str
) -> Deed | None:
    """Return what somebody is about to do, if it is worth a line once it changed something."""
    if method in HARMLESS or template.startswith(UNTOLD):
        return None
    return _deed(session, method, template, params, client)


def _deed(session: Session, method: str, template: str, params: Mapping[str, Any], client: str) -> Deed:
    action = NAMES.get((method, template), f"{method} {template}")
    target = "/".join(str(value) for value in params.values())[:LONGEST] or None
    return Deed(session.user.username, session.user.id, session.via, client, action, target)


def _is_form_again(method: str, template: str, status: int) -> bool:
    """Return whether a page of operators showed its form again: what is done is told by a redirect."""
    is_page = method == "POST" and template.startswith("/admin/") and template != "/admin/add_episode"
    return is_page and status == 200  # noqa: PLR2004  (an HTTP status)
