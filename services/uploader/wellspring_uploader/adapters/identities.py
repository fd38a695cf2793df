"""Which channel a target is: nobody else's, and always the same once a film began to go there."""

import asyncpg

from wellspring_common.postgres import Connection

from ..domain.refusals import CredentialsRefused

_HAS_BEGUN = """
exists (select from uploads.uploads as u
    where u.target_id = t.id and (u.session <> '{}' or u.video_id is not null))
or exists (select from uploads.ledger as l where l.target_id = t.id)
"""
_KNOWN = f"""
select t.identity, {_HAS_BEGUN} as has_begun from uploads.targets as t where t.id = $1 for no key update
"""  # noqa: S608  (constant parts)
_FORGET = f"""
update uploads.targets as t set identity = null where t.id = $1 and not ({_HAS_BEGUN})
"""  # noqa: S608  (constant parts)
_CLAIM = "update uploads.targets set identity = $2, updated_at = now() where id = $1"
_OWNER = "select name from uploads.targets where identity = $1"
# What went out before channels had names of their own went to this one.
_TELL_LEDGER = "update uploads.ledger set identity = $2 where target_id = $1 and identity is null"


async def claim(connection: Connection, target_id: int, identity: str) -> None:
    """Keep which channel a target has signed in to. Whoever calls it is inside a transaction.

    Raises `CredentialsRefused` with `channel_taken` where another target is that channel, for two would send
    side by side and count one day twice; with `other_channel` where the target has films on another one,
    for there they would be looked for in vain.
    """
    known = await connection.fetchrow(_KNOWN, target_id)
    if known is None or known["identity"] == identity:
        return
    if known["identity"] is not None and known["has_begun"]:
        raise CredentialsRefused(
            f"This is the channel {_shown(identity)}, and this target publishes to "
            f"{_shown(known['identity'])}: add another target for it.",
            code="other_channel",
        )
    try:
        async with connection.transaction():
            await connection.execute(_CLAIM, target_id, identity)
    except asyncpg.UniqueViolationError:
        owner = await connection.fetchval(_OWNER, identity)
        raise CredentialsRefused(
            f"The target {owner!r} publishes to the channel {_shown(identity)} already: "
            "schedule there, or remove one of the two.",
            code="channel_taken",
        ) from None
    await connection.execute(_TELL_LEDGER, target_id, identity)


async def forget(connection: Connection, target_id: int) -> None:
    """Forget which channel a target was, for it is entered anew: unless something of ours is there already.

    Until it signs in again, the channel that it was by mistake is free for others.
    """
    await connection.execute(_FORGET, target_id)


def _shown(identity: str) -> str:
    return identity.partition(":")[2]
