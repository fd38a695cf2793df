"""The headers of links, and the secret of sealed addresses, in Postgres."""

from collections import OrderedDict

from wellspring_common.postgres import Database

from . import queries

KEPT = 500


class PostgresLinkHeaders:
    """What is stored beside links and never shown."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._secret: bytes | None = None
        self._known: OrderedDict[tuple[int, int], dict[str, str]] = OrderedDict()
        """Also of generations that are gone: who watches one plays on."""

    async def of(self, link_id: int, generation: int) -> dict[str, str] | None:
        """Return the headers that a link's server wants, or nothing for a generation that is gone."""
        key = (link_id, generation)
        if key not in self._known:
            async with self._database.connection() as connection:
                found = await connection.fetchval(queries.LINK_HEADERS, *key)
            if found is None:
                return None
            self._known[key] = {str(name): str(text) for name, text in found.items()}
            if len(self._known) > KEPT:
                self._known.popitem(last=False)
        return self._known.get(key)

    async def secret(self) -> bytes:
        """Return what the addresses of playlists' parts are sealed with: the same in every gateway."""
        if self._secret is None:
            async with self._database.connection() as connection:
                self._secret = bytes(await connection.fetchval(queries.SEALING_SECRET))
        return self._secret
