"""People who edit one title at the same time, each from what they read, and the books of their edits."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.chaos.claim import Claim, unheard
from tests.chaos.ledger import reading
from tests.chaos.truth import Mark, truth
from tests.support.running import Running

ANSWER_S = aiohttp.ClientTimeout(total=5)
PATIENCE_S = 120.0
BEGINNING = "Edited:"
OK, CREATED, CHANGED_MEANWHILE, FAILED = 200, 201, 412, 500


@dataclass
class Editors:
    """Each adds words of their own to a synopsis, and none may undo another's.

    `blind` editors do not say what their edit is based on, which is what a ledger has to see.
    """

    running: Running
    title_id: int
    blind: bool = False
    accepted: list[str] = field(default_factory=list)
    """Words whose edit was answered, or was found there when nobody answered."""
    unanswered: int = 0
    refused: int = 0
    """Edits that were based on what somebody else had changed by then."""

    async def edit(self, name: str, over: asyncio.Event) -> None:
        """Add one word after the other."""
        number = 0
        while not over.is_set():
            number += 1
            async with asyncio.timeout(PATIENCE_S):
                while not await self.added(f"{name}{number}"):
                    await asyncio.sleep(0.02)

    async def added(self, word: str) -> bool:
        """Try to add a word to what is there, and return whether it is there."""
        read = await self.read()
        return read is not None and await self.write(word, *read)

    async def read(self) -> tuple[str, str] | None:
        """Return the synopsis with its version, nothing where nobody answers."""
        found = await self._ask("GET")
        return (found[1]["synopsis"], found[2]) if found is not None and found[0] == OK else None

    async def write(self, word: str, synopsis: str, version: str) -> bool:
        """Add a word to a synopsis, and return whether it is there."""
        if word in synopsis.split():
            self.accepted.append(word)
            return True
        base = "*" if self.blind else version
        found = await self._ask("PATCH", json={"synopsis": f"{synopsis} {word}"}, headers={"If-Match": base})
        if found is None:
            return False
        self.refused += found[0] == CHANGED_MEANWHILE
        assert found[0] in {OK, CHANGED_MEANWHILE}, found
        if found[0] == OK:
            self.accepted.append(word)
        return found[0] == OK

    async def _ask(
        self, method: str, *, headers: dict[str, str] | None = None, **more: Any
    ) -> tuple[int, dict[str, Any], str] | None:
        operator = self.running.operator
        url = f"{self.running.url}/api/v1/titles/{self.title_id}"
        sent = {**operator.headers, **(headers or {})}
        try:
            async with operator.session.request(
                method, url, headers=sent, timeout=ANSWER_S, **more
            ) as response:
                answer = await response.json(content_type=None)
                if response.status < FAILED:
                    return response.status, answer, response.headers.get("ETag", "")
        except (aiohttp.ClientError, ConnectionError, TimeoutError):
            pass
        self.unanswered += 1
        return None


async def editors_of(running: Running, title: str, *, blind: bool = False) -> Editors:
    """Return editors of a title that is new."""
    body = {"title": title, "kind": "series", "synopsis": BEGINNING}
    url = f"{running.url}/api/v1/titles"
    async with running.operator.session.post(url, json=body, headers=running.operator.headers) as response:
        assert response.status == CREATED, await response.text()
        return Editors(running, (await response.json())["id"], blind)


async def edited_claim(editors: Sequence[Editors], since: Mark, *, kills: int) -> Claim:
    """Return what became of edits: each word is there once, and each change was told once."""
    stack = editors[0].running.stack
    seen, ids = await truth(stack, since), [each.title_id for each in editors]
    async with reading(stack) as connection:
        rows = await connection.fetch("select id, synopsis from catalog.titles where id = any($1)", ids)
    words = {row["id"]: Counter(row["synopsis"].removeprefix(BEGINNING).split()) for row in rows}
    told: Counter[int] = Counter()
    for row in seen.rows:
        if row.subject == "catalog.changed" and row.payload["change"] == "changed":
            told[row.payload["title_id"]] += seen.copies[row.event_id]
    gone = [
        f"lost: {word} of {each.title_id}"
        for each in editors
        for word in each.accepted
        if not words[each.title_id][word]
    ]
    changes = {each.title_id: words[each.title_id].total() for each in editors}
    untold = sum(max(0, changes[title] - told[title]) for title in ids)
    missed = tuple(unheard(seen))
    committed = sum(len(each.accepted) for each in editors)
    return Claim(
        committed=committed,
        effects=committed - len(gone),
        lost=len(gone) + untold + len(missed),
        twice=sum(words[title].total() - len(words[title]) for title in ids)
        + sum(max(0, told[title] - changes[title]) for title in ids),
        kills=kills,
        redelivered=seen.deliveries - seen.messages,
        why=(*missed, *gone, *([f"untold: {untold}"] if untold else [])),
    )
