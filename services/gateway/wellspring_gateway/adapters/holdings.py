"""The library as the API edits it, all of it in Postgres."""

from wellspring_common.outbox import Outbox
from wellspring_common.postgres import Database

from ..holdings import Holdings
from .episodes import PostgresEpisodes
from .home import PostgresHome
from .job_list import PostgresJobList
from .saved import PostgresSaved
from .sources import PostgresSources
from .titles import PostgresTitles
from .watched import PostgresWatched


def postgres_holdings(database: Database, outbox: Outbox) -> Holdings:
    """Return everything that the API of the library needs."""
    return Holdings(
        titles=PostgresTitles(database, outbox),
        episodes=PostgresEpisodes(database, outbox),
        sources=PostgresSources(database, outbox),
        jobs=PostgresJobList(database),
        watched=PostgresWatched(database),
        home=PostgresHome(database),
        saved=PostgresSaved(database),
    )
