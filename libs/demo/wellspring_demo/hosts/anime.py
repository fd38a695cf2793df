"""The anime catalogue: lists, titles, episodes, and the exchange of a mirror for its player."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from ..domain.anime import detail, episode, lists
from ..domain.anime.episode import Outside
from ..domain.anime.exchange import player_answer
from ..domain.anime.frame import redesigned
from ..domain.anime.offers import MIRROR_QUALITIES, Offer, mirrors
from ..domain.anime.places import Places, genre_slug, read_episode_slug
from ..domain.anime.posters import poster
from ..domain.anime.titles import Anime
from ..domain.anime.words import GENRES
from ..domain.pages import message_page
from ..state import WorldState
from .drive import shown_size
from .fresh import Validators, fresh_answer
from .front import shaped
from .player import player_url

NUMBERED = "{number:\\d+}{end:/?}"
HOME_TITLES = 12

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class AnimeSite:
    """One address of the catalogue; what it serves is the same at both."""

    def __init__(self, state: WorldState, role: str) -> None:
        self._state = state
        self._role = role

    def routes(self) -> list[web.RouteDef]:
        """What this host answers to."""
        pages: dict[str, Handler] = {
            "/": self.root,
            "/anime-list{end:/?}": self.a_to_z,
            "/ongoing-anime{end:/?}": self.ongoing,
            f"/ongoing-anime/page/{NUMBERED}": self.ongoing,
            "/complete-anime{end:/?}": self.complete,
            f"/complete-anime/page/{NUMBERED}": self.complete,
            "/jadwal-rilis{end:/?}": self.schedule,
            "/genre-list{end:/?}": self.genres,
            "/genres/{genre:[a-z-]+}{end:/?}": self.genre,
            f"/genres/{{genre:[a-z-]+}}/page/{NUMBERED}": self.genre,
            "/anime/{slug:[^/]+}{end:/?}": self.title,
            "/episode/{slug:[^/]+}{end:/?}": self.episode,
            "/batch/{slug:[^/]+}{end:/?}": self.batch,
            "/lengkap/{slug:[^/]+}{end:/?}": self.whole,
            "/wp-content/uploads/{year}/{month}/poster-{post_id:\\d+}.png": self.poster,
            "/robots.txt": self.robots,
        }
        routes = [web.get(path, self._here(handler)) for path, handler in pages.items()]
        return [*routes, web.post("/wp-admin/admin-ajax.php", self._here(self.exchange))]

    async def root(self, request: web.Request) -> web.Response:
        """The home page, a search, or the way to a post by its number."""
        query = request.query
        if "p" in query:
            return self._by_post(query["p"])
        shelf, words = self._state.anime, query.get("s")
        if words is None:
            ongoing, complete = (shelf.listed(ongoing=flag)[:HOME_TITLES] for flag in (True, False))
            return self._page(request, lists.home_page(self._places, ongoing, complete))
        found = [one for one in shelf.titles() if words.strip() and words.casefold() in one.title.casefold()]
        return self._page(request, lists.search_page(self._places, words, found))

    async def a_to_z(self, request: web.Request) -> web.Response:
        """Every title."""
        return self._page(request, lists.a_to_z_page(self._places, self._state.anime.titles()))

    async def ongoing(self, request: web.Request) -> web.Response:
        """What goes on."""
        return self._listed(request, ongoing=True)

    async def complete(self, request: web.Request) -> web.Response:
        """What has ended."""
        return self._listed(request, ongoing=False)

    async def schedule(self, request: web.Request) -> web.Response:
        """What is aired on which day."""
        titles = self._state.anime.listed(ongoing=True)
        return self._page(request, lists.schedule_page(self._places, titles))

    async def genres(self, request: web.Request) -> web.Response:
        """Every genre."""
        return self._page(request, lists.genres_page(self._places))

    async def genre(self, request: web.Request) -> web.Response:
        """The titles of one genre."""
        genre = next((name for name in GENRES if genre_slug(name) == request.match_info["genre"]), None)
        if genre is None:
            raise _missing()
        titles = [one for one in self._state.anime.titles() if genre in one.genres]
        number = int(request.match_info.get("number", "1"))
        return self._page(request, _existing(lambda: lists.genre_page(self._places, genre, titles, number)))

    async def title(self, request: web.Request) -> web.Response:
        """One title; the address from before a rename leads to the new one."""
        anime = self._state.anime.by_slug(request.match_info["slug"])
        if anime is None:
            raise _missing()
        if anime.slug != request.match_info["slug"]:
            raise web.HTTPMovedPermanently(self._places.title(anime))
        return self._page(request, detail.detail_page(self._places, anime), anime)

    async def episode(self, request: web.Request) -> web.Response:
        """One episode."""
        wanted = read_episode_slug(request.match_info["slug"])
        found = wanted and self._state.anime.episode(*wanted)
        if not wanted or not found:
            raise _missing()
        anime, aired = found
        if anime.stem != wanted[0]:
            raise web.HTTPMovedPermanently(self._places.episode(anime, aired))
        return self._page(request, episode.episode_page(self._places, anime, aired, self._outside()), anime)

    async def batch(self, request: web.Request) -> web.Response:
        """All episodes of one title in one file."""
        anime = self._by_stem(request, "-batch-sub-indo")
        if not anime.batch:
            raise _missing()
        return self._page(request, episode.batch_page(self._places, anime, self._outside()), anime)

    async def whole(self, request: web.Request) -> web.Response:
        """All episodes of one title on one page."""
        anime = self._by_stem(request, "-sub-indo")
        if not anime.complete_page:
            raise _missing()
        return self._page(request, episode.complete_page(self._places, anime, self._outside()), anime)

    async def poster(self, request: web.Request) -> web.Response:
        """The poster of a title."""
        found = self._state.anime.by_post(int(request.match_info["post_id"]))
        if found is None or found[1] is not None:
            raise _missing()
        return fresh_answer(request, poster(found[0]), "image/png", Validators(found[0].first_day))

    async def robots(self, _request: web.Request) -> web.Response:
        """What robots may do here."""
        settings = self._state.settings
        lines = ["User-agent: *"]
        lines += (
            ["Disallow: /wp-admin/", "Allow: /wp-admin/admin-ajax.php"]
            if settings.robots_allowed
            else ["Disallow: /"]
        )
        if settings.crawl_delay_s is not None:
            lines.append(f"Crawl-delay: {settings.crawl_delay_s:g}")
        return web.Response(text="\n".join(lines) + "\n")

    async def exchange(self, request: web.Request) -> web.Response:
        """A nonce for the one action, a player for the other; the way WordPress refuses is its own."""
        if request.content_type != "application/x-www-form-urlencoded":
            return web.Response(status=400, text="0")
        form, desk, now = await request.post(), self._state.exchange, self._state.clock.now()
        action = str(form.get("action", ""))
        if desk.asks_nonce(action, now):
            return web.json_response({"data": desk.nonce(now)})
        if not desk.asks_player(action, now):
            return web.Response(status=400, text="0")
        if not desk.take(str(form.get("nonce", "")), now):
            return web.Response(status=403, text="-1")
        offer = self._wanted(str(form.get("id", "")), str(form.get("i", "")), str(form.get("q", "")))
        return web.json_response(player_answer(player_url(self._state, offer)) if offer else {"data": False})

    @property
    def _places(self) -> Places:
        return Places(self._state.addresses[self._role])

    def _here(self, handler: Handler) -> Handler:
        async def answered(request: web.Request) -> web.StreamResponse:
            if self._state.moved and self._role == "anime":
                raise web.HTTPMovedPermanently(self._state.addresses["anime2"] + request.path_qs)
            return await handler(request)

        return answered

    def _page(self, request: web.Request, page: str, anime: Anime | None = None) -> web.Response:
        shelf = self._state.anime
        at = shelf.moment(anime).changed if anime else shelf.changed
        text = redesigned(page) if shaped(request, "drift") else page
        return fresh_answer(request, text.encode(), "text/html", Validators(at))

    def _listed(self, request: web.Request, *, ongoing: bool) -> web.Response:
        titles = self._state.anime.listed(ongoing=ongoing)
        number = int(request.match_info.get("number", "1"))
        made = _existing(lambda: lists.list_page(self._places, titles, number, ongoing=ongoing))
        return self._page(request, made)

    def _by_post(self, post_id: str) -> web.Response:
        found = self._state.anime.by_post(int(post_id)) if post_id.isdecimal() else None
        if found is None:
            raise _missing()
        anime, aired = found
        raise web.HTTPMovedPermanently(
            self._places.episode(anime, aired) if aired else self._places.title(anime)
        )

    def _by_stem(self, request: web.Request, ending: str) -> Anime:
        anime = self._state.anime.by_stem(request.match_info["slug"].removesuffix(ending))
        if anime is None or not request.match_info["slug"].endswith(ending):
            raise _missing()
        return anime

    def _outside(self) -> Outside:
        state = self._state
        return Outside(
            player=lambda offer: player_url(state, offer),
            shim=lambda offer: f"{state.addresses['shim']}/?id={offer.id}",
            size=lambda quality: shown_size(state, quality),
            actions=state.exchange.actions(state.clock.now()),
        )

    def _wanted(self, post_id: str, index: str, quality: str) -> Offer | None:
        found = self._state.anime.by_post(int(post_id)) if post_id.isdecimal() else None
        lines = int(quality.removesuffix("p")) if quality.removesuffix("p").isdecimal() else 0
        if found is None or found[1] is None or lines not in MIRROR_QUALITIES or not index.isdecimal():
            return None
        names = mirrors(found[1])[lines]
        return Offer(int(post_id), lines, names[int(index)]) if int(index) < len(names) else None


def _existing(make: Callable[[], str]) -> str:
    try:
        return make()
    except LookupError:
        raise _missing() from None


def _missing() -> web.HTTPNotFound:
    page = message_page("Halaman tidak ditemukan", "Not found.")
    return web.HTTPNotFound(text=page, content_type="text/html")
