"""The SQL of lists of titles: only the conditions that are wanted, so that each plan fits its question."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from ..domain.listing import COUNTED, After, Sort, Wanted
from ..domain.searching import ANYWHERE, TITLE, TOLD, Asked
from .queries import LIVE, POSTER

FOLD = """
select f.key, array(
    select catalog.search_split(word) from regexp_split_to_table(f.key, ' +') with ordinality as w (word, at)
    where word <> '' order by at
) as words
from (select catalog.search_fold($1) as key) as f
"""

_SHOWN = f"""
select page.sort_key, t.id, t.slug, t.title, t.original_title, t.year, t.kind, t.genres, t.synopsis, t.score,
    t.status, t.language, t.created_at,
    (select count(*) from catalog.episodes as e where e.title_id = t.id) as episode_count,
    first.id as first_episode,
    {LIVE.format(episode="first.id")} as live_links,
    {POSTER.format(title="t.id")}{{more}}
from page
join catalog.titles as t on t.id = page.id
left join lateral (
    select e.id from catalog.episodes as e where e.title_id = t.id order by e.season, e.number limit 1
) as first on true
order by page.at
"""  # noqa: S608  (constants)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
HIGHEST = "\U0010ffff"
FIRST, MORE = 100, 500
"""How many names that begin like the query are looked at, and how many that hold its words."""

# expression, as text for the cursor, direction
_ORDERS = {
    Sort.NEWEST: ("t.created_at", "(extract(epoch from t.created_at) * 1000000)::bigint::text", "desc"),
    Sort.TITLE: ("t.search_key", "t.search_key", "asc"),
    Sort.YEAR: ("coalesce(t.year, 0)", "coalesce(t.year, 0)::text", "desc"),
    Sort.SCORE: ("coalesce(t.score, -1)", "coalesce(t.score, -1)::text", "desc"),
}


class Statement:
    """A statement and its values, which grow together."""

    def __init__(self, wanted: Wanted) -> None:
        self.sql = ""
        self.values: list[Any] = []
        self._filters = self._filtered(wanted)

    def value(self, value: Any) -> str:
        """Return the place of a value."""
        self.values.append(value)
        return f"${len(self.values)}"

    def where(self, *more: str) -> str:
        """Return the conditions that every title of the list meets."""
        return " and ".join(("t.deleted_at is null", *self._filters, *more))

    def _filtered(self, wanted: Wanted) -> list[str]:
        found = [
            f"t.{column} = {self.value(value)}"
            for column in ("kind", "language", "status")
            if (value := getattr(wanted, column)) is not None
        ]
        if wanted.year is not None:  # as the index has it
            found.append(f"coalesce(t.year, 0) = {self.value(wanted.year)}")
        if wanted.genre is not None:
            found.append(f"t.genres @> array[{self.value(wanted.genre)}::text]")
        return found

    def words(self, asked: Asked, weights: str) -> str:
        """Return the words of a query as Postgres searches for them."""
        return f"to_tsquery('simple', {self.value(asked.tsquery(weights))})"


def sorted_page(wanted: Wanted, asked: Asked | None, after: After | None) -> Statement:
    """Return a page in the order of a column, one row longer than wanted: that one tells of a next page."""
    statement = Statement(wanted)
    key, text, way = _ORDERS[wanted.sort]
    more = [f"t.search @@ {statement.words(asked, ANYWHERE)}"] if asked is not None else []
    if after is not None:
        place = statement.value(_typed(wanted.sort, after.key)), statement.value(after.id)
        more.append(f"({key}, t.id) {'<' if way == 'desc' else '>'} ({place[0]}, {place[1]})")
    order = f"{key} {way}, t.id {way}"
    statement.sql = f"""
    with page as (
        select t.id, {text} as sort_key, row_number() over (order by {order}) as at
        from catalog.titles as t
        where {statement.where(*more)}
        order by {order}
        limit {wanted.limit + 1}
    ){_SHOWN.format(more="")}"""  # noqa: S608  (constants)
    return statement


def counted(wanted: Wanted, asked: Asked | None) -> Statement:
    """Return how many titles there are, counted only so far."""
    statement = Statement(wanted)
    more = [f"t.search @@ {statement.words(asked, ANYWHERE)}"] if asked is not None else []
    # in the order of an index: the newest titles are in memory, while a scan reads the table each time
    order = "order by t.created_at desc, t.id desc" if asked is None else ""
    statement.sql = f"""
    select count(*) from (
        select from catalog.titles as t where {statement.where(*more)} {order} limit {COUNTED + 1}
    ) as counted"""  # noqa: S608  (constants)
    return statement


def best_page(wanted: Wanted, asked: Asked, after: After | None) -> Statement:
    """Return a page of what fits best: the title itself, its beginning, its words, then what is told of it.

    A score depends on nothing but its row, so a page that is asked for later goes on where this one ends.
    """
    statement = Statement(wanted)
    key, end = statement.value(asked.key), statement.value(asked.key + HIGHEST)
    all_words = statement.words(asked, ANYWHERE)
    title, told = statement.words(asked, TITLE), statement.words(asked, TOLD)
    begins = f"t.search_key >= {key} and t.search_key < {end}"
    # the index has names only: asked without their weights it needs no second look at each row
    named = "ts_filter(t.search, '{a,b}') @@ " + all_words
    # what is only told of is looked at where there are not enough names
    parts = f"""
    begun as materialized (
        select t.id from catalog.titles as t where {statement.where(begins)}
        order by t.search_key, t.id limit {FIRST}
    ),
    named as materialized (select t.id from catalog.titles as t where {statement.where(named)} limit {MORE}),
    told as (
        select t.id from catalog.titles as t where {statement.where(f"t.search @@ {all_words}")}
        limit {MORE} - (select count(*) from named)
    ),
    found as materialized (
        select id, min(at) as at
        from (
            select id, 0 as at from begun union all select id, 1 from named union all select id, 2 from told
        ) as every
        group by id
    ),
    """  # noqa: S608  (constants)
    behind = ""
    if after is not None:
        behind = f"where (score, id) < ({statement.value(int(after.key))}, {statement.value(after.id)})"
    statement.sql = f"""
    with {parts}
    scored as (
        select found.id, one.score from found
        cross join lateral (  -- one by one: a guess at how many there are reads the whole table instead
            select 1000 - least(length(t.title), 300) + 1000 * case
                when t.search_key = {key} then 7
                when {begins} and starts_with(t.search_key, {key} || ' ') then 6
                when {begins} then 5
                when found.at < 2 and t.search @@ {title} then 4
                when found.at < 2 then 3
                when t.search @@ {told} then 2
                else 1
            end as score
            from catalog.titles as t where t.id = found.id limit 1
        ) as one
    ),
    page as (
        select id, score::text as sort_key, row_number() over (order by score desc, id desc) as at
        from scored {behind}
        order by score desc, id desc
        limit {wanted.limit + 1}
    ){_SHOWN.format(more=", (select count(*) from found) as found")}"""  # noqa: S608  (constants)
    return statement


def _typed(sort: Sort, key: str) -> Any:
    if sort is Sort.TITLE:
        return key
    number = Decimal(key)
    if sort is Sort.NEWEST:
        return _EPOCH + int(number) * _MICROSECOND
    return int(number) if sort is Sort.YEAR else number


NEW_TITLES = """
select coalesce((select max(id) from catalog.titles), 0) > (select title_id from catalog.search_learned)
"""
# Rows get their ids before they are committed: a few of the older ones are read again.
_OVERLAP = 200
_NEWER = f"t.id > (select title_id from catalog.search_learned) - {_OVERLAP}"  # noqa: S608  (constants)
_WORDS = """
select what, word, count(*)::integer as titles from (
    select 'word' as what, unnest(tsvector_to_array(ts_filter(t.search, '{{a,b,c}}'))) as word
    from catalog.titles as t where t.deleted_at is null and {which}
    union all
    select 'genre', unnest(t.genres) from catalog.titles as t where t.deleted_at is null and {which}
    union all
    select 'language', t.language from catalog.titles as t
    where t.deleted_at is null and t.language is not null and {which}
) as said
where word <> '' and length(word) <= 100
group by what, word
order by what, word
"""
LOCK_WORDS = "select pg_advisory_xact_lock(hashtextextended('catalog.search_words', 0))"
LEARN = f"""
insert into catalog.search_words as held (what, word, titles)
{_WORDS.format(which=_NEWER)}
on conflict do nothing
"""
LEARNED = "update catalog.search_learned set title_id = greatest(title_id, $1)"
NEWEST_ID = "select coalesce(max(id), 0) from catalog.titles"
# Only what changed is written: the planner's statistics of the rest stay true.
LEARN_ALL = f"""
with fresh as materialized ({_WORDS.format(which="true")}),
gone as (
    delete from catalog.search_words as held
    where not exists (select from fresh where fresh.word = held.word and fresh.what = held.what)
)
insert into catalog.search_words as held (what, word, titles)
select what, word, titles from fresh
on conflict (word, what) do update set titles = excluded.titles where held.titles <> excluded.titles
"""  # noqa: S608  (constants)

_SAID = """
array(
    select word from catalog.search_words where what = '{what}' order by lower(word), word limit 500
) as {what}s
"""
CHOICES = f"""
select (select coalesce(max(id), 0) from catalog.titles) as newest, title_id as learned,
    {_SAID.format(what="genre")}, {_SAID.format(what="language")}
from catalog.search_learned
"""  # noqa: S608  (constants)
KNOWN = """
select word from catalog.search_words where what = 'word' and word = any($1::text[])
union all
(
    select $2 from catalog.search_words
    where what = 'word' and word >= $2 and word < $2 || $3 limit 1
)
"""
# Letters that changed places share too few triples: those readings are looked up as they are.
LOOK_LIKE = """
select set_config('pg_trgm.similarity_threshold', '0.25', true), set_config('enable_seqscan', 'off', true)
"""
LIKE = """
select asked.word as asked, near.word, near.titles
from unnest($1::text[]) as asked (word)
cross join lateral (
    select word, titles from catalog.search_words
    where what = 'word' and word % asked.word
    order by similarity(word, asked.word) desc, word
    limit 60
) as near
union
select asked.word, held.word, held.titles
from unnest($2::text[], $3::text[]) as asked (word, swapped)
join catalog.search_words as held on held.what = 'word' and held.word = asked.swapped
"""
