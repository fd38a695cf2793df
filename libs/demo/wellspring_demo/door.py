"""Where one host listens, and how it goes away and comes back."""

from aiohttp import web

GRACE_S = 0.2
"""How long a request may go on once the world ends."""


class Door:
    """The listening socket of one host; its port stays the same once it is bound."""

    def __init__(self, app: web.Application, host: str, port: int) -> None:
        self.port = port
        self._host = host
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=GRACE_S)
        self._site: web.TCPSite | None = None
        self._ready = False

    @property
    def closed(self) -> bool:
        """Whether nobody gets in."""
        return self._site is None

    async def open(self) -> None:
        """Listen; nothing happens when it listens already. Raises OSError when the port is taken."""
        if not self._ready:
            await self._runner.setup()
            self._ready = True
        if self._site is None:
            site = web.TCPSite(self._runner, self._host, self.port)
            await site.start()
            self._site = site
            self.port = int(self._runner.addresses[0][1])

    async def close(self) -> None:
        """Refuse every connection, as a machine does on which nothing listens."""
        if self._site is not None:
            site, self._site = self._site, None
            await site.stop()

    async def shut(self) -> None:
        """End for good."""
        await self._runner.cleanup()
