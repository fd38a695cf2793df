"""Everything around one picture, in Postgres."""

from wellspring_common.postgres import Database

from ..domain.pictures import poster_address
from ..watching import RoomFacts
from . import queries
from .marks import EPISODE, marks_of
from .subtitles import SUBTITLES, subtitles_of
from .watched import ONE, progress_of

_POSTER = f"""
select e.title_id, {queries.POSTER.format(title="e.title_id")}
from catalog.episodes as e where e.id = $1
"""  # noqa: S608  (constants)
_SUBTITLES = f"{SUBTITLES} where s.episode_id = $1 order by s.language, s.label, s.id"
_NO_MARKS = dict.fromkeys(("intro_start_s", "intro_end_s", "outro_start_s", "outro_end_s"))


class PostgresRooms:
    """What a player's page tells besides links."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, episode_id: int, user_id: int | None) -> RoomFacts:
        """Return what is known around an episode, and of whoever watches."""
        async with self._database.connection() as connection:
            poster = await connection.fetchrow(_POSTER, episode_id)
            subtitles = await connection.fetch(_SUBTITLES, episode_id)
            marks = await connection.fetchrow(EPISODE, episode_id)
            came = await connection.fetchrow(ONE, user_id, episode_id) if user_id is not None else None
        picture = poster_address(poster["title_id"], poster["poster"]) if poster is not None else None
        return RoomFacts(
            progress=progress_of(dict(came)) if came is not None else None,
            poster=picture,
            subtitles=[subtitles_of(dict(row)) for row in subtitles],
            marks=marks_of(dict(marks) if marks is not None else {**_NO_MARKS, "of": "none"}),
        )
