"""Films in one file: brought whole, resumed over links that break, and never mixed."""

import hashlib

from tests.integration.uploader.downloads.films import Films
from tests.integration.uploader.downloads.outside import Outside
from tests.integration.uploader.downloads.rig import Rig


async def test_an_episode_comes_home_with_its_name_and_its_facts(
    rig: Rig, outside: Outside, films: Films
) -> None:
    episode = await rig.episode()
    await rig.link(episode, outside.put("a.mp4", films.one), quality=720)
    row = await rig.bring(episode)
    assert (row["state"], row["bytes_done"], row["error_code"]) == ("succeeded", len(films.one), None)
    film = await rig.film(episode)
    slug = await rig.admin.fetchval("select slug from catalog.titles where id = $1", episode.title_id)
    assert film["path"] == f"{slug}/S01E001 - 720p.mp4"
    assert (rig.folder / film["path"]).read_bytes() == films.one
    assert film["sha256"] == hashlib.sha256(films.one).digest()
    assert (film["origin"], film["container"], film["quality"]) == ("downloaded", "mp4", 720)
    assert 7.5 < film["duration_s"] < 8.5
    assert list((rig.folder / ".parts").iterdir()) == []
    told = await rig.said("download.completed")
    assert [each["media_file_id"] for each in told] == [film["id"]]
    assert rig.bus.told[-1].state == "succeeded"


async def test_a_link_that_dies_on_the_way_is_replaced_by_the_next_one(
    rig: Rig, outside: Outside, films: Films
) -> None:
    episode = await rig.episode()
    await rig.link(episode, outside.put("a.mp4", films.one, cuts=[300_000], dead_after=1), server="pixel")
    await rig.link(episode, outside.put("b.mp4", films.one), server="zz")
    row = await rig.bring(episode)
    assert row["state"] == "succeeded"
    film = await rig.film(episode)
    assert (rig.folder / film["path"]).read_bytes() == films.one
    [rest] = outside.rests("b.mp4")
    assert int(rest.removeprefix("bytes=").rstrip("-")) == 300_000


async def test_a_link_that_breaks_off_is_gone_on_with(rig: Rig, outside: Outside, films: Films) -> None:
    episode = await rig.episode()
    await rig.link(episode, outside.put("a.mp4", films.one, cuts=[100_000, 1, 200_000], etag='"v1"'))
    row = await rig.bring(episode)
    assert row["state"] == "succeeded"
    assert outside.rests("a.mp4") == [
        "bytes=0-",
        "bytes=100000-",
        "bytes=100001-",
        "bytes=300001-",
    ]


async def test_bytes_of_another_film_of_the_same_size_are_never_added(
    rig: Rig, outside: Outside, films: Films
) -> None:
    assert len(films.one) == len(films.other)
    episode = await rig.episode()
    await rig.link(episode, outside.put("a.mp4", films.one, cuts=[100_000], dead_after=1), server="pixel")
    await rig.link(episode, outside.put("b.mp4", films.other), server="zz")
    row = await rig.bring(episode)
    assert row["state"] == "succeeded"
    assert (rig.folder / (await rig.film(episode))["path"]).read_bytes() == films.other
    assert outside.rests("b.mp4") == ["bytes=0-"]


async def test_much_of_a_film_waits_for_fresh_links_before_it_is_given_up(
    rig: Rig, outside: Outside, films: Films
) -> None:
    episode = await rig.episode()
    await rig.link(episode, outside.put("a.mp4", films.one, cuts=[400_000], dead_after=1), server="pixel")
    await rig.link(episode, outside.put("b.mp4", films.other), server="zz")
    row = await rig.bring(episode)
    assert (row["state"], row["error_code"], row["bytes_done"]) == ("queued", "waiting_for_links", 400_000)
    assert [each["episode_id"] for each in await rig.said("links.wanted")] == [episode.episode_id]
    await rig.link(episode, outside.put("c.mp4", films.one), server="c")
    await rig.due_now(episode)
    assert await rig.once()
    assert (rig.folder / (await rig.film(episode))["path"]).read_bytes() == films.one
    assert outside.rests("c.mp4") == ["bytes=400000-"]


async def test_a_server_without_ranges_is_compared_from_its_beginning(
    rig: Rig, outside: Outside, films: Films
) -> None:
    episode = await rig.episode()
    await rig.link(episode, outside.put("a.mp4", films.one, cuts=[300_000], dead_after=1), server="pixel")
    await rig.link(episode, outside.put("b.mp4", films.one, ranges=False), server="zz")
    row = await rig.bring(episode)
    assert row["state"] == "succeeded"
    assert (rig.folder / (await rig.film(episode))["path"]).read_bytes() == films.one


async def test_a_file_of_unknown_length_comes_as_a_whole(rig: Rig, outside: Outside, films: Films) -> None:
    episode = await rig.episode()
    await rig.link(episode, outside.put("a.mp4", films.one, ranges=False, is_chunked=True))
    row = await rig.bring(episode)
    assert row["state"] == "succeeded"
    assert (rig.folder / (await rig.film(episode))["path"]).read_bytes() == films.one


async def test_what_is_no_film_is_refused_and_the_next_link_tried(
    rig: Rig, outside: Outside, films: Films
) -> None:
    episode = await rig.episode()
    page = b"<!doctype html><title>Sign in</title>" + b"x" * 100_000
    await rig.link(episode, outside.put("a.mp4", page, content_type="text/html"), server="pixel")
    cut = films.one[:32] + bytes(600_000)
    await rig.link(episode, outside.put("b.mp4", cut), server="fsl")
    await rig.link(episode, outside.put("c.mp4", films.one), server="zz")
    row = await rig.bring(episode)
    assert (row["state"], row["error_code"]) == ("queued", "not_a_film")
    await rig.due_now(episode)
    assert await rig.once()
    assert (await rig.row(episode))["state"] == "succeeded"
    assert (rig.folder / (await rig.film(episode))["path"]).read_bytes() == films.one
    assert outside.rests("a.mp4") == []


async def test_a_film_whose_middle_is_mangled_is_refused_and_the_next_link_tried(
    rig: Rig, outside: Outside, films: Films
) -> None:
    episode = await rig.episode()
    await rig.link(episode, outside.put("a.mp4", films.mangled), server="pixel")
    await rig.link(episode, outside.put("b.mp4", films.one), server="zz")
    row = await rig.bring(episode)
    assert (row["state"], row["error_code"]) == ("queued", "film_damaged")
    assert "cannot be decoded" in row["error_detail"]
    assert await rig.film(episode) is None
    await rig.due_now(episode)
    assert await rig.once()
    assert (await rig.row(episode))["state"] == "succeeded"
    assert (rig.folder / (await rig.film(episode))["path"]).read_bytes() == films.one
