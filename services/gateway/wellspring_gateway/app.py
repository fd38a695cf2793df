"""The FastAPI application: its routes and what stands around them."""

from functools import cache

from fastapi import APIRouter, FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.routing import BaseRoute

from .addons import AddonManners
from .around import Around, start_at_zero
from .bodies import BoundedBodies
from .domain.forwarding import Network
from .door import Door
from .doorkeeper import Doorkeeper, is_public
from .forwarding import Forwarding
from .hot import Hot
from .relays import Cuts
from .routes import (
    access,
    account,
    account_api,
    addresses,
    admin,
    api,
    catalogues,
    cleaning,
    crawls,
    dead,
    dead_api,
    definitions,
    download_pages,
    editing,
    exports,
    feeds,
    history,
    importing,
    jobs,
    library,
    live,
    merges,
    metadata,
    oidc,
    ops,
    player,
    plays,
    posters,
    preferences,
    probe_pages,
    probing,
    problems,
    relays,
    room_pages,
    saved,
    sockets,
    stremio,
    subtitles,
    target_pages,
    title,
    trash,
    trash_api,
    upload_pages,
    users,
    users_api,
)
from .routes.compat import importing as seeds_importing
from .routes.compat import kdrama, series, streaming
from .routes.compat import uploads as seeds_uploads
from .routes.compat.importing import LARGEST_UPLOAD
from .routes.description import describe, operation_id
from .routes.v1 import definitions as v1_definitions
from .routes.v1 import downloads as v1_downloads
from .routes.v1 import episodes as v1_episodes
from .routes.v1 import jobs as v1_jobs
from .routes.v1 import links as v1_links
from .routes.v1 import listing as v1_listing
from .routes.v1 import marks as v1_marks
from .routes.v1 import progress as v1_progress
from .routes.v1 import sources as v1_sources
from .routes.v1 import subtitles as v1_subtitles
from .routes.v1 import titles as v1_titles
from .routes.v1 import upload_schedules as v1_schedules
from .routes.v1 import upload_targets as v1_targets
from .routes.v1 import uploads as v1_uploads

LARGER_BODIES = dict.fromkeys(("/admin/bulk_import", "/admin/import"), LARGEST_UPLOAD)
_OPERATING = (
    catalogues,
    definitions,
    room_pages,
    editing,
    metadata,
    merges,
    importing,
    jobs,
    dead,
    trash,
    probe_pages,
    upload_pages,
    target_pages,
    download_pages,
    users,
    admin,
)
_LIBRARY_API = (
    v1_listing,
    v1_titles,
    v1_episodes,
    v1_sources,
    v1_links,
    v1_jobs,
    v1_progress,
    v1_subtitles,
    v1_marks,
    v1_definitions,
    v1_uploads,
    v1_schedules,
    v1_targets,
    v1_downloads,
)
_MODULES = (
    ops,
    # what is asked most comes first: routes are tried in this order
    api,
    kdrama,
    *_LIBRARY_API,
    crawls,
    dead_api,
    trash_api,
    cleaning,
    probing,
    live,
    sockets,
    access,
    oidc,
    account,
    account_api,
    preferences,
    saved,
    history,
    users_api,
    player,
    plays,
    posters,
    subtitles,
    addresses,
    relays,
    stremio,
    exports,
    feeds,
    *_OPERATING,
    seeds_importing,
    series,
    seeds_uploads,
    streaming,
    library,
    title,
)


@cache
def _routes() -> tuple[BaseRoute, ...]:
    """Return the routes of all modules, the same for all apps of a process.

    Each is made ready by the first request that passes it, which takes a tenth of a second for all of them.
    """
    router = APIRouter(generate_unique_id_function=operation_id)
    for module in _MODULES:
        router.include_router(module.router)
    return tuple(router.routes)


def create_app(door: Door, *, static: str, proxies: tuple[Network, ...] = ()) -> FastAPI:
    """Return the application around a door.

    `static` is the folder of built assets, `proxies` are the networks that may speak for clients.
    """
    app = FastAPI(
        title="Wellspring",
        summary="Keeps the streaming links of a self-hosted media library alive.",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        generate_unique_id_function=operation_id,
    )
    app.state.door = door
    problems.install(app)
    app.router.routes.extend(_routes())
    for module in _MODULES:
        start_at_zero(module.router)
    describe(app, [module.router for module in _MODULES], is_public=is_public)
    app.mount("/static", StaticFiles(directory=static, check_dir=False), name="static")
    app.add_middleware(Hot, door=door)
    app.add_middleware(Doorkeeper)
    app.add_middleware(Around)
    app.add_middleware(BoundedBodies, larger=LARGER_BODIES)
    app.add_middleware(AddonManners)
    app.add_middleware(Forwarding, trusted=proxies)
    app.add_middleware(Cuts)
    return app
