"""The hosts of the upload platforms, in the order of their ports."""

from aiohttp import web

from ..hosts.front import host_app
from ..state import WorldState
from .dailymotion.desk import Desk
from .dailymotion.keys import TokenDesk
from .dailymotion.legacy import LegacyApi
from .dailymotion.pages import Pages
from .dailymotion.pulling import Puller
from .dailymotion.upload_host import UploadHost
from .dailymotion.v2 import V2Api

UPLOAD_HOSTS = ("dailymotion-upload", "dailymotion-upload2")


def platform_apps(state: WorldState) -> dict[str, web.Application]:
    """Return every host of the Dailymotion by name; the PeerTube is among the libraries."""
    studio = state.dailymotion
    desk, puller = Desk(studio), Puller(studio)
    studio.upload_origins = lambda: [
        state.addresses[name] for name in UPLOAD_HOSTS if name in state.addresses
    ]
    studio.pull = puller.pull
    routes = {
        "dailymotion": [*V2Api(state, desk).routes(), *LegacyApi(state, desk, "legacy").routes()],
        "dailymotion-token": [web.post("/v2/token", TokenDesk(studio, "v2").give)],
        "dailymotion-partner": LegacyApi(state, desk, "partner").routes(),
        **{name: UploadHost(state, desk, name).routes() for name in UPLOAD_HOSTS},
        "dailymotion-www": Pages(state).routes(),
    }
    apps = {name: host_app(name, state, found) for name, found in routes.items()}
    apps["dailymotion"].on_cleanup.append(puller.close)
    return apps
