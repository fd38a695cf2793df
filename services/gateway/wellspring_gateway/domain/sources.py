"""The pages of an episode: which of those that a crawl shows are new, and which only moved."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class SeenSource:
    """A page as a crawl shows it. `key` is the episode's in the catalogue."""

    url: str
    definition: str
    quality: int | None = None
    language: str | None = None
    key: str | None = None


@dataclass(frozen=True)
class HeldSource(SeenSource):
    """A page as it is stored."""

    id: int = 0


@dataclass(frozen=True)
class SourcePlan:
    """What to write. `changed` pairs the id of a stored page with what it is now."""

    added: tuple[SeenSource, ...] = ()
    changed: tuple[tuple[int, SeenSource], ...] = ()
    moved: int = 0
    """How many of the changed have another address."""


def plan_sources(held: Sequence[HeldSource], seen: Sequence[SeenSource]) -> SourcePlan:
    """Return what a crawl changes of an episode's pages. A page that it no longer shows is kept.

    A page whose host or slug changed keeps its row, and so its links: the same path elsewhere is the same
    page, and so is the only page that the episode's key had in this quality.
    """
    free = {one.id: one for one in held}
    added: list[SeenSource] = []
    changed: list[tuple[int, SeenSource]] = []
    moved = 0
    waiting = list(seen)
    for exactly in (True, False):
        for page in list(waiting):
            if (same := _same(page, free.values(), exactly=exactly)) is None:
                continue
            waiting.remove(page)
            del free[same.id]
            if (now := _renewed(same, page)) != _as_seen(same):
                changed.append((same.id, now))
    for page in waiting:
        old = _old_place(page, list(free.values()), waiting)
        if old is None:
            added.append(page)
            continue
        del free[old.id]
        changed.append((old.id, _renewed(old, page)))
        moved += 1
    return SourcePlan(tuple(added), tuple(changed), moved)


def _same(page: SeenSource, free: Iterable[HeldSource], *, exactly: bool) -> HeldSource | None:
    of_url = (one for one in free if one.url == page.url)
    return next((one for one in of_url if not exactly or one.quality == page.quality), None)


def _old_place(page: SeenSource, free: list[HeldSource], waiting: list[SeenSource]) -> HeldSource | None:
    kin = [one for one in free if one.definition == page.definition and one.quality == page.quality]
    for one in kin:
        if _path(one.url) == _path(page.url) != ("", ""):
            return one
    of_key = [one for one in kin if one.key == page.key]
    rivals = [one for one in waiting if one.definition == page.definition and one.quality == page.quality]
    return of_key[0] if page.key is not None and len(of_key) == 1 and len(rivals) == 1 else None


def _renewed(old: SeenSource, new: SeenSource) -> SeenSource:
    """Return what a stored page is now: what the crawl does not say stays.

    A page that another catalogue named first keeps what that one said of it.
    """
    if old.key is not None and old.key != new.key and old.url == new.url:
        return SeenSource(old.url, old.definition, old.quality, old.language, old.key)
    return SeenSource(
        url=new.url,
        definition=new.definition,
        quality=new.quality,
        language=new.language or old.language,
        key=old.key or new.key,
    )


def _as_seen(held: HeldSource) -> SeenSource:
    return SeenSource(held.url, held.definition, held.quality, held.language, held.key)


def _path(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.path.rstrip("/"), parts.query
