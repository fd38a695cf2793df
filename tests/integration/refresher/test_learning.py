"""What is stored of a link's expiry: its evidence, and what its server has taught."""

from datetime import timedelta

from tests.integration.common.library import add_episode
from tests.integration.refresher.happenings import link
from tests.integration.refresher.rig import Rig
from wellspring_common.events.scrape import ExpiryBasis, FoundLink

HOUR = timedelta(hours=1)
SEEN = """
insert into links.lifetimes_seen (server, alive_for_s, dead_by_s, seen_at)
select $1, 3 * 3600 - 600, 3 * 3600, $2::timestamptz - n * interval '1 hour' from generate_series(1, $3) as n
"""


def guessed(server: str, rig: Rig) -> FoundLink:
    return link(server, f"https://{server}.example/a").model_copy(
        update={"expires_at": rig.now + 6 * HOUR, "expiry_evidence": "default"}
    )


async def stored(rig: Rig) -> dict[str, tuple[object, ...]]:
    rows = await rig.admin.fetch(
        "select server, expires_at - made_at, expiry_basis, expiry_evidence from links.links"
    )
    return {row[0]: tuple(row)[1:] for row in rows}


async def test_a_server_that_has_taught_enough_is_believed_and_the_others_are_guessed(rig: Rig) -> None:
    await rig.admin.execute(SEEN, "pixel", rig.now, 40)
    await rig.admin.execute(SEEN, "fsl", rig.now, 5)
    episode = await add_episode(rig.admin)
    await rig.scrape(episode, guessed("pixel", rig), guessed("fsl", rig))
    found = await stored(rig)
    low = timedelta(seconds=3 * 3600 - 600)
    assert found["pixel"] == (low, "learned", "learned: 2.8–3.0 h from 40 links of pixel")
    assert found["fsl"][1:] == ("default", "default")


async def test_evidence_is_kept_when_the_same_url_is_seen_again(rig: Rig) -> None:
    episode = await add_episode(rig.admin)
    said = {"expiry_basis": ExpiryBasis.ISSUED_AT, "expiry_evidence": "Sunset header"}
    await rig.scrape(episode, guessed("pixel", rig).model_copy(update=said))
    first = await stored(rig)
    rig.clock.advance(HOUR)
    await rig.scrape(episode, guessed("pixel", rig))
    assert await stored(rig) == first
    assert first["pixel"][1:] == ("issued_at", "Sunset header")
    other = guessed("pixel", rig).model_copy(update={"url": "https://pixel.example/b"})
    await rig.scrape(episode, other)
    assert (await stored(rig))["pixel"][1:] == ("default", "default")
