"""Where a catalogue answers now: the first of its addresses that does, and wherever that has moved."""

import structlog
from yarl import URL

from wellspring_common.errors import Permanent, WellspringError
from wellspring_common.fetch.page import Request

from .reading import Reader

GONE = frozenset({"dns", "connect", "tls", "timeout", "not_found", "blocked_address"})
"""What means that nobody is at home. A name server may answer for a dead name with an address of its own."""
MOST_MOVES = 5
_FRONT_BYTES = 64 * 1024
_MOVED = frozenset({301, 308})
_ENDS_IT = frozenset({"blocked", "crawl_timeout", "throttled"})

log = structlog.get_logger(__name__)


async def base_in_use(reader: Reader, base_urls: tuple[str, ...]) -> str:
    """Return the address, without a slash at its end, under which the catalogue is to be read.

    Raises why the first one is gone where all are, and `blocked` where a bot wall answers.
    """
    first: WellspringError | None = None
    for given in base_urls:
        try:
            return await _arrived(reader, given.rstrip("/"))
        except WellspringError as error:
            if error.code not in GONE:
                raise
            log.warning("catalogue.gone", base_url=given, code=error.code)
            first = first or error
    if first is None:
        raise Permanent("The catalogue has no address.", code="bad_url")
    if first.code == "not_found":  # an API need not have a front page: its lists say more
        return base_urls[0].rstrip("/")
    raise first


async def _arrived(reader: Reader, base: str) -> str:
    for _ in range(MOST_MOVES + 1):
        moved = await _moved_to(reader, base)
        if moved is None:
            return base
        log.info("catalogue.moved", base_url=base, to=moved)
        base = moved
    raise Permanent(f"The catalogue has moved more than {MOST_MOVES} times.", code="too_many_redirects")


async def _moved_to(reader: Reader, base: str) -> str | None:
    """Return where the front page has moved for good, if it says so and that is another host."""
    try:
        page = await reader.page(Request(f"{base}/", follow=False, max_bytes=_FRONT_BYTES, cut=True))
    except WellspringError as error:
        if error.code in GONE | _ENDS_IT:
            raise
        return None  # somebody is there: the lists say the rest
    if page.status not in _MOVED:
        return None
    try:
        target = URL(f"{base}/").join(URL(page.headers.get("location", "").strip()))
        origin = str(target.origin())
    except (ValueError, UnicodeError):
        return None
    own = URL(f"{base}/")
    if target.scheme not in {"http", "https"} or origin == str(own.origin()):
        return None
    path = own.path.rstrip("/")
    return f"{origin}{path}"
