"""The exact shapes of an episode's state: the player's snapshot and the seeds' answer."""

from datetime import timedelta

from wellspring_common.tunables import Tunables
from wellspring_gateway.domain.cooldown import RecentJobs
from wellspring_gateway.domain.records import ServerRecord
from wellspring_gateway.domain.state import EpisodeState

from .builders import HOUR, MASTERS, NOW, job, link, state

T = Tunables()
SERVERS = ("pixel", "fsl", "10gbps")


def seed_cache() -> EpisodeState:
    links = [
        link(ordinal * 10 + place, quality=quality, server=server, url=f"https://{server}.example/{quality}")
        for ordinal, quality in enumerate(MASTERS)
        for place, server in enumerate(SERVERS)
    ]
    return state(*links)


def test_nothing_cached_is_answered_by_the_master_links_as_the_seed_shows_it() -> None:
    assert state().seeds_answer(now=NOW, tunables=T) == {
        "status": "master",
        "links": {
            "480": "https://vcloud.lol/abc123",
            "720": "https://vcloud.lol/def456",
            "1080": "https://vcloud.lol/ghi789",
        },
        "server_info": {
            "server_count": 0,
            "needs_force_scrape": True,
            "message": "No cached servers found. Please use Force Scrape.",
        },
    }


def test_nine_servers_are_answered_as_cached_as_the_seed_shows_it() -> None:
    assert seed_cache().seeds_answer(now=NOW, tunables=T) == {
        "status": "cached",
        "links": {
            str(quality): {server: f"https://{server}.example/{quality}" for server in SERVERS}
            for quality in MASTERS
        },
        "server_info": {"server_count": 9, "needs_force_scrape": False},
    }


def test_the_seed_s_first_button_is_the_highest_quality_on_pixel() -> None:
    links = seed_cache().seeds_answer(now=NOW, tunables=T)["links"]
    quality, servers = next(iter(links.items()))
    assert (quality, next(iter(servers))) == ("1080", "pixel")


def test_only_dead_and_expired_links_are_answered_by_the_master_links() -> None:
    gone = link(2, expires_at=NOW - HOUR, expiry_basis="parameter")
    answer = state(link(1, state="dead"), gone).seeds_answer(now=NOW, tunables=T)
    assert answer["status"] == "master"
    assert answer["server_info"]["server_count"] == 0


def test_a_few_servers_are_cached_with_the_message_that_there_could_be_more() -> None:
    info = state(link(1)).seeds_answer(now=NOW, tunables=T)["server_info"]
    assert info == {
        "server_count": 1,
        "needs_force_scrape": True,
        "message": "Only 1 of 9 servers found. You can use Force Scrape.",
    }


def test_the_minimum_is_the_operator_s_setting() -> None:
    few = Tunables(min_servers_per_episode=1)
    assert state(link(1)).seeds_answer(now=NOW, tunables=few)["server_info"] == {
        "server_count": 1,
        "needs_force_scrape": False,
    }


def test_the_snapshot_has_exactly_these_fields() -> None:
    asked = job()
    found = state(link(1, quality=1080), job=asked, recent=RecentJobs(NOW - timedelta(minutes=4), 0, None))
    assert found.snapshot(now=NOW, tunables=T) == {
        "episode_id": 7,
        "server_info": {
            "server_count": 1,
            "minimum": 9,
            "needs_force_scrape": True,
            "message": "Only 1 of 9 servers found. You can use Force Scrape.",
        },
        "masters": [{"quality": quality, "url": url} for quality, url in MASTERS.items()],
        "links": [
            {
                "id": 1,
                "generation": 1,
                "quality": 1080,
                "server": "pixel",
                "label": "Pixel",
                "kind": "stream",
                "container": "mp4",
                "url": "https://files.example/1.mp4",
                "size_bytes": 1_000,
                "language": None,
                "state": "alive",
                "offered": True,
                "playable": True,
                "via": "direct",
                "play_url": "https://files.example/1.mp4",
                "expires_at": "2025-01-15T11:05:00+00:00",
                "expiry_basis": "default",
                "checked_at": "2025-01-15T10:05:00+00:00",
                "scraped_at": "2025-01-15T09:05:00+00:00",
                "expiry": {"at": "2025-01-15T11:05:00+00:00", "basis": "default", "evidence": None},
                "health": {
                    "state": "alive",
                    "reason": None,
                    "since": None,
                    "checked_at": "2025-01-15T10:05:00+00:00",
                    "ok_at": "2025-01-15T10:05:00+00:00",
                    "latency_ms": 50,
                },
            }
        ],
        "job": {
            "id": asked.id,
            "state": "queued",
            "requested_at": "2025-01-15T10:05:00+00:00",
            "started_at": None,
            "finished_at": None,
            "error_code": None,
            "error_detail": None,
            "browser_because": None,
        },
        "cooldown_until": "2025-01-15T10:11:00+00:00",
        "can_scrape": True,
        "stale": False,
    }


def test_a_link_says_why_it_is_dead_and_how_its_expiry_is_known() -> None:
    gone = link(
        1, state="dead", reason="not_found", since=NOW - HOUR, ok_at=None, expiry_evidence="exp in a JWT"
    )
    (shown,) = state(gone).snapshot(now=NOW, tunables=T)["links"]
    assert shown["expiry"]["evidence"] == "exp in a JWT"
    health = {key: shown["health"][key] for key in ("state", "reason", "since", "ok_at")}
    since = "2025-01-15T09:05:00+00:00"
    assert health == {"state": "dead", "reason": "not_found", "since": since, "ok_at": None}


def test_links_come_by_what_probes_know_of_their_servers() -> None:
    records = {"a": ServerRecord(200, 0.5, 20), "b": ServerRecord(200, 1.0, 900)}
    known = state(link(1, server="a"), link(2, server="b"), records=records)
    assert [each.server for each in known.offered(now=NOW, tunables=T)] == ["b", "a"]
    assert [each["server"] for each in known.snapshot(now=NOW, tunables=T)["links"]] == ["b", "a"]


def test_a_viewer_s_view_of_a_job_names_nobody() -> None:
    assert not {"requested_by", "reason", "problems"} & set(job().brief())


def test_dead_links_are_listed_behind_and_not_offered() -> None:
    found = state(link(1, state="dead", quality=2160), link(2, quality=480))
    shown = found.snapshot(now=NOW, tunables=T)["links"]
    assert [(each["id"], each["offered"]) for each in shown] == [(2, True), (1, False)]


def test_an_episode_without_sources_can_t_be_scraped() -> None:
    assert state(masters=()).snapshot(now=NOW, tunables=T)["can_scrape"] is False


def test_what_was_known_before_is_marked_stale() -> None:
    assert state().snapshot(now=NOW, tunables=T, stale=True)["stale"] is True


def test_a_probe_is_trusted_for_two_intervals() -> None:
    often = Tunables(probe_interval_minutes=5)
    guessed = {"expires_at": NOW - HOUR, "expiry_basis": "default", "state": "alive"}
    fresh, old = NOW - timedelta(minutes=9), NOW - timedelta(minutes=11)
    assert state(link(1, ok_at=fresh, **guessed)).offered(now=NOW, tunables=often)
    assert not state(link(1, ok_at=old, **guessed)).offered(now=NOW, tunables=often)
