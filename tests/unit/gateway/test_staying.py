"""Who is sent away while they listen, and who is asked how often."""

from wellspring_common.errors import DependencyDown
from wellspring_gateway.listener import Listener
from wellspring_gateway.staying import Stay, send_away


async def test_one_answer_counts_for_all_who_came_in_the_same_way() -> None:
    asked: list[str] = []

    async def no() -> bool:
        asked.append("no")
        return False

    async def yes() -> bool:
        asked.append("yes")
        return True

    gone, there = [Listener("sse"), Listener("websocket")], Listener("sse")
    for listener in (*gone, there):
        listener.hear(b"secret")
    await send_away([*((each, Stay("grace", no)) for each in gone), (there, Stay("ada", yes))])
    assert asked == ["no", "yes"]
    assert [(each.ended, each.refused, each.dropped) for each in gone] == [(True, True, False)] * 2
    assert [await each.heard(within_s=0) for each in gone] == [[], []]
    assert (there.ended, await there.heard(within_s=0)) == (False, [b"secret"])


async def test_while_nobody_can_say_everybody_stays() -> None:
    async def away() -> bool:
        raise DependencyDown("Postgres does not answer.")

    listener = Listener("sse")
    await send_away([(listener, Stay("grace", away))])
    assert not listener.ended
