"""What people wish of schedules: granted as a whole, or refused with what to do about it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from tests.integration.uploader.publishing_rig import CHOICES, Rig, Series, until
from wellspring_common.errors import Permanent
from wellspring_common.uploading import ScheduleSeries, Visibility
from wellspring_uploader.domain.refusals import FileRefused
from wellspring_uploader.domain.scheduling import Refused
from wellspring_uploader.domain.templates import plain

HOUR = timedelta(hours=1)


async def refused(rig: Rig, series: Series, **more: Any) -> tuple[str, str]:
    with pytest.raises(Permanent) as error:
        await rig.schedule(series, **more)
    assert await rig.admin.fetchval("select count(*) from uploads.uploads where state <> 'removed'") == 0
    assert await rig.facts() == []
    return error.value.code, error.value.message


async def first_id(rig: Rig) -> UUID:
    found: UUID = (await rig.rows("u.id"))[0][0]
    return found


async def test_only_what_may_be_published_is_scheduled(rig: Rig) -> None:
    await rig.add_target()
    code, message = await refused(rig, await rig.add_series(rights="unknown"))
    assert code == "rights_unknown"
    assert "owned, licensed or public_domain" in message
    for rights in ("licensed", "public_domain"):
        await rig.schedule(await rig.add_series(rights, rights=rights))


async def test_a_title_that_is_not_there_or_in_the_trash_is_not_found(rig: Rig) -> None:
    await rig.add_target()
    series = await rig.add_series()
    await rig.admin.execute("update catalog.titles set deleted_at = now()")
    assert (await refused(rig, series))[0] == "title_not_found"
    assert (await refused(rig, Series(999, "x", [])))[0] == "title_not_found"


async def test_a_series_of_which_films_are_missing_is_refused_with_their_episodes(rig: Rig) -> None:
    await rig.add_target()
    series = await rig.add_series(episodes=3)
    await rig.admin.execute(
        "update uploads.media_files set state = 'damaged' where episode_id > $1", series.episode_ids[0]
    )
    with pytest.raises(Refused) as error:
        await rig.schedule(series)
    assert (error.value.code, error.value.episodes) == ("not_downloaded", tuple(series.episode_ids[1:]))


async def test_a_series_without_episodes_and_targets_that_are_not_clear_are_refused(rig: Rig) -> None:
    series = await rig.add_series()
    assert (await refused(rig, series))[0] == "no_target"
    await rig.add_target()
    assert (await refused(rig, series, target_id=99))[0] == "target_not_found"
    assert (await refused(rig, await rig.add_series("Empty", episodes=0)))[0] == "no_episodes"
    assert (await refused(rig, series, choices=None))[0] == "no_choices"
    bad = CHOICES.model_copy(update={"title_template": "{name}"})
    assert (await refused(rig, series, choices=bad))[0] == "bad_template"
    await rig.add_target(name="second")
    assert (await refused(rig, series))[0] == "several_targets"


async def test_the_defaults_of_a_target_are_taken_where_nothing_is_chosen(rig: Rig) -> None:
    await rig.add_target(defaults=CHOICES.model_dump(mode="json") | {"category": "news"})
    await rig.schedule(await rig.add_series(), choices=None)
    assert await rig.admin.fetchval("select choices ->> 'category' from uploads.schedules") == "news"


async def test_what_is_scheduled_twice_is_there_once_and_takes_new_episodes(rig: Rig) -> None:
    await rig.add_target()
    series = await rig.add_series(episodes=2)
    first = await rig.schedule(series)
    again = await rig.schedule(series)
    assert (again.repeated, again.schedule_id, again.episodes) == (True, first.schedule_id, 2)
    new = await rig.admin.fetchval(
        "insert into catalog.episodes (title_id, number) values ($1, 3) returning id", series.title_id
    )
    await rig.add_file(series.title_id, new)
    assert (await rig.schedule(series)).episodes == 1
    assert await rig.rows("u.ordinal", "u.number") == [(1, 1), (2, 2), (3, 3)]


async def test_what_is_chosen_anew_counts_for_what_is_not_out_yet(rig: Rig) -> None:
    await rig.add_target(defaults=CHOICES.model_dump(mode="json"))
    series = await rig.add_series(episodes=2)
    await rig.schedule(series)
    worker = await rig.worker()
    await rig.run_for(worker, HOUR)
    changed = CHOICES.model_copy(update={"is_for_kids": True, "visibility": Visibility.PRIVATE})
    assert (await rig.schedule(series, choices=changed)).repeated
    assert (await rig.schedule(series, choices=None)).repeated
    await rig.run_for(worker, HOUR)
    assert [video.visibility for video in rig.platform.published] == ["public", "private"]


async def test_a_dry_run_shows_new_episodes_where_their_series_stands(rig: Rig) -> None:
    await rig.add_target()
    series = [await rig.add_series(title, episodes=2) for title in "AB"]
    for one in series:
        await rig.schedule(one)
    await rig.decide((await rig.rows("u.id"))[1][0], "skip")
    for number in ("0.5", "3"):
        new = await rig.admin.fetchval(
            "insert into catalog.episodes (title_id, number) values ($1, $2) returning id",
            series[0].title_id,
            Decimal(number),
        )
        await rig.add_file(series[0].title_id, new)
    wish = ScheduleSeries(title_id=series[0].title_id, requested_by="anna", choices=CHOICES)
    shown = {slot.number: slot.planned_at for slot in (await rig.asked.dry_run(wish)).slots}
    assert shown["0.5"] < shown["1"] < shown["3"]  # type: ignore[operator]
    assert shown["2"] is None
    await rig.schedule(series[0])
    assert shown == {plain(number): at for number, at in (await rig.rows("u.number", "u.planned_at"))[:4]}


async def test_episodes_of_a_title_that_was_made_one_with_another_go_on(rig: Rig) -> None:
    await rig.add_target()
    gone, stays = await rig.add_series("Gone", episodes=2), await rig.add_series("Stays", episodes=0)
    await rig.schedule(gone)
    await rig.admin.execute("update catalog.episodes set title_id = $1", stays.title_id)
    await rig.admin.execute("delete from catalog.titles where id = $1", gone.title_id)
    await rig.run_for(await rig.worker(), 3 * HOUR)
    assert await rig.states() == ["live", "live"]
    assert rig.platform.published[0].title == "Stays - Episode 1"


async def test_what_is_missing_is_downloaded_first_where_that_was_chosen(rig: Rig) -> None:
    await rig.add_target()
    series = await rig.add_series(episodes=2)
    await rig.admin.execute("delete from uploads.media_files where episode_id = $1", series.episode_ids[0])
    await rig.schedule(series, download_first=True)
    assert await rig.rows("u.waits_for") == [("download",), ("series",)]
    wanted = await rig.admin.fetch("select episode_id, state from uploads.downloads")
    assert [tuple(row) for row in wanted] == [(series.episode_ids[0], "queued")]
    worker = await rig.worker()
    await rig.run_for(worker, 3 * HOUR)
    assert rig.platform.published == [], "nobody overtakes a film that is on its way"
    await rig.add_file(series.title_id, series.episode_ids[0])
    await rig.run_for(worker, 2 * HOUR)
    assert [video.title for video in rig.platform.published] == ["Show - Episode 1", "Show - Episode 2"]


async def test_a_film_that_cannot_be_fetched_is_passed(rig: Rig) -> None:
    await rig.add_target()
    series = await rig.add_series(episodes=2)
    await rig.admin.execute("delete from uploads.media_files where episode_id = $1", series.episode_ids[0])
    await rig.schedule(series, download_first=True)
    await rig.admin.execute("update uploads.downloads set state = 'failed'")
    await rig.run_for(await rig.worker(), 3 * HOUR)
    assert await rig.rows("u.state", "u.error_code") == [("needs_fix", "file_missing"), ("live", None)]


async def test_only_what_waits_or_failed_is_removed(rig: Rig) -> None:
    await rig.add_target()
    series = await rig.add_series(episodes=4)
    await rig.schedule(series)
    worker = await rig.worker()
    await rig.run_for(worker, HOUR)
    rig.clock.advance(HOUR)
    await until(worker, "sent")
    assert await rig.remove(series.title_id) == 2
    assert await rig.states() == ["live", "sent", "removed", "removed"]
    await rig.run_until_idle(worker)
    assert await rig.states() == ["live", "live", "removed", "removed"]
    assert await rig.admin.fetchval("select state from uploads.schedules") == "done"
    again = await rig.schedule(series)
    assert again.episodes == 2, "what is published is not scheduled again"


async def test_a_removed_series_that_never_began_is_gone(rig: Rig) -> None:
    await rig.add_target()
    series = await rig.add_series(episodes=2)
    await rig.schedule(series)
    assert await rig.remove(series.title_id) == 2
    assert await rig.admin.fetchval("select state from uploads.schedules") == "removed"
    with pytest.raises(Refused, match="no such schedule"):
        await rig.remove(series.title_id)


async def test_a_series_is_paused_goes_on_and_changes_its_place(rig: Rig) -> None:
    await rig.add_target()
    ids = [(await rig.schedule(await rig.add_series(title, episodes=1))).schedule_id for title in "ABC"]
    await rig.change(ids[2], "move", before=ids[0])
    await rig.change(ids[0], "pause")
    assert await rig.rows("s.title", "u.waits_for") == [("C", "slot"), ("A", "paused"), ("B", "series")]
    worker = await rig.worker()
    await rig.run_for(worker, 4 * HOUR)
    assert [video.title[0] for video in rig.platform.published] == ["C", "B"]
    await rig.change(ids[0], "resume")
    await rig.run_until_idle(worker)
    assert [video.title[0] for video in rig.platform.published] == ["C", "B", "A"]


async def test_a_series_moves_to_the_end(rig: Rig) -> None:
    await rig.add_target()
    ids = [(await rig.schedule(await rig.add_series(title, episodes=1))).schedule_id for title in "ABC"]
    await rig.change(ids[0], "move")
    assert [row[0] for row in await rig.rows("s.title")] == ["B", "C", "A"]


async def test_a_title_in_the_trash_rests_and_comes_back(rig: Rig) -> None:
    await rig.add_target()
    await rig.schedule(await rig.add_series("A", episodes=1))
    await rig.schedule(await rig.add_series("B", episodes=1))
    await rig.admin.execute("update catalog.titles set deleted_at = now() where title = 'A'")
    worker = await rig.worker()
    await rig.run_for(worker, 3 * HOUR)
    assert await rig.rows("u.state", "u.waits_for") == [("planned", "paused"), ("live", None)]
    await rig.admin.execute("update catalog.titles set deleted_at = null")
    await rig.run_until_idle(worker)
    assert await rig.states() == ["live", "live"]


async def test_a_gap_is_filled_later_in_the_next_slot(rig: Rig) -> None:
    await rig.add_target()
    await rig.schedule(await rig.add_series(episodes=3))
    rig.platform.will("create", FileRefused("no"))
    worker = await rig.worker()
    await rig.run_for(worker, 2 * HOUR)
    assert await rig.states() == ["needs_fix", "live", "planned"]
    await rig.decide(await first_id(rig), "insert_later")
    assert (await rig.rows("u.state", "u.waits_for"))[0] == ("planned", "slot")
    await rig.run_for(worker, 3 * HOUR)
    assert [video.title[-1] for video in rig.platform.published] == ["2", "1", "3"]


async def test_a_skipped_upload_is_tried_again_at_once_and_opens_its_schedule(rig: Rig) -> None:
    await rig.add_target()
    await rig.schedule(await rig.add_series(episodes=1))
    await rig.decide(await first_id(rig), "skip")
    worker = await rig.worker()
    await rig.run_for(worker, 2 * HOUR)
    assert await rig.states() == ["skipped"]
    assert await rig.facts() == ["upload.scheduled", "upload.skipped"]
    await rig.decide(await first_id(rig), "retry")
    assert await rig.admin.fetchval("select state from uploads.schedules") == "active"
    await rig.run_until_idle(worker)
    assert await rig.states() == ["live"]


async def test_what_is_under_way_or_published_is_not_decided(rig: Rig) -> None:
    await rig.add_target()
    await rig.schedule(await rig.add_series(episodes=1))
    worker = await rig.worker()
    rig.clock.advance(HOUR)
    await until(worker, "started")
    for action, code in (("retry", "under_way"), ("skip", "under_way"), ("insert_later", "under_way")):
        with pytest.raises(Refused) as error:
            await rig.decide(await first_id(rig), action)
        assert error.value.code == code
    await rig.run_until_idle(worker)
    with pytest.raises(Refused) as error:
        await rig.decide(await first_id(rig), "retry")
    assert error.value.code == "wrong_state"


async def test_a_dry_run_says_when_and_what_is_wrong_and_stores_nothing(rig: Rig) -> None:
    await rig.add_target()
    series = await rig.add_series(episodes=3)
    (rig.folder / f"{series.episode_ids[1]}.mp4").unlink()
    await rig.admin.execute("delete from uploads.media_files where episode_id = $1", series.episode_ids[2])
    wish = ScheduleSeries(title_id=series.title_id, choices=CHOICES, requested_by="anna")
    seen = await rig.asked.dry_run(wish)
    assert [slot.problems for slot in seen.slots] == [(), ("file_missing",), ("not_downloaded",)]
    assert [slot.video_title for slot in seen.slots] == [f"Show - Episode {n}" for n in (1, 2, 3)]
    assert seen.problems == ("not_downloaded",)
    first = seen.slots[0].planned_at
    assert first is not None
    assert [slot.planned_at for slot in seen.slots] == [first + n * HOUR for n in range(3)]
    assert await rig.rows("u.id") == []
    assert (await rig.schedule(series, download_first=True)).starts_at == first
