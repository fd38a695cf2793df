"""Fixtures in a definition: pages written down with what must come of them, run without a network."""

from collections.abc import Generator, Mapping, Sequence
from typing import TypeVar

from wellspring_common.errors import Permanent, WellspringError
from wellspring_common.events.scrape import SourceRef
from wellspring_common.fetch.page import Page
from wellspring_common.fetch.page import Request as Asked

from .catalog import Place, details, entry_of, listing
from .definition import Definition, Fixture
from .engine import pages, reach
from .keeping import Now
from .trace import Observer

_T = TypeVar("_T")


def differences(
    definition: Definition, fixture: Fixture, observer: Observer | None = None
) -> tuple[str, ...]:
    """Return what came of a fixture and should not have, a sentence each. Nothing is what one wants."""
    web = _Web(fixture.pages)
    try:
        found = _found(definition, fixture, web, lambda: fixture.now, observer)
    except WellspringError as error:
        if fixture.failure == error.code:
            return ()
        return (f"It failed with {error.code}: {error.message}",)
    if fixture.failure is not None:
        return (f"It did not fail with {fixture.failure}.",)
    return (*_compared(fixture.expected, found), *(f"{url} was never asked for." for url in web.unused))


def _compared(
    expected: Sequence[Mapping[str, object]], found: Sequence[Mapping[str, object]]
) -> tuple[str, ...]:
    if len(expected) != len(found):
        shown = "; ".join(str(dict(one)) for one in found[:20])
        return (f"{len(expected)} were expected, {len(found)} came: {shown or 'nothing'}",)
    return tuple(
        f"Number {number}: {name} is {one.get(name)!r}, not {value!r}."
        for number, (wanted, one) in enumerate(zip(expected, found, strict=True), start=1)
        for name, value in wanted.items()
        if one.get(name) != value
    )


def _found(
    definition: Definition, fixture: Fixture, web: "_Web", now: Now, observer: Observer | None
) -> list[dict[str, object]]:
    if fixture.list is not None:
        place = Place(fixture.base_url, fixture.list, fixture.query)
        titles = web.drive(listing(definition, place, now, observer))
        return [{"key": e.key, "url": e.url, "title": e.title, "mark": e.mark} for e in titles.entries]
    if fixture.title is not None:
        entry = entry_of(definition, fixture.base_url, fixture.title)
        title = web.drive(details(definition, fixture.base_url, entry, now, observer))
        about = title.model_dump(mode="json", exclude={"episodes"})
        episodes = [one.model_dump(mode="json") for one in title.episodes]
        return [about, *({**one, "url": one["sources"][0]["url"]} for one in episodes)]
    source = SourceRef(
        source_id=0, quality=fixture.quality, url=fixture.source or "", definition=definition.id
    )
    leads = web.drive(pages(definition, source, now, observer)).leads
    links = [web.drive(reach(lead, now, observer)) for lead in leads]
    return [
        {
            "server": link.server,
            "label": link.label,
            "url": link.url,
            "kind": link.kind.value,
            "quality": link.facts.quality,
            "size": link.facts.size_bytes,
            "language": link.facts.language,
            "refresh_class": link.refresh_class.value,
        }
        for link in links
    ]


class _Web:
    """The pages of a fixture."""

    def __init__(self, found: Mapping[str, str]) -> None:
        self._found = dict(found)
        self._asked: set[str] = set()

    @property
    def unused(self) -> list[str]:
        """The pages that nobody asked for."""
        return [url for url in self._found if url not in self._asked]

    def drive(self, steps: Generator[Asked, Page, _T]) -> _T:
        try:
            request = next(steps)
            while True:
                page = self._page(request)
                request = steps.throw(_absent(request)) if page is None else steps.send(page)
        except StopIteration as done:
            found: _T = done.value
            return found

    def _page(self, request: Asked) -> Page | None:
        name = request.url if request.method == "GET" else f"{request.method} {request.url}"
        if request.stop_at is not None and request.stop_at(request.url):
            return Page(request.url, 0, {})
        body = self._found.get(name)
        self._asked.add(name)
        if body is None:
            return None
        kind = "application/json" if body.lstrip()[:1] in {"{", "["} else "text/html"
        return Page(request.url, 200, {"content-type": kind}, body.encode())


def _absent(request: Asked) -> Permanent:
    return Permanent(f"The fixture has no page for {request.method} {request.url}.", code="not_found")
