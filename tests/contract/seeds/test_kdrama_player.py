"""`kdrama-player.md`, line by line, against a running gateway."""

import json
import re
from typing import Any

import aiohttp

from tests.integration.gateway.running import Answer, Gateway, Visitor

from .quoting import Document

DOCUMENT = Document("kdrama-player.md")
GLORY = {"show": "The Glory", "ep": "1"}

FORM = {
    '- Show: "The Glory"': ("show", "The Glory"),
    "- Episode: 1": ("episode", "1"),
    "- 480p: https://vcloud.lol/abc123 (master link)": ("link480", "https://vcloud.lol/abc123"),
    "- 720p: https://vcloud.lol/def456 (master link)": ("link720", "https://vcloud.lol/def456"),
    "- 1080p: https://vcloud.lol/ghi789 (master link)": ("link1080", "https://vcloud.lol/ghi789"),
}
STORED = DOCUMENT.block(
    """
    "_id": "The Glory:1",
    "master": {
       "480": "https://vcloud.lol/abc123",
       "720": "https://vcloud.lol/def456",
       "1080": "https://vcloud.lol/ghi789"
     },
    """
)
ADDED = DOCUMENT.block(
    """
    {
     "status": "ok",
     "player_link": "/player?show=The Glory&ep=1"
    }
    """
)
MASTER = DOCUMENT.block(
    """
    {
     "status": "master",
     "links": {
       "480": "https://vcloud.lol/abc123",
       "720": "https://vcloud.lol/def456",
       "1080": "https://vcloud.lol/ghi789"
     },
     "server_info": {
       "server_count": 0,
       "needs_force_scrape": true,
       "message": "No cached servers found. Please use Force Scrape."
     }
    }
    """
)
CACHE = DOCUMENT.block(
    """
    "links": {
    "480": {
      "pixel": "https://pixeldrain.com/u/abc123",
      "fsl": "https://fsl.com/download/def456",
      "10gbps": "https://10gbps.com/file/ghi789"
    },
    "720": {
      "pixel": "https://pixeldrain.com/u/jkl012",
      "fsl": "https://fsl.com/download/mno345",
      "10gbps": "https://10gbps.com/file/pqr678"
    },
    "1080": {
      "pixel": "https://pixeldrain.com/u/stu901",
      "fsl": "https://fsl.com/download/vwx234",
      "10gbps": "https://10gbps.com/file/yz567"
    }
    },
    """
)
CACHED_INFO = DOCUMENT.block(
    """
    "server_info": {
        "server_count": 9,
        "needs_force_scrape": false
      }
    """
)
REMAINING = DOCUMENT.block(r"const remainingTimeMatch = data.message.match(/(\\d+\\.\\d+) minutes/);")
MASTER_OF_ROW = DOCUMENT.block(
    """
    ep_id = f"{row['show']}:{row['episode']}"
    master = {
        "480": row['link480'],
        "720": row['link720'],
        "1080": row['link1080']
    }
    """
)
MORE_QUALITIES = DOCUMENT.block(
    """
    if link360: master["360"] = link360.strip()
    if link1440: master["1440"] = link1440.strip()
    """
)


def members(block: str) -> dict[str, Any]:
    """Return the members that a quoted block shows of a JSON object."""
    found: dict[str, Any] = json.loads("{" + block.strip().rstrip(",") + "}")
    return found


async def upload(visitor: Visitor, text: str) -> Answer:
    form = aiohttp.FormData()
    form.add_field("file", text.encode(), filename="episodes.csv", content_type="text/csv")
    return await visitor.ask("POST", "/admin/bulk_import", data=form, headers={"X-CSRF-Token": visitor.csrf})


async def masters(gateway: Gateway, show: str, number: int) -> dict[str, str]:
    rows = await gateway.sql.fetch(
        """
        select s.quality, s.url from catalog.sources as s
        join catalog.episodes as e on e.id = s.episode_id join catalog.titles as t on t.id = e.title_id
        where t.title = $1 and e.number = $2 order by s.quality
        """,
        show,
        number,
    )
    return {str(row["quality"]): row["url"] for row in rows}


def test_no_address_of_the_document_is_without_a_quote() -> None:
    assert DOCUMENT.unquoted() == []
    assert len(DOCUMENT.quoted) > 20


@DOCUMENT.quotes("1. Admin opens: http://localhost:8000/admin", "2. Admin fills form:", *FORM)
async def test_the_form_has_the_documents_fields(gateway: Gateway) -> None:
    answer = await (await gateway.signed_in("operator")).page("/admin")
    assert answer.status == 200
    for name, _ in FORM.values():
        assert f'name="{name}"' in answer.text


@DOCUMENT.quotes("3. Server receives POST /admin/add_episode", "5. Server returns:")
async def test_an_episode_is_added_with_the_documents_answer(gateway: Gateway) -> None:
    operator = await gateway.signed_in("operator")
    answer = await operator.ask(
        "POST",
        "/admin/add_episode",
        data=dict(FORM.values()),
        headers={"X-CSRF-Token": operator.csrf},
    )
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json")
    assert answer.json == json.loads(ADDED)
    stored = members(STORED)
    show, _, number = stored["_id"].partition(":")
    assert await masters(gateway, show, int(number)) == stored["master"]


