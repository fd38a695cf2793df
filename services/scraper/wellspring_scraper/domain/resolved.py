"""What yt-dlp says about a page, as candidates."""

from collections.abc import Iterator, Mapping
from typing import Any

from wellspring_common.events.scrape import Container

from .candidate import Candidate, FileFacts

SERVER = "yt-dlp"
MOST = 12
_HEADERS = frozenset({"referer", "user-agent", "origin"})
_CONTAINERS = {"mp4": Container.MP4, "mkv": Container.MKV, "webm": Container.WEBM}


def candidates_of(info: Mapping[str, Any]) -> tuple[Candidate, ...]:
    """Return the playable forms, the best of each quality and container. Sound or picture alone is none."""
    found: dict[tuple[int | None, Container], Candidate] = {}
    for form in _forms(info):
        url = str(form.get("manifest_url") or form.get("url") or "")
        container = _container(form)
        height = _number(form.get("height"))
        if not url.startswith(("http://", "https://")) or len(found) >= MOST:
            continue
        found[height, container] = Candidate(
            server=SERVER,
            label=str(form.get("format_note") or form.get("format") or SERVER)[:100],
            url=url,
            container=container,
            headers=_headers(form.get("http_headers")),
            facts=FileFacts(size_bytes=_number(form.get("filesize")), quality=height),
        )
    return tuple(found.values())


def _forms(info: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Return the forms of a video, worst first, as yt-dlp sorts them: what comes later takes a place over."""
    entries = info.get("entries")
    if isinstance(entries, list):  # several videos on one page: the first is the page's own
        entries = [one for one in entries if isinstance(one, Mapping)]
        if entries:
            yield from _forms(entries[0])
        return
    forms = info.get("formats")
    for form in forms if isinstance(forms, list) else [info]:
        if isinstance(form, Mapping) and "none" not in {form.get("vcodec"), form.get("acodec")}:
            yield form


def _container(form: Mapping[str, Any]) -> Container:
    protocol = str(form.get("protocol") or "")
    if protocol.startswith("m3u8"):
        return Container.HLS
    if "dash" in protocol:
        return Container.DASH
    return _CONTAINERS.get(str(form.get("ext") or ""), Container.OTHER)


def _headers(found: Any) -> dict[str, str]:
    if not isinstance(found, Mapping):
        return {}
    kept = {str(name): str(text) for name, text in found.items() if str(name).lower() in _HEADERS}
    return {name: text[:1000] for name, text in kept.items() if text.isprintable()}


def _number(found: Any) -> int | None:
    return int(found) if isinstance(found, int | float) and found > 0 else None
