"""All dashboards."""

from collections.abc import Mapping

from . import clients, freshness, platform, queues, scraping, uploads
from .panels import rendered

BOARDS = (freshness.BOARD, scraping.BOARD, queues.BOARD, uploads.BOARD, clients.BOARD, platform.BOARD)


def files() -> Mapping[str, str]:
    """Return the JSON of each dashboard, by file name."""
    return {f"{board.uid}.json": rendered(board) for board in BOARDS}