@DOCUMENT.quotes(
    "1. User opens: http://localhost:8000/player?show=The Glory&ep=1", "│ 1. GET /player?show=X&ep=Y"
)
async def test_the_player_opens_at_the_documents_address(gateway: Gateway) -> None:
    await gateway.add_episode()
    answer = await (await gateway.visitor()).page("/player", params=GLORY)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")


@DOCUMENT.quotes(
    "2. Browser requests: GET /get_link?show=The Glory&ep=1",
    "│ 3. GET /get_link?show=X&ep=Y",
    "4. Server returns master links:",
    "└─4b─→ If not cached → return master links",
)
async def test_without_a_cache_the_documents_master_links_are_answered(gateway: Gateway) -> None:
    await gateway.add_episode()
    answer = await (await gateway.visitor()).get("/get_link", params=GLORY)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json")
    assert answer.json == json.loads(MASTER)


@DOCUMENT.quotes(
    "6. Browser requests: GET /scrape?show=The Glory&ep=1",
    "│ 5. GET /scrape?show=X&ep=Y",
    '- Returns: {"status": "queued"}',
    "├─7─→ Add to scrape_queue",
)
async def test_a_scrape_is_queued_in_the_documents_words(gateway: Gateway) -> None:
    await gateway.add_episode()
    answer = await (await gateway.visitor()).get("/scrape", params=GLORY)
    assert answer.status == 200
    assert answer.json == json.loads('- Returns: {"status": "queued"}'.removeprefix("- Returns: "))
    assert await gateway.count("links.jobs") == 1


@DOCUMENT.quotes(
    "10. Browser requests: GET /get_link?show=The Glory&ep=1",
    "│ 13. GET /get_link?show=X&ep=Y",
    '"status": "cached",',
    "└─14─→ Return cached links (9 servers)",
)
async def test_with_a_cache_the_documents_nine_servers_are_answered(gateway: Gateway) -> None:
    episode, cache = await gateway.add_episode(), members(CACHE)["links"]
    await gateway.add_links(episode, {int(quality): servers for quality, servers in cache.items()})
    answer = await (await gateway.visitor()).get("/get_link", params=GLORY)
    assert answer.json == members('"status": "cached",') | members(CACHE) | members(CACHED_INFO)


@DOCUMENT.quotes(
    "├─6─→ Check cooldown (10-minute per-episode limit)", "│     └─→ If within cooldown → return error"
)
async def test_within_the_cooldown_the_page_of_the_document_reads_the_minutes(gateway: Gateway) -> None:
    episode, cache = await gateway.add_episode(), members(CACHE)["links"]
    await gateway.add_links(episode, {int(quality): servers for quality, servers in cache.items()})
    await gateway.add_job(episode, state="succeeded", minutes_ago=3)
    answer = await (await gateway.visitor()).get("/scrape", params=GLORY)
    expression = REMAINING.split("match(/")[1].split("/)")[0].replace("\\\\", "\\")
    minutes = re.search(expression, answer.json["message"])
    assert (answer.status, answer.json["status"]) == (429, "error")
    assert minutes is not None
    assert 6.8 < float(minutes[1]) <= 7.0


@DOCUMENT.quotes(
    '@app.post("/admin/bulk_import")',
    "async def bulk_import(file: UploadFile):",
    '"""Import episodes from CSV file"""',
    'return {"status": "ok", "imported": len(df)}',
)
async def test_a_csv_is_imported_with_the_documents_answer(gateway: Gateway) -> None:
    columns = re.findall(r"row\['(\w+)'\]", MASTER_OF_ROW)
    assert columns == ["show", "episode", "link480", "link720", "link1080"]
    lines = [",".join(columns)]
    lines += [",".join(("The Glory", str(number), *members(STORED)["master"].values())) for number in (1, 2)]
    answer = await upload(await gateway.signed_in("operator"), "\n".join(lines))
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json")
    assert {"status": "ok", "imported": 2}.items() <= answer.json.items()
    for number in (1, 2):
        assert await masters(gateway, "The Glory", number) == members(STORED)["master"]


@DOCUMENT.quotes('<input name="link360">360p:<br>', '<input name="link1440">1440p:<br>')
async def test_the_documents_further_qualities_are_taken(gateway: Gateway) -> None:
    operator = await gateway.signed_in("operator")
    fields = {name: f" https://vcloud.lol/{name} " for name in re.findall(r"if (\w+):", MORE_QUALITIES)}
    answer = await operator.ask(
        "POST",
        "/admin/add_episode",
        data={"show": "The Match", "episode": "1", **fields},
        headers={"X-CSRF-Token": operator.csrf},
    )
    assert answer.status == 200
    assert await masters(gateway, "The Match", 1) == {
        "360": "https://vcloud.lol/link360",
        "1440": "https://vcloud.lol/link1440",
    }
