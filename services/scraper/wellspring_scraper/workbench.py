"""The scraper's workbench, for people who write definitions: one question at a time, without a broker.

Run as `python -m wellspring_scraper.workbench list | check FILE | try DEFINITION URL`. Prints one
JSON object, which `./wellspring sites` shows to people.
"""

import argparse
import asyncio
import json
import logging
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import structlog

from wellspring_common.clock import SystemClock
from wellspring_common.errors import WellspringError
from wellspring_common.fetch.fetcher import Fetcher
from wellspring_common.fetch.guard import Guard
from wellspring_common.settings import FetchSettings, SettingsError
from wellspring_common.tunables import Tunables

from .adapters.definition_files import DefinitionFiles
from .adapters.definitions import Definitions, NothingStored
from .adapters.robots import RobotsTxt
from .adapters.static import StaticRung
from .questions.answers import Answers
from .questions.trying import LISTS, Trial
from .settings import ScraperSettings

_YAML = frozenset({".yaml", ".yml"})


async def _answer(asked: argparse.Namespace) -> Mapping[str, Any]:
    settings, clock = ScraperSettings(), SystemClock()
    definitions = Definitions(DefinitionFiles(settings.definitions_dir), NothingStored())
    async with AsyncExitStack() as stack:
        fetcher = await stack.enter_async_context(Fetcher(Guard(FetchSettings().private_hosts)))
        rung = StaticRung(
            fetcher=fetcher,
            find=definitions.find,
            clock=clock,
            ttl_s=lambda: round(Tunables().link_ttl_hours * 3600),
        )
        trial = Trial(rung, fetcher, RobotsTxt(fetcher, fetcher.user_agent, clock), clock)
        answers = Answers(definitions, trial, default=lambda: Tunables().default_definition)
        match asked.verb:
            case "list":
                return await answers.list_all({})
            case "check":
                text = Path(asked.file).read_text(encoding="utf-8", errors="replace")  # noqa: ASYNC240
                return await answers.check({"text": text, "name": asked.file})
            case _:
                return await answers.try_out(_question(asked))


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
    return parser


def main() -> None:
    """Answer one question."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
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
