"""The resolver rung: yt-dlp in a child process, fenced in, with our own way out and no other."""

import asyncio
import contextlib
import importlib.util
import json
import os
import resource
import signal
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import structlog

from wellspring_common.errors import Permanent, Transient, WellspringError
from wellspring_common.events.live import Step
from wellspring_common.events.scrape import FoundLink, Problem, Rung, SourceRef, SourceResult
from wellspring_common.fetch.guard import Guard
from wellspring_common.fetch.resolve import Lookup, system_lookup

from ..domain.resolved import SERVER, candidates_of
from ..domain.routing import host_of
from ..ports import Scraped, Watch
from .beating import beating
from .egress import USER, Egress
from .source_run import LONGEST_DETAIL
from .static import StaticRung

WALL_S = 20.0
MOST_MEMORY = 400 * 1024 * 1024
MOST_CPU_S = 30
LARGEST_ANSWER = 4 * 1024 * 1024
_LONGEST_COMPLAINT = 16 * 1024

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class ResolverRung:
    """Asks yt-dlp about a page. `turn` is the browser's: the two never run at once."""

    static: StaticRung
    guard: Guard
    turn: asyncio.Semaphore
    extractors: str = "generic,html5"
    lookup: Lookup = system_lookup
    wall_s: float = WALL_S
    is_installed: Callable[[], bool] = field(default=lambda: importlib.util.find_spec("yt_dlp") is not None)

    async def scrape(self, source: SourceRef, watch: Watch, until: float) -> Scraped:
        """Return links and problems by the loop's time `until`, whatever is wrong with the page."""
        started = time.perf_counter()
        links: tuple[FoundLink, ...] = ()
        problems: tuple[Problem, ...] = ()
        try:
            info = await self._asked(source, watch, until)
            found = candidates_of(info)
            await watch.step(Step.FOUND, source, count=len(found))
            if not found:
                raise Permanent("yt-dlp found no video on the page.", code="drift")
            links, problems = await self.static.look_at(source, found, watch, until)
        except WellspringError as error:
            problems = (Problem(code=error.code, detail=error.message[:LONGEST_DETAIL], url=source.url),)
        result = SourceResult(
            source_id=source.source_id,
            quality=source.quality,
            rung=Rung.RESOLVER,
            links=links,
            problems=problems,
            pages=1,
            elapsed_ms=round((time.perf_counter() - started) * 1000),
        )
        return Scraped(result)

    async def _asked(self, source: SourceRef, watch: Watch, until: float) -> dict[str, Any]:
        if not self.is_installed():
            raise Permanent(
                "yt-dlp is not installed: add the extra `ytdlp` of wellspring-scraper.",
                code="resolver_unavailable",
            )
        url = str(self.guard.vet(source.url))

        said = partial(watch.step, Step.FETCHING, source, host=host_of(url), server=SERVER)
        await said()
        try:
            async with (
                beating(said),
                asyncio.timeout_at(until),
                self.turn,
                asyncio.timeout(self.wall_s),
                Egress(self.guard, self.lookup) as egress,
            ):
                return await self._run(url, egress)
        except TimeoutError:
            raise Transient("yt-dlp was not done in time.", code="timeout") from None

    async def _run(self, url: str, egress: Egress) -> dict[str, Any]:
        proxy = egress.url.replace("http://", f"http://{USER}:{egress.token}@", 1)
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "yt_dlp", "--ignore-config", "--no-plugin-dirs", "--no-cache-dir"),
            *("--ies", self.extractors, "--no-playlist", "--no-warnings", "--socket-timeout", "8"),
            *("--proxy", proxy, "-J", "--", url),
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=PIPE,
            env={"PATH": os.environ.get("PATH", ""), "HOME": "/nonexistent", "LANG": "C.UTF-8"},
            start_new_session=True,
        )
        try:
            _fence(child.pid)
            said, complaint = await _read(child)
            await child.wait()
        finally:
            await _end(child)
        if egress.latest is not None and child.returncode:
            raise egress.latest
        if child.returncode:
            raise _explained(complaint)
        try:
            found = json.loads(said)
        except (ValueError, RecursionError):
            raise Permanent("yt-dlp said nothing that can be read.", code="garbage") from None
        return found if isinstance(found, dict) else {}


def _fence(pid: int) -> None:
    """Cap a child's memory, which is plain Python and can live below a cap, and its time on the processor.

    The second is for a child whose scraper was killed: nobody else would end it.
    """
    with contextlib.suppress(OSError, ValueError, AttributeError):
        resource.prlimit(pid, resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        resource.prlimit(pid, resource.RLIMIT_CPU, (MOST_CPU_S, MOST_CPU_S))


async def _read(child: Process) -> tuple[bytes, bytes]:
    assert child.stdout is not None  # noqa: S101  (asked for above)
    assert child.stderr is not None  # noqa: S101  (it was opened with a pipe)
    complaint = asyncio.create_task(_drained(child.stderr))
    try:
        said = bytearray()
        while chunk := await child.stdout.read(64 * 1024):
            said += chunk
            if len(said) > LARGEST_ANSWER:
                raise Permanent("yt-dlp says more than can be read.", code="too_large")
        return bytes(said), await complaint
    finally:
        complaint.cancel()
        await asyncio.gather(complaint, return_exceptions=True)


async def _drained(stream: asyncio.StreamReader) -> bytes:
    kept = b""
    while chunk := await stream.read(4096):
        kept = (kept + chunk)[-_LONGEST_COMPLAINT:]
    return kept


async def _end(child: Process) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    await child.wait()


def _explained(complaint: bytes) -> WellspringError:
    lines = complaint.decode(errors="replace").strip().splitlines()
    text = next((line for line in reversed(lines) if line.startswith("ERROR")), lines[-1] if lines else "")
    log.info("resolver.failed", reason=text[:LONGEST_DETAIL])
    if "Unsupported URL" in text or "No video" in text:
        return Permanent("yt-dlp finds no video on the page.", code="drift")
    if "HTTP Error 404" in text or "HTTP Error 410" in text:
        return Permanent("The page is gone.", code="not_found")
    if "HTTP Error 403" in text:
        return Permanent("The page may not be seen.", code="forbidden")
    if "MemoryError" in complaint.decode(errors="replace"):
        return Permanent("yt-dlp needs more memory than it may have.", code="page_too_heavy")
    return Transient(f"yt-dlp failed: {text[:200]}", code="garbage")
