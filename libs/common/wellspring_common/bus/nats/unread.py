"""Settings of a consumer that nats-py drops when it reads them: some keep it from being brought anything."""

import json
from dataclasses import fields

from nats.js import JetStreamContext
from nats.js.api import ConsumerConfig

from .cancellation import within

_READ = frozenset(field.name for field in fields(ConsumerConfig))
_PATIENCE_S = 5.0


async def unread(context: JetStreamContext, stream: str, consumer: str) -> list[str]:
    """Return one line for each setting that only the server knows. We declare none of them."""
    subject = f"$JS.API.CONSUMER.INFO.{stream}.{consumer}"
    async with within(_PATIENCE_S):
        answer = await context._nc.request(subject, timeout=_PATIENCE_S)  # noqa: SLF001  (no other way to read all)
    config = json.loads(answer.data).get("config", {})
    return [
        f"{name}: declared None, the server has {value!r}"
        for name, value in sorted(config.items())
        if value and name not in _READ
    ]
