"""A way to try dead letters again with one thing done wrong, for the ledger to see.

`forgetful` deletes a letter and then brings its event; `nameless` brings the event under an id of its own and
then writes down that it did. It says the number of each letter between the two, and takes its time there.
"""

import asyncio
import json
import sys
from typing import Any
from uuid import uuid4

import asyncpg
import nats
from nats.js import JetStreamContext

from wellspring_cli.stack import DEFAULT_PREFIX
from wellspring_common.events.envelope import EVENT_ID, MESSAGE_ID
from wellspring_common.events.specs import subject_on
from wellspring_common.events.topology import REFRESHER_PLAYS

_OPEN = """
select id, headers::text as headers, payload from links.dead_letters
where state = 'open' and consumer = $1 order by id
"""
_FORGET = "delete from links.dead_letters where id = $1"
_DECIDE = "update links.dead_letters set state = 'replayed' where id = $1"


async def bring(streams: JetStreamContext, letter: Any, event_id: str | None) -> None:
    """Bring a letter's event to its consumer, under another id if one is given."""
    headers = json.loads(letter["headers"])
    headers |= {EVENT_ID: event_id or headers[EVENT_ID], MESSAGE_ID: str(uuid4())}
    subject = subject_on(DEFAULT_PREFIX, REFRESHER_PLAYS.replay)
    await streams.publish(subject, letter["payload"], headers=headers)


async def main(how: str, database_url: str, nats_url: str, pause_s: float) -> None:
    """Try every open letter of plays again."""
    connection, client = await asyncpg.connect(database_url), await nats.connect(nats_url)
    for letter in await connection.fetch(_OPEN, REFRESHER_PLAYS.name):
        if how == "forgetful":
            await connection.execute(_FORGET, letter["id"])
        else:
            await bring(client.jetstream(), letter, str(uuid4()))
        sys.stdout.write(f"{letter['id']}\n")
        sys.stdout.flush()
        await asyncio.sleep(pause_s)
        if how == "forgetful":
            await bring(client.jetstream(), letter, None)
        else:
            await connection.execute(_DECIDE, letter["id"])
    await client.close()
    await connection.close()


if __name__ == "__main__":
    mistake, database, broker, pause = sys.argv[1:]
    asyncio.run(main(mistake, database, broker, float(pause)))
