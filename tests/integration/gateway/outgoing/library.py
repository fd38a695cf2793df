"""Libraries to send out."""

from typing import Any

from tests.integration.gateway.running import Gateway

DIGEST = bytes(range(32))


async def add_title(gateway: Gateway, title: str, **values: Any) -> int:
    """Store a title and return its id."""
    known: dict[str, Any] = {"kind": "series", "title": title, "slug": title.lower().replace(" ", "-")}
    known |= values
    places = ", ".join(f"${place}" for place in range(1, len(known) + 1))
    sql = f"insert into catalog.titles ({', '.join(known)}) values ({places}) returning id"
    return int(await gateway.sql.fetchval(sql, *known.values()))


async def add_episode(gateway: Gateway, title: int, number: Any, *, season: int = 1, **values: Any) -> int:
    """Store an episode of a title, with a source in 720 lines, and return its id."""
    known: dict[str, Any] = {"title_id": title, "season": season, "number": number} | values
    places = ", ".join(f"${place}" for place in range(1, len(known) + 1))
    sql = f"insert into catalog.episodes ({', '.join(known)}) values ({places}) returning id"
    episode = int(await gateway.sql.fetchval(sql, *known.values()))
    await gateway.sql.execute(
        "insert into catalog.sources (episode_id, quality, url, definition)"
        " values ($1, 720, $2, 'vcloud'), ($1, 1080, $2, 'vcloud')",
        episode,
        f"https://vcloud.lol/{episode}",
    )
    return episode


async def add_titles(gateway: Gateway, how_many: int, **values: Any) -> None:
    """Store many titles, the first of them the newest, with one episode each."""
    await gateway.sql.execute(
        """
        with made as (
            insert into catalog.titles (kind, title, slug, genres, created_at)
            select $2, 'Title ' || lpad(n::text, 7, '0'), 'title-' || n, $3, now() - n * interval '1 second'
            from generate_series(1, $1::integer) as n
            returning id
        )
        insert into catalog.episodes (title_id, season, number) select id, 1, 1 from made
        """,
        how_many,
        values.get("kind", "series"),
        values.get("genres", []),
    )


async def add_poster(gateway: Gateway, title: int) -> str:
    """Store a picture of a title and return the digest in its address."""
    source = "https://p.example/1.jpg"
    await gateway.sql.execute("update catalog.titles set poster_url = $2 where id = $1", title, source)
    await gateway.sql.execute(
        "insert into catalog.posters (title_id, source_url, sha256, content_type, bytes, next_try_at)"
        f" values ($1, '{source}', $2, 'image/jpeg', $3, now() + interval '1 day')",
        title,
        DIGEST,
        b"picture",
    )
    return DIGEST.hex()[:16]


async def add_device(gateway: Gateway) -> str:
    """Make the token of a device by the API, and return it."""
    member = await gateway.signed_in("viewer")
    answer = await member.send("POST", "/api/v1/devices", {"name": "living room"})
    assert answer.status == 201, answer.text
    return str(answer.json["token"])
