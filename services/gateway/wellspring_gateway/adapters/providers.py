"""TMDB and AniList by the one fetcher that looks where it goes."""

import re
from typing import Any
from urllib.parse import urlencode

from wellspring_common.errors import Permanent
from wellspring_common.fetch.fetcher import Fetcher
from wellspring_common.fetch.page import Request

from ..domain import anilist, tmdb
from ..domain.metadata import Candidate, Found
from ..metadata import Provider
from ..settings import MetadataSettings

LARGEST_ANSWER = 1024 * 1024
DEADLINE_S = 10
OK = 200
_IMDB = re.compile(r"(?:.*/title/)?(tt[0-9]{5,12})(?:[/?#].*)?")
_TMDB = re.compile(r"(?:.*/(?P<path>movie|tv)/)?(?P<id>[0-9]{1,9})(?:[-/?#].*)?")
_ANILIST = re.compile(r"(?:.*/anime/)?([0-9]{1,9})(?:[/?#].*)?")
_LONGEST_KEY = 300


class Tmdb:
    """TMDB's API, version 3, with an operator's key: either of the two that TMDB gives."""

    name = "tmdb"

    def __init__(self, fetcher: Fetcher, settings: MetadataSettings) -> None:
        self._fetcher = fetcher
        self._base = settings.tmdb_url.rstrip("/")
        self.images = settings.tmdb_images_url.rstrip("/")
        self._language = settings.tmdb_language
        key = settings.tmdb_key.get_secret_value() if settings.tmdb_key is not None else ""
        # a read access token is a JWT and goes in a header, a plain key only in the address
        is_token = "." in key
        self._headers = {"Authorization": f"Bearer {key}"} if is_token else {}
        self._key = {} if is_token else {"api_key": key}

    async def search(self, query: str, *, kind: str, year: str) -> list[Candidate]:
        """Return titles that may be meant."""
        when = {"year" if kind == "movie" else "first_air_date_year": year} if year else {}
        wanted = {"query": query, "include_adult": "false", **when}
        return tmdb.candidates(await self._get(f"/search/{tmdb.PATHS[kind]}", **wanted), kind=kind)

    async def fetch(self, key: str, *, kind: str) -> Found:
        """Return the facts of one title, by TMDB's id, its address there, or its IMDb id."""
        if (imdb := _matched(_IMDB, key)) is not None:
            answer = await self._get(f"/find/{imdb[1]}", external_source="imdb_id")
            found = tmdb.key_of_imdb(answer, kind=kind)
            if found is None or not found.isdigit():
                raise Permanent("TMDB knows no such title.", code="not_found")
            key = found
        matched = _matched(_TMDB, key)
        if matched is None:
            raise Permanent("This is no id of TMDB.", code="not_an_id")
        if matched["path"] is not None:
            kind = "movie" if matched["path"] == "movie" else "series"
        path = f"/{tmdb.PATHS[kind]}/{matched['id']}"
        answer = await self._get(path, append_to_response="external_ids")
        return tmdb.facts(answer, kind=kind, images=self.images)

    async def _get(self, path: str, **query: str) -> Any:
        asked = urlencode({**query, "language": self._language, **self._key})
        request = Request(f"{self._base}{path}?{asked}", headers=self._headers)
        return await _json(self._fetcher, request)


class AniList:
    """AniList's GraphQL API, which needs no key."""

    name = "anilist"

    def __init__(self, fetcher: Fetcher, settings: MetadataSettings) -> None:
        self._fetcher = fetcher
        self._url = settings.anilist_url
        self.images = settings.anilist_images_url.rstrip("/")

    async def search(self, query: str, *, kind: str, year: str) -> list[Candidate]:
        """Return titles that may be meant."""
        return anilist.candidates(
            await self._ask(anilist.search(query, kind=kind, year=year)), images=self.images
        )

    async def fetch(self, key: str, *, kind: str) -> Found:  # noqa: ARG002  (ids there are of all kinds)
        """Return the facts of one title, by AniList's id or its address there."""
        matched = _matched(_ANILIST, key)
        if matched is None:
            raise Permanent("This is no id of AniList.", code="not_an_id")
        found = anilist.facts(await self._ask(anilist.by_id(matched[1])))
        if found is None:
            raise Permanent("AniList knows no such title.", code="not_found")
        return found

    async def _ask(self, question: dict[str, Any]) -> Any:
        headers = {"Accept": "application/json"}
        return await _json(self._fetcher, Request(self._url, method="POST", json=question, headers=headers))


def switched_on(fetcher: Fetcher, settings: MetadataSettings) -> dict[str, Provider]:
    """Return the providers that the operator switched on: TMDB by its key, AniList by a word."""
    found: dict[str, Provider] = {}
    if settings.tmdb_key is not None:
        found["tmdb"] = Tmdb(fetcher, settings)
    if settings.anilist:
        found["anilist"] = AniList(fetcher, settings)
    return found


async def _json(fetcher: Fetcher, request: Request) -> Any:
    """Return an answer. A redirect is none: a key must not follow it."""
    bounded = Request(
        request.url,
        method=request.method,
        headers={"Accept": "application/json", **request.headers},
        json=request.json,
        follow=False,
        max_bytes=LARGEST_ANSWER,
        deadline_s=DEADLINE_S,
    )
    page = await fetcher.fetch(bounded)
    if page.status != OK:
        raise Permanent("The provider did not answer the question.", code="garbage")
    return page.json()


def _matched(pattern: re.Pattern[str], key: str) -> re.Match[str] | None:
    return pattern.fullmatch(key.strip()) if len(key) <= _LONGEST_KEY else None
