"""Films that are there already, films that are not there any more, and films that nobody needs."""

import os
from datetime import timedelta

import pytest

from tests.integration.uploader.downloads.films import Films
from tests.integration.uploader.downloads.outside import Outside
from tests.integration.uploader.downloads.rig import Rig
from wellspring_common.clock import SystemClock
from wellspring_common.errors import Permanent


async def test_a_film_that_an_operator_has_is_taken_over_where_it_is(rig: Rig, films: Films) -> None:
    episode = await rig.episode()
    own = rig.folder / "My films" / "Épisode 1.mp4"
    own.parent.mkdir()
    own.write_bytes(films.one)
    found = await rig.parts.bringing.bring(episode.episode_id, "My films/Épisode 1.mp4")
    film = await rig.film(episode)
    assert (found.media_file_id, found.size_bytes) == (film["id"], len(films.one))
    assert (film["origin"], film["path"], film["state"]) == ("brought", "My films/Épisode 1.mp4", "present")
    assert await rig.parts.bringing.bring(episode.episode_id, str(own)) == found
    other = await rig.episode()
    with pytest.raises(Permanent, match="another episode") as refused:
        await rig.parts.bringing.bring(other.episode_id, "My films/Épisode 1.mp4")
    assert refused.value.code == "file_taken"
    assert (await rig.ask(episode)).present == 1


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("../secret.mp4", "outside"),
        ("/etc/passwd", "outside"),
        ("", "outside"),
        (".", "outside"),
        (".parts/half.mp4", "outside"),
        ("way/out.mp4", "outside"),
        ("none.mp4", "no_file"),
        ("text.mp4", "not_a_film"),
        ("list.mp4", "not_a_film"),
        ("zeros.mp4", "not_a_film"),
        ("mangled.mp4", "film_damaged"),
        ("empty.mp4", "no_file"),
    ],
)
async def test_only_a_film_below_the_folder_is_taken_over(
    rig: Rig, films: Films, path: str, code: str
) -> None:
    episode = await rig.episode()
    (rig.folder.parent / "secret.mp4").write_bytes(films.one)
    (rig.folder / "way").symlink_to(rig.folder.parent)
    (rig.folder.parent / "out.mp4").write_bytes(films.one)
    (rig.folder / "text.mp4").write_bytes(b"no film at all " * 9000)
    (rig.folder / "list.mp4").write_text(
        f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:8,\nfile://{rig.folder.parent}/secret.mp4\n#EXT-X-ENDLIST\n"
    )
    (rig.folder / "zeros.mp4").write_bytes(bytes(len(films.one)))
    (rig.folder / "mangled.mp4").write_bytes(films.mangled)
    (rig.folder / "empty.mp4").touch()
    with pytest.raises(Permanent) as refused:
        await rig.parts.bringing.bring(episode.episode_id, path)
    assert refused.value.code == code
    assert await rig.film(episode) is None


async def test_a_film_that_is_missing_or_changed_is_seen_and_one_that_is_back_too(
    rig: Rig, outside: Outside, films: Films
) -> None:
    episode = await rig.episode()
    await rig.link(episode, outside.put("a.mp4", films.one))
    await rig.bring(episode)
    path = rig.folder / (await rig.film(episode))["path"]
    await rig.parts.looking.once()
    assert (await rig.film(episode))["state"] == "present"
    away = path.rename(path.with_suffix(".away"))
    await rig.parts.looking.once()
    assert (await rig.film(episode))["state"] == "missing"
    assert (await rig.ask(episode)).queued == 1
    path.write_bytes(films.other)
    await rig.parts.looking.once()
    assert (await rig.film(episode))["state"] == "damaged"
    path.write_bytes(films.one[:-1])
    await rig.parts.looking.once()
    assert (await rig.film(episode))["state"] == "damaged"
    away.rename(path)
    await rig.parts.looking.once()
    assert (await rig.film(episode))["state"] == "present"


async def test_a_folder_that_is_away_has_lost_nothing(rig: Rig, outside: Outside, films: Films) -> None:
    episode = await rig.episode()
    await rig.link(episode, outside.put("a.mp4", films.one))
    await rig.bring(episode)
    rig.folder.rename(rig.folder.with_name("elsewhere"))
    await rig.parts.looking.once()
    assert (await rig.film(episode))["state"] == "present"


async def test_films_of_episodes_that_are_gone_for_good_are_deleted_after_a_while_but_only_ours(
    rig: Rig, outside: Outside, films: Films
) -> None:
    ours, theirs = await rig.episode(), await rig.episode()
    await rig.link(ours, outside.put("a.mp4", films.one))
    await rig.bring(ours)
    path = rig.folder / (await rig.film(ours))["path"]
    own = rig.folder / "own.mp4"
    own.write_bytes(films.other)
    await rig.parts.bringing.bring(theirs.episode_id, "own.mp4")
    await rig.admin.execute("update catalog.titles set deleted_at = now()")
    await rig.parts.looking.once()
    assert (await rig.film(ours))["gone_since"] is None, "the trash gives back"
    await rig.admin.execute("delete from catalog.titles")
    await rig.parts.looking.once()
    assert (await rig.film(ours))["gone_since"] is not None
    assert path.exists()
    await rig.admin.execute("update uploads.media_files set gone_since = now() - interval '8 days'")
    await rig.parts.looking.once()
    assert not path.exists()
    assert await rig.film(ours) is None
    assert own.exists()
    assert await rig.film(theirs) is not None


async def test_what_is_old_is_forgotten(rig: Rig, outside: Outside, films: Films) -> None:
    episode = await rig.episode()
    await rig.link(episode, outside.put("a.mp4", films.one))
    await rig.bring(episode)
    left, live = rig.folder / ".parts" / "0b.part", await rig.episode()
    await rig.ask(live)
    kept = rig.part(await rig.row(live))
    for part in (left, kept):
        part.write_bytes(b"half")
        os.utime(part, (0, 0))
    await rig.admin.execute(
        "update uploads.downloads set finished_at = now() - interval '91 days' where state = 'succeeded'"
    )
    await rig.parts.looking.once()
    assert await rig.row(episode) is None
    assert (left.exists(), kept.exists()) == (False, True)
    assert await rig.parts.looking.downloads.purge(before=SystemClock().now() - timedelta(days=1)) == 0
