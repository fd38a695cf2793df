"""Reading back what a stream holds, without being one of its consumers."""

from collections import deque
from contextlib import suppress

from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig

from .cancellation import within
from .errors import AWAY, translated

_AT_ONCE = 50
_EMPTY_AFTER_S = 0.5
_FORGOTTEN_AFTER_S = 10.0
_WHOLE_S = 15.0


async def read_back(context: JetStreamContext, stream: str, pattern: str, most: int) -> list[Msg]:
    """Return the newest messages of a stream, oldest first. Raises `DependencyDown`."""
    kept: deque[Msg] = deque(maxlen=most)
    config = ConsumerConfig(ack_policy=AckPolicy.NONE, inactive_threshold=_FORGOTTEN_AFTER_S)
    try:
        async with within(_WHOLE_S):
            pull = await context.pull_subscribe(pattern, stream=stream, config=config)
            left = (await pull.consumer_info()).num_pending or 0
            while left > 0:
                messages = await pull.fetch(min(left, _AT_ONCE), timeout=_EMPTY_AFTER_S)
                kept.extend(messages)
                left -= len(messages)
    except TimeoutError:  # some were dropped while we read
        return list(kept)
    except AWAY as error:
        raise translated(error) from error
    with suppress(*AWAY):
        async with within(1):
            await pull.unsubscribe()
    return list(kept)
