"""Pages for people: they answer, in both languages, and run no script that is not ours."""

import json
import re
from html.parser import HTMLParser

from tests.support.gateway import eventually

from .conftest import Start
from .running import PAGE, PASSWORD, SEED_SHOW, Gateway, Visitor

SERVERS = {1080: {"pixel": "https://p.example/1"}}
HOSTILE = "</script><script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
_URL = re.compile(r"https?://[^\s\"'<>]+")


class Inline(HTMLParser):
    """Collects what the policy of our pages forbids."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        if tag == "script" and "src" not in held and held.get("type") != "application/json":
            self.found.append("<script>")
        if tag in {"style", "base", "object", "embed", "iframe"}:
            self.found.append(f"<{tag}>")
        self.found += [name for name in held if name == "style" or name.startswith("on")]
        self.found += [value for value in held.values() if value and value.startswith("javascript:")]
        if tag in {"script", "link", "img", "video", "source"} and held.get("rel") != "alternate":
            self.loads += [url for name in ("src", "href") if (url := held.get(name))]


def assert_sound(text: str, *, language: str) -> None:
    """Check that a page runs nothing inline, loads only from here, and speaks its language."""
    assert text.startswith("<!doctype html>")
    assert f'<html lang="{language}"' in text
    parser = Inline()
    parser.feed(text)
    assert parser.found == []
    assert all(url.startswith("/static/") for url in parser.loads), parser.loads


async def read(visitor: Visitor, path: str, *, language: str, status: int = 200) -> str:
    answer = await visitor.page(path)
    assert answer.status == status, path
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Content-Language"] == language
    assert answer.headers["Cache-Control"] == "no-store"
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert_sound(answer.text, language=language)
    return answer.text


async def test_every_page_answers_in_both_languages(gateway: Gateway) -> None:
    episode = await gateway.add_episode()
    film = await gateway.add_episode("A Film", kind="movie")
    await gateway.add_links(episode, SERVERS)
    job = await gateway.add_job(episode, state="running")
    for language in ("en", "id"):
        visitor, admin = await gateway.visitor(language=language), await gateway.signed_in("admin")
        admin.session.cookie_jar.update_cookies({"ws_lang": language})
        for path in (
            "/",
            "/?q=glory&kind=series",
            "/?q=nothing+like+it",
            "/title/the-glory",
            "/title/a-film",
            "/player?show=The Glory&ep=1",
            f"/watch/{episode}",
            f"/watch/{film}",
            "/login",
        ):
            await read(visitor, path, language=language)
        for path in ("/", "/admin", f"/admin?added={episode}", f"/admin/jobs/{job}", "/admin/settings"):
            await read(admin, path, language=language)
        for path, status in (
            ("/title/nothing", 404),
            ("/watch/999999", 404),
            ("/setup", 403),
            ("/nowhere", 404),
        ):
            await read(visitor, path, language=language, status=status)


async def test_the_pages_differ_by_language_and_the_cookie_wins(gateway: Gateway) -> None:
    english, indonesian = await gateway.visitor(language="en"), await gateway.visitor(language="id")
    first, second = (await english.page("/")).text, (await indonesian.page("/")).text
    assert "Sign in" in first
    assert "Masuk" in second
    chosen = await indonesian.form("/preferences", lang="en", theme="dark", next="/login")
    assert (chosen.status, chosen.headers["Location"]) == (303, "/login")
    text = await read(indonesian, "/login", language="en")
    assert 'data-theme="dark"' in text
    await indonesian.form("/preferences", lang="xx", theme="<b>", next="//evil.example")
    assert 'data-theme="dark"' in await read(indonesian, "/", language="en")


async def test_hostile_words_stay_words(gateway: Gateway) -> None:
    operator = await gateway.signed_in("operator")
    fields = {"show": HOSTILE, "name": HOSTILE, "synopsis": HOSTILE, "original_title": HOSTILE}
    body = {**fields, "genres": [HOSTILE], "episode": 1, "link720": 'https://vcloud.lol/"><script>alert(1)'}
    assert (await operator.send("POST", "/admin/add_episode", body)).status == 200
    episode = await gateway.sql.fetchval("select id from catalog.episodes")
    source = await gateway.sql.fetchval("select id from catalog.sources")
    await gateway.add_links(episode, {720: {HOSTILE: "https://p.example/'\"><script>"}})
    assert source
    slug = await gateway.sql.fetchval("select slug from catalog.titles")
    for path in ("/", f"/title/{slug}", f"/watch/{episode}", f"/admin?added={episode}"):
        text = await read(operator, path, language="en")
        assert "<script>alert" not in text
        assert "<img" not in text
        assert "alert(1)" in text


async def test_a_search_is_shown_back_as_text(gateway: Gateway) -> None:
    visitor = await gateway.visitor()
    for query in (HOSTILE, "%", "_", "\\", "'", "a & b | !c", "\x00", "(((", '"', "x" * 5000):
        answer = await visitor.get("/", params={"q": query}, headers=PAGE)
        assert answer.status == 200
        assert_sound(answer.text, language="en")


async def test_a_search_finds_by_words_and_by_parts_of_words(gateway: Gateway) -> None:
    for show, kind in ((SEED_SHOW, "series"), ("100% Wolf", "movie"), ("1000 Days", "series")):
        await gateway.add_episode(show, kind=kind)
    visitor = await gateway.visitor()
    for query, kind, found in (
        ("glor", "", {"the-glory"}),
        ("GLORY", "", {"the-glory"}),
        ("100%", "", {"100%-wolf", "1000-days"}),
        ("100", "", {"100%-wolf", "1000-days"}),
        ("100", "movie", {"100%-wolf"}),
        ("", "series", {"the-glory", "1000-days"}),
        ("0_0", "", set()),
        ("", "podcast", {"the-glory", "100%-wolf", "1000-days"}),
    ):
        text = (await visitor.get("/", params={"q": query, "kind": kind}, headers=PAGE)).text
        assert set(re.findall(r'href="/title/([^"]+)"', text)) == found, (query, kind)


async def test_the_library_goes_on_on_a_second_page(gateway: Gateway) -> None:
    await gateway.sql.execute(
        "insert into catalog.titles (kind, title, slug)"
        " select 'series', 'Show ' || n, 'show-' || n from generate_series(1, 25) as n"
    )
    visitor = await gateway.visitor()
    first = (await visitor.page("/?q=Show&kind=series")).text
    following = re.search(r'href="(/\?[^"]*cursor=[^"]*)"', first)
    assert following is not None
    assert len(set(re.findall(r'href="/title/([^"]+)"', first))) == 24
    second = (await visitor.page(following[1].replace("&amp;", "&"))).text
    assert set(re.findall(r'href="/title/([^"]+)"', second)) == {"show-10"}
    assert "cursor=" not in second


async def test_an_error_is_a_page_for_people_and_a_problem_for_programs(gateway: Gateway) -> None:
    visitor = await gateway.visitor()
    for path in (
        "/title/nothing",
        "/title/%00",
        "/watch/999999",
        "/watch/-1",
        f"/watch/-{2**70}",
        f"/watch/{2**70}",
    ):
        assert (await visitor.page(path)).status == 404, path
        assert (await visitor.get(path)).problem(404, (await visitor.get(path)).json["code"])
    assert (await visitor.page("/player?show=Nobody&ep=1")).status == 404
    (await visitor.get("/player?show=Nobody&ep=1")).problem(404, "unknown_show")
    api = await visitor.get("/api/v1/nothing", headers=PAGE)
    api.problem(404, "not_found")
    assert (await visitor.page("/watch/x")).status == 422


async def test_a_method_that_an_address_does_not_take_is_a_problem(gateway: Gateway) -> None:
    visitor = await gateway.visitor()
    answer = await visitor.ask("DELETE", "/get_link")
    answer.problem(405, "method_not_allowed")
    assert answer.headers["Allow"] == "GET"


async def test_the_player_carries_the_state_and_the_way_to_the_next_episode(gateway: Gateway) -> None:
    ids = [
        await gateway.add_episode(number=number, season=season)
        for season, number in ((1, 1), (1, 12.5), (2, 1))
    ]
    await gateway.add_links(ids[1], SERVERS)
    text = (await (await gateway.visitor()).page("/player?show=the-glory&ep=12.5")).text
    told = json.loads(text.partition('id="room-told">')[2].partition("</script>")[0])
    assert (told["prev_url"], told["next_url"]) == (f"/watch/{ids[0]}", f"/watch/{ids[2]}")
    assert (told["episode"], told["next_label"]) == ("S1 E12.5", "S2 E1")
    assert f'data-live-url="/api/v1/live?episode={ids[1]}"' in text
    assert "https://p.example/1" in text.partition('id="snapshot">')[2].partition("</script>")[0]


async def test_without_scripts_links_and_master_links_are_there_all_the_same(gateway: Gateway) -> None:
    await gateway.add_links(await gateway.add_episode(), SERVERS)
    text = (await (await gateway.visitor()).page("/player?show=The Glory&ep=1")).text
    plain = "".join(re.findall(r"<noscript>(.*?)</noscript>", text, re.DOTALL))
    assert set(_URL.findall(plain)) == {
        "https://p.example/1",
        "https://vcloud.lol/abc123",
        "https://vcloud.lol/def456",
        "https://vcloud.lol/ghi789",
    }
    assert "1080p (Master)" in plain


async def test_operators_pages_are_for_operators(gateway: Gateway) -> None:
    job = await gateway.add_job(await gateway.add_episode(), state="failed")
    stranger, viewer = await gateway.visitor(), await gateway.signed_in("viewer")
    for path in ("/admin", "/admin/settings", f"/admin/jobs/{job}"):
        assert (await stranger.page(path)).headers["Location"] == f"/login?next={path}"
        (await stranger.get(path)).problem(401, "sign_in_required")
        assert (await viewer.page(path)).status == 403
    assert "/admin" not in (await viewer.page("/")).text
    assert PASSWORD not in (await viewer.page("/")).text


async def test_a_job_s_page_says_what_went_wrong(gateway: Gateway) -> None:
    episode = await gateway.add_episode()
    job = await gateway.add_job(
        episode, state="failed", error_code="drift", error_detail="No button was found."
    )
    operator = await gateway.signed_in("operator")
    text = (await operator.page(f"/admin/jobs/{job}")).text
    for said in ("No button was found.", "The Glory S1 E1", f'href="/watch/{episode}"'):
        assert said in text
    assert f"/admin/jobs/{job}" in (await operator.page("/admin")).text
    missing = await operator.page("/admin/jobs/0196f1a0-0000-7000-8000-000000000001")
    assert missing.status == 404


async def test_a_job_s_page_says_why_a_browser_was_opened_in_both_languages(gateway: Gateway) -> None:
    episode = await gateway.add_episode()
    because = "drift: 0 of 2 servers without a browser"
    page = {"quality": 720, "code": "drift", "because": because, "links": 3}
    job = await gateway.add_job(episode, state="succeeded", browser=[page])
    for language, said in (
        ("en", ("Opened in a browser", "plain HTTP saw no servers on it", "3 links came of it.")),
        ("id", ("Dibuka di peramban", "HTTP biasa tidak melihat server", "Menghasilkan 3 tautan.")),
    ):
        reader = await gateway.signed_in("operator", language=language)
        text = (await reader.page(f"/admin/jobs/{job}")).text
        for words in (*said, "720p", because):
            assert words in text
    visitor = await gateway.visitor()
    state = (await visitor.get(f"/api/v1/episodes/{episode}/live-state")).json
    assert state["job"]["browser_because"] == "drift"


async def test_the_demo_says_that_it_is_one(start_gateway: Start) -> None:
    for demo in ("1", "0"):
        gateway = await start_gateway(WELLSPRING_DEMO=demo)
        shown = "ribbon-demo" in (await (await gateway.visitor()).page("/")).text
        assert shown is (demo == "1")


async def test_the_probes_answer_on_the_main_port(gateway: Gateway) -> None:
    visitor = await gateway.visitor()
    assert (await visitor.get("/healthz")).json == {"service": "gateway", "alive": True}

    async def ready() -> object:
        return (await visitor.get("/readyz")).json

    expected = {"service": "gateway", "ready": True, "wrong": {}}
    await eventually(ready, lambda answer: answer == expected, patience_s=5)


async def test_a_title_of_thousands_of_episodes_is_shown_a_part_at_a_time(gateway: Gateway) -> None:
    await gateway.add_episode("Long")
    await gateway.sql.execute(
        """
        insert into catalog.episodes (title_id, season, number)
        select id, season, n from catalog.titles, generate_series(1, 2) as season,
            generate_series(1, 2500) as n where (season, n) <> (1, 1)
        """
    )
    visitor = await gateway.visitor()
    text = await read(visitor, "/title/long", language="en")
    assert "5000 episodes" in text
    numbers = re.compile(r'class="episode-name">\s*Episode ([0-9.]+)')
    assert numbers.findall(text) == [str(n) for n in range(1, 101)]
    ways = [way.replace("&amp;", "&") for way in re.findall(r'href="(/title/long\?[^"]*)"', text)]
    assert len(ways) == 2 + 25
    seen = [numbers.findall((await visitor.page(way)).text) for way in ways[2:]]
    assert [number for part in seen for number in part] == [str(n) for n in range(1, 2501)]
    assert "Season 2" in await read(visitor, ways[1], language="en")
    assert "/watch/" in await read(visitor, "/title/long?season=nonsense&from=%00", language="en")
