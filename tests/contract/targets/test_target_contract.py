"""What every target does, whatever platform it is on: fakes and real adapters alike."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.contract.targets.grounds import MARKER, Ground, card_of, film_in
from wellspring_common.errors import Transient
from wellspring_common.uploading import Visibility
from wellspring_uploader.domain.refusals import (
    CredentialsRefused,
    OutcomeUnknown,
    QuotaReached,
    SessionLost,
)
from wellspring_uploader.ports.targets import Card, Film, Processing, Sent, Target


class Ear:
    """Hears how many bytes the platform has, and does something when it hears so the first time."""

    def __init__(self, first: Callable[[], None] | None = None) -> None:
        self.heard: list[int] = []
        self._first = first

    async def __call__(self, received: int) -> None:
        if self._first is not None and not self.heard:
            self._first()
        self.heard.append(received)


def breaking(ground: Ground, cut: Callable[[], None]) -> Ear:
    """An ear for a film whose next bytes will break off; a question for the position comes before them."""
    if ground.asks_first:
        return Ear(cut)
    cut()
    return Ear()


@pytest.fixture
def film(tmp_path: Path) -> Film:
    return film_in(tmp_path)


@pytest.fixture
def began() -> datetime:
    return datetime.now(UTC) - timedelta(seconds=1)  # noqa: TID251  (the platform's clock runs too)


async def sent_and_created(target: Target, film: Film, card: Card) -> str:
    session = await target.begin(film, card)
    return await made_of(target, await target.send(session, film, Ear()), card)


async def made_of(target: Target, sent: Sent, card: Card) -> str:
    """The video, which the last byte has made already on some platforms."""
    return await target.create(sent, card) if sent.video_id is None else sent.video_id


async def test_it_says_who_we_are(ground: Ground) -> None:
    account = await ground.target.test()
    assert account.name
    assert account.channel
    assert account.identity.endswith(account.channel) or f":{account.channel}@" in account.identity
    assert (await ground.target.test()).identity == account.identity
    assert ground.videos() == []


async def test_wrong_credentials_are_refused_by_that_name(ground: Ground) -> None:
    target = ground.stranger("wrong-secret-word")
    with pytest.raises(CredentialsRefused) as refused:
        await target.test()
    assert refused.value.code == "credentials_refused"
    assert "wrong-secret-word" not in refused.value.message


async def test_a_film_is_made_as_a_draft_and_published_by_its_id(
    ground: Ground, film: Film, began: datetime
) -> None:
    target, card, ear = ground.target, card_of(), Ear()
    sent = await target.send(await target.begin(film, card), film, ear)
    video_id = await made_of(target, sent, card)
    assert ear.heard == sorted(ear.heard)
    assert ear.heard[-1] == film.size_bytes
    (seen,) = ground.videos()
    assert (seen.id, seen.title, seen.is_public) == (video_id, card.title, False)
    assert sorted(seen.tags) == sorted(card.tags)
    assert MARKER in seen.tags
    (draft,) = await target.find(card, film, since=began)
    assert (draft.video_id, draft.is_published) == (video_id, False)
    for _ in range(2):
        await target.publish(video_id, card)
    assert ground.videos()[0].is_public
    ground.later(60)
    progress = await target.look(video_id)
    assert (progress.processing, progress.is_published) == (Processing.READY, True)
    assert progress.url
    (made,) = await target.find(card, film, since=began)
    assert made.is_published


async def test_a_private_film_is_published_as_a_private_one(ground: Ground, film: Film) -> None:
    card = card_of(visibility=Visibility.PRIVATE)
    video_id = await sent_and_created(ground.target, film, card)
    await ground.target.publish(video_id, card)
    ground.later(60)
    assert (await ground.target.look(video_id)).processing is Processing.READY
    assert not ground.videos()[0].is_public


async def test_after_a_connection_that_broke_off_at_most_the_film_is_sent_again(
    ground: Ground, film: Film, began: datetime
) -> None:
    target, card = ground.target, card_of()
    session = await target.begin(film, card)
    with pytest.raises(Transient) as broken:
        await target.send(session, film, breaking(ground, lambda: ground.cut_sending(0.5)))
    assert not isinstance(broken.value, OutcomeUnknown)
    assert ground.videos() == []
    if isinstance(broken.value, SessionLost):
        session = await target.begin(film, card)
    video_id = await made_of(target, await target.send(session, film, Ear()), card)
    assert [one.id for one in ground.videos()] == [video_id]
    assert len(await target.find(card, film, since=began)) == 1
    assert ground.received() <= 2 * film.size_bytes + 1_000


@pytest.mark.parametrize("made", [True, False])
async def test_a_lost_answer_is_an_unknown_outcome_and_looking_tells(
    ground: Ground, tmp_path: Path, began: datetime, made: bool
) -> None:
    target, card, film = ground.target, card_of(), film_in(tmp_path, size=100_000)
    session = await target.begin(film, card)
    sent = None
    if target.makes_by_sending:
        cut = breaking(ground, lambda: ground.cut_last_piece(made=made))
        with pytest.raises(OutcomeUnknown):
            await target.send(session, film, cut)
    else:
        sent = await target.send(session, film, Ear())
        ground.spoil_creation(made=made)
        with pytest.raises(OutcomeUnknown):
            await target.create(sent, card)
    found = await target.find(card, film, since=began)
    assert len(found) == len(ground.videos()) == made
    assert all(not one.is_published for one in found)
    if not made and sent is not None:
        assert await target.create(sent, card) == ground.videos()[0].id


async def test_tokens_that_end_on_the_way_are_renewed(ground: Ground, film: Film) -> None:
    target, card = ground.target, card_of()
    session = await target.begin(film, card)
    ground.end_tokens()
    sent = await target.send(session, film, Ear())
    ground.later(3 * 3600)
    video_id = await made_of(target, sent, card)
    ground.end_tokens()
    await target.publish(video_id, card)
    assert [one.id for one in ground.videos() if one.is_public] == [video_id]


async def test_a_token_that_is_refused_twice_ends_it(ground: Ground) -> None:
    ground.refuse_tokens()
    with pytest.raises(CredentialsRefused):
        await ground.target.test()


async def test_a_full_day_is_a_quota_and_leaves_no_video(ground: Ground, film: Film) -> None:
    target, card = ground.target, card_of()
    ground.fill_quota()
    with pytest.raises(QuotaReached) as refused:
        await sent_and_created(target, film, card)
    assert refused.value.raw
    assert ground.videos() == []


async def test_films_of_others_are_not_taken_for_ours(
    ground: Ground, tmp_path: Path, began: datetime
) -> None:
    target, card, film = ground.target, card_of(), film_in(tmp_path, size=50_000)
    other = film_in(tmp_path, seconds=90, size=50_000, name="other.mp4")
    await sent_and_created(target, other, card_of(marker="ws-ffffffffff"))
    await sent_and_created(target, film, card_of("Tides - Episode 2", marker="ws-eeeeeeeeee"))
    assert await target.find(card, film, since=began) == []
    ours = await sent_and_created(target, film, card_of(marker="by hand"))
    (found,) = await target.find(card, film, since=began)
    assert found.video_id == ours
    assert await target.find(card, film, since=began + timedelta(hours=1)) == []


async def test_our_own_is_found_whosever_clock_is_wrong(ground: Ground, film: Film, began: datetime) -> None:
    video_id = await sent_and_created(ground.target, film, card_of())
    for since in (began + timedelta(minutes=10), began - timedelta(hours=3)):
        (found,) = await ground.target.find(card_of(), film, since=since)
        assert found.video_id == video_id
    late = began - timedelta(days=3)
    assert await ground.target.find(card_of(), film, since=late, until=late) == []


async def test_what_is_discarded_is_gone_however_often(ground: Ground, film: Film) -> None:
    video_id = await sent_and_created(ground.target, film, card_of())
    for _ in range(2):
        await ground.target.discard(video_id)
    assert ground.videos() == []
    assert (await ground.target.look(video_id)).processing is Processing.GONE


async def test_a_film_that_the_platform_cannot_use_is_told(ground: Ground, film: Film) -> None:
    video_id = await sent_and_created(ground.target, film, card_of())
    assert (await ground.target.look(video_id)).processing is Processing.WORKING
    ground.spoil_film(video_id)
    ground.later(60)
    looked = await ground.target.look(video_id)
    assert looked.processing in {Processing.REJECTED, Processing.BROKEN}
    assert looked.detail


async def test_a_playlist_is_made_once_and_holds_a_video_once(ground: Ground, film: Film) -> None:
    target = ground.target
    video_id = await sent_and_created(target, film, card_of())
    first, again = await target.playlist("Tides - Season 1"), await target.playlist("Tides - Season 1")
    assert first == again
    for _ in range(2):
        await target.enlist(first, video_id)
    assert ground.playlists() == {"Tides - Season 1": [video_id]}
