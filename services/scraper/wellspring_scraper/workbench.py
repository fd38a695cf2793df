"""The scraper's workbench, for people who write definitions: one question at a time.

Run as `python -m wellspring_scraper.workbench list | check FILE | try DEFINITION URL | kept | replay PAGE`,
the last two with a broker. Prints one JSON object, which `./wellspring sites` shows to people.
"""

import argparse
import asyncio
import json
import logging
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

import structlog

from wellspring_common.bus.nats.bus import open_bus
from wellspring_common.clock import SystemClock
from wellspring_common.errors import Permanent, WellspringError
from wellspring_common.fetch.fetcher import Fetcher
from wellspring_common.fetch.guard import Guard
from wellspring_common.kept_pages import KeptPage, kept_pages
from wellspring_common.settings import FetchSettings, NatsSettings, SettingsError
from wellspring_common.tunables import Tunables

from .adapters.definition_files import DefinitionFiles
from .adapters.definitions import Definitions, NothingStored
from .adapters.resolver import ResolverRung
from .adapters.robots import RobotsTxt
from .adapters.static import StaticRung
from .questions.answers import Answers
from .questions.replaying import replayed
from .questions.trying import LISTS, Trial
from .settings import ScraperSettings
from .sites.loader import DefinitionError, load_definition

_YAML = frozenset({".yaml", ".yml"})


async def _answer(asked: argparse.Namespace) -> Mapping[str, Any]:
    settings, clock = ScraperSettings(), SystemClock()
    definitions = Definitions(DefinitionFiles(settings.definitions_dir), NothingStored())
    async with AsyncExitStack() as stack:
        guard = Guard(FetchSettings().private_hosts)
        fetcher = await stack.enter_async_context(Fetcher(guard))
        rung = StaticRung(
            fetcher=fetcher,
            find=definitions.find,
            clock=clock,
            ttl_s=lambda: round(Tunables().link_ttl_hours * 3600),
        )
        resolver = ResolverRung(rung, guard, asyncio.Semaphore(1), settings.extractors)
        trial = Trial(rung, fetcher, RobotsTxt(fetcher, fetcher.user_agent, clock), clock, resolver)
        answers = Answers(definitions, trial, default=lambda: Tunables().default_definition)
        match asked.verb:
            case "list":
                return await answers.list_all({})
            case "check":
                text = Path(asked.file).read_text(encoding="utf-8", errors="replace")  # noqa: ASYNC240  (one small file, of who waits for it)
                return await answers.check({"text": text, "name": asked.file})
            case "kept":
                return {"ok": True, "pages": [_shown(page) for page in await _kept(stack)]}
            case "replay":
                return await _replayed(asked, trial, definitions, await _kept(stack))
            case _:
                return await answers.try_out(_question(asked))


async def _kept(stack: AsyncExitStack) -> list[KeptPage]:
    bus = await stack.enter_async_context(open_bus(NatsSettings(), service="admin"))
    return await kept_pages(bus)


def _shown(page: KeptPage) -> dict[str, Any]:
    told = {"id": page.id, "definition": page.definition, "url": page.url, "step": page.step}
    return {**told, "at": page.at.isoformat(), "code": page.code, "bytes": len(page.body)}


async def _replayed(
    asked: argparse.Namespace, trial: Trial, definitions: Definitions, pages: list[KeptPage]
) -> Mapping[str, Any]:
    kept = next((page for page in pages if page.id.startswith(asked.page)), None)
    if kept is None:
        raise Permanent(f"No kept page has the id {asked.page}.", code="unknown_page")
    if asked.save:
        Path(asked.save).write_bytes(kept.body)  # noqa: ASYNC240  (one small file, of who waits for it)
    if asked.definition is None:
        return await replayed(trial, definitions.find(kept.definition), kept)
    text = Path(asked.definition).read_text(encoding="utf-8", errors="replace")  # noqa: ASYNC240  (one small file, of who waits for it)
    try:
        return await replayed(trial, load_definition(text, asked.definition), kept)
    except DefinitionError as error:
        mistakes = [asdict(one) for one in error.mistakes]
        return {"ok": False, "code": error.code, "detail": error.message, "mistakes": mistakes}


def _question(asked: argparse.Namespace) -> dict[str, Any]:
    question = {"url": asked.url, "as": asked.as_what, "query": asked.query, "name": asked.definition}
    if Path(asked.definition).suffix in _YAML:
        text = Path(asked.definition).read_text(encoding="utf-8", errors="replace")
        return {**question, "text": text}
    return {**question, "definition": asked.definition}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="workbench", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("list")
    verbs.add_parser("check").add_argument("file")
    trying = verbs.add_parser("try")
    trying.add_argument("definition")
    trying.add_argument("url")
    trying.add_argument("--as", dest="as_what", choices=("source", "title", *LISTS))
    trying.add_argument("--query", default="")
    verbs.add_parser("kept")
    replaying = verbs.add_parser("replay")
    replaying.add_argument("page")
    replaying.add_argument("--definition")
    replaying.add_argument("--save")
    return parser


def main() -> None:
    """Answer one question."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    asked = _parser().parse_args()
    try:
        answer = asyncio.run(_answer(asked))
    except SettingsError as error:
        sys.exit(error.message)
    except WellspringError as error:
        answer = {"ok": False, "code": error.code, "detail": error.message}
    except OSError as error:
        answer = {"ok": False, "code": "unreadable", "detail": str(error)}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
