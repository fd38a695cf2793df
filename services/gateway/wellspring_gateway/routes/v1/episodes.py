"""The API of episodes."""

from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response

from ...domain.cursors import decode_cursor, encode_cursor, whole
from ...domain.documents.episodes import Episode, EpisodeEdit, Episodes, NewEpisode, vetted
from ...domain.documents.jobs import JobAsked
from ...domain.documents.links import EpisodePlays
from ...domain.etags import IfMatch
from ...door import door_of
from ...ports.answers import Keep
from ..guards import checked, operator, viewer
from ..problems import Problem
from .answers import (
    ACCEPTED,
    CREATED,
    EDITED,
    TAGGED,
    BasedOn,
    Cursor,
    IdInPath,
    Key,
    Known,
    created,
    once,
    tagged,
)

LIST = "episodes"
_HIGHEST = Decimal(10) ** 6

router = APIRouter(prefix="/api/v1", tags=["episodes"])

_TWIN: dict[int | str, dict[str, Any]] = {409: {"description": "`episode_exists`: nothing was changed."}}


@router.get("/titles/{title_id}/episodes")
async def of_title(
    request: Request,
    title_id: IdInPath,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Cursor = None,
) -> Episodes:
    """Return a title's episodes in the order of seasons and numbers, page by page."""
    await viewer(request)
    after = None
    if cursor is not None:
        after = decode_cursor(LIST, cursor, (whole, _number))
    found = await door_of(request).holdings.episodes.page(title_id, after=after, limit=limit + 1)
    if found is None:
        raise Problem("unknown_title", f"There is no title {title_id}.")
    last = found[limit - 1] if len(found) > limit else None
    following = encode_cursor(LIST, last.season, last.number) if last is not None else None
    return Episodes(episodes=found[:limit], next=following)


@router.post(
    "/titles/{title_id}/episodes", status_code=201, response_model=Episode, responses={**CREATED, **_TWIN}
)
async def add(request: Request, title_id: IdInPath, new: NewEpisode, key: Key = None) -> Response:
    """Add an episode with its permanent pages. Its links are found soon after by themselves."""
    session = await operator(request)
    await checked(request)
    door, repeated = door_of(request), once(request, session, key, new)

    async def make(keep: Keep | None) -> Episode | None:
        pages = vetted(new.sources, vet=door.vet, default=door.tunables.current.default_definition)
        return await door.holdings.episodes.add(title_id, new, pages, now=door.clock.now(), keep=keep)

    episode = await repeated.made(Episode, make)
    if episode is None:
        raise Problem("unknown_title", f"There is no title {title_id}.")
    return created(episode, f"/api/v1/episodes/{episode.id}")


@router.get("/episodes/{episode_id}", response_model=Episode, responses=TAGGED)
async def one(request: Request, episode_id: IdInPath, known: Known = None) -> Response:
    """Return an episode with its version."""
    await viewer(request)
    return tagged(_there(await door_of(request).holdings.episodes.one(episode_id), episode_id), known)


@router.patch("/episodes/{episode_id}", response_model=Episode, responses={**EDITED, **_TWIN})
async def edit(
    request: Request, episode_id: IdInPath, changes: EpisodeEdit, based_on: BasedOn = None
) -> Response:
    """Change an episode: what is left out stays, null empties. Needs `If-Match` with the version seen.

    What it changes of name and day is locked, as on the episode's page, unless `locked_fields` says what is.
    """
    await operator(request)
    await checked(request)
    door = door_of(request)
    edited = await door.holdings.episodes.edit(
        episode_id,
        changes.model_dump(exclude_unset=True),
        based_on=IfMatch.parse(based_on),
        now=door.clock.now(),
    )
    return tagged(_there(edited, episode_id))


@router.delete("/episodes/{episode_id}", status_code=204)
async def remove(request: Request, episode_id: IdInPath) -> Response:
    """Delete an episode for good, with its pages, links and jobs. Only whole titles go to the trash."""
    session = await operator(request)
    await checked(request)
    door = door_of(request)
    if not await door.holdings.episodes.remove(episode_id, by=session.user.username, now=door.clock.now()):
        raise Problem("unknown_episode", f"There is no episode {episode_id}.")
    return Response(status_code=204)


@router.post(
    "/episodes/{episode_id}/refresh",
    status_code=202,
    response_model=JobAsked,
    responses={**ACCEPTED, 409: {"description": "`no_source`: the episode names no page to read."}},
)
async def refresh(request: Request, episode_id: IdInPath, key: Key = None) -> Response:
    """Find an episode's links anew, whatever the cooldown of viewers says."""
    session = await operator(request)
    await checked(request)
    door, repeated = door_of(request), once(request, session, key)
    if (kept := await repeated.before()) is not None:
        place = {"Location": f"/api/v1/jobs/{kept[1]['job']['id']}"}
        return JSONResponse(kept[1], status_code=kept[0], headers=place)
    _there(await door.holdings.episodes.one(episode_id), episode_id)
    asked = await door.jobs.request(
        episode_id, reason="refresh", requested_by=session.user.username, now=door.clock.now()
    )
    job = await door.jobs.job(asked.job_id) if asked is not None else None
    if asked is None or job is None:
        raise Problem("no_source", "This episode has no source page to scrape: add one first.")
    body = {"job": job.brief(), "deduplicated": asked.deduplicated}
    await repeated.remember(202, body)
    return JSONResponse(body, status_code=202, headers={"Location": f"/api/v1/jobs/{asked.job_id}"})


@router.get("/episodes/{episode_id}/plays", tags=["plays"])
async def plays(request: Request, episode_id: IdInPath) -> EpisodePlays:
    """Return how often an episode was played, by day. Nothing is kept of who watched."""
    await operator(request)
    days = await door_of(request).holdings.episodes.plays(episode_id)
    if days is None:
        raise Problem("unknown_episode", f"There is no episode {episode_id}.")
    return EpisodePlays(days=days)


def _there(episode: Episode | None, episode_id: int) -> Episode:
    if episode is None:
        raise Problem("unknown_episode", f"There is no episode {episode_id}.")
    return episode


def _number(text: str) -> Decimal:
    number = Decimal(text)
    if not 0 <= number < _HIGHEST:
        raise ValueError("out of range")
    return number
