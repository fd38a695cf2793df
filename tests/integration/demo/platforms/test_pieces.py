"""Films that go up in pieces, in any order, as the vendor's own client sends them."""

import asyncio

import aiohttp
import pytest

from wellspring_demo.domain.platforms.boxes import tiny_film

from .customer import Answer, Customer

SIZE = 1_000_000
FILM = tiny_film(90, SIZE)


async def piece(customer: Customer, url: str, start: int, stop: int, total: int = SIZE) -> Answer:
    headers = {
        "Content-Type": "application/octet-stream",
        "Content-Range": f"bytes {start}-{stop - 1}/{total}",
        "Content-Disposition": 'attachment; filename="Ferry.mp4"',
    }
    return await customer.ask("POST", url, bearer="", data=FILM[start:stop], headers=headers)


async def address(customer: Customer) -> dict[str, str]:
    await customer.sign_in()
    return await customer.open()


async def test_pieces_in_any_order_make_the_whole(customer: Customer) -> None:
    opened = await address(customer)
    url = opened["upload_url"]
    last = await piece(customer, url, 600_000, SIZE)
    assert (last.status, last.headers["Range"]) == (202, f"600000-999999/{SIZE}")
    first = await piece(customer, url, 0, 300_000)
    assert first.headers["Range"] == f"0-299999,600000-999999/{SIZE}"
    progress = await customer.ask("GET", opened["progress_url"], bearer="")
    assert progress.body == {"state": "uploading", "size": SIZE, "received": 700_000}
    whole = await piece(customer, url, 300_000, 600_000)
    assert (whole.status, whole.body["duration"], whole.body["name"]) == (200, "90000", "Ferry")
    assert (await customer.create(whole.body["url"])).status == 201
    again = await piece(customer, url, 0, 300_000)
    assert (again.status, again.body) == (200, whole.body)


@pytest.mark.parametrize(
    ("start", "stop", "total"), [(0, 300_000, SIZE), (100_000, 400_000, SIZE), (400_000, 500_000, SIZE + 1)]
)
async def test_a_piece_that_is_there_or_does_not_fit_is_refused_with_what_is_there(
    customer: Customer, start: int, stop: int, total: int
) -> None:
    url = (await address(customer))["upload_url"]
    await piece(customer, url, 0, 300_000)
    refused = await piece(customer, url, start, stop, total)
    assert (refused.status, refused.headers["Range"]) == (416, f"0-299999/{SIZE}")


async def test_a_broken_piece_costs_only_itself(customer: Customer) -> None:
    await customer.control("dailymotion/settings", upload_hosts=["dailymotion-upload"])
    url = (await address(customer))["upload_url"]
    await piece(customer, url, 0, 500_000)
    customer.world.fault("dailymotion-upload", "cut_upload", at=0.5, times=1)
    with pytest.raises(aiohttp.ClientError):
        await piece(customer, url, 500_000, SIZE)
    assert (await piece(customer, url, 500_000, SIZE)).status == 200


async def test_pieces_may_come_at_once(customer: Customer) -> None:
    url = (await address(customer))["upload_url"]
    cuts = [(start, start + 100_000) for start in range(0, SIZE, 100_000)]
    answers = await asyncio.gather(*(piece(customer, url, *cut) for cut in cuts))
    assert sorted(answer.status for answer in answers) == [200, *[202] * 9]


async def test_a_host_that_takes_no_pieces_says_so_and_still_takes_a_form(customer: Customer) -> None:
    await customer.control("dailymotion/settings", chunked=False)
    url = (await address(customer))["upload_url"]
    assert (await piece(customer, url, 0, 300_000)).status == 400
    assert (await customer.send(url, FILM)).status == 200
