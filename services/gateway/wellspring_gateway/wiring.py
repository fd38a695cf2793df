"""Makes the gateway out of its settings."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import structlog

from wellspring_common.bus.nats.bus import open_bus
from wellspring_common.clock import Clock, SystemClock
from wellspring_common.events.topology import DEFINITIONS_BUCKET, SETTINGS_BUCKET
from wellspring_common.fetch.fetcher import Fetcher
from wellspring_common.fetch.guard import Guard
from wellspring_common.fetch.streams import Streams
from wellspring_common.inbox import Inbox, PostgresGraveyard
from wellspring_common.outbox import Outbox, Relay
from wellspring_common.postgres import open_database
from wellspring_common.probes import Readiness
from wellspring_common.runtime import Running
from wellspring_common.settings import FetchSettings, NatsSettings, PostgresSettings
from wellspring_common.tunables_watch import TunablesWatch

from .accounts import Accounts, Provider, Viewing
from .adapters.access import PostgresAccess
from .adapters.argon2 import Argon2Passwords
from .adapters.audit import AuditedDatabase, PostgresAudit
from .adapters.catalog import PostgresCatalog
from .adapters.catalogues import PostgresCatalogues
from .adapters.cleaning import PostgresCleaning
from .adapters.crawled import PostgresCrawled
from .adapters.definitions import PostgresDefinitions
from .adapters.editing import PostgresEditing
from .adapters.holdings import postgres_holdings
from .adapters.host_health import PostgresHostHealth
from .adapters.importing import PostgresImporting
from .adapters.jobs import PostgresJobs
from .adapters.letters import PostgresLetters
from .adapters.link_headers import PostgresLinkHeaders
from .adapters.listing import PostgresListing
from .adapters.marks import PostgresMarks
from .adapters.media import PACE, GuardedMedia
from .adapters.merges import PostgresMerges
from .adapters.outgoing import PostgresOutgoing
from .adapters.pictures import FetchedPictures
from .adapters.plays import PostgresPlays
from .adapters.posters import PostgresPosters
from .adapters.preferences import PostgresPreferences
from .adapters.probe_runs import PostgresProbeRuns
from .adapters.providers import switched_on
from .adapters.questions import ScraperQuestions
from .adapters.rooms import PostgresRooms
from .adapters.settings import PostgresReplies
from .adapters.settings import PostgresSettings as RuntimeSettings
from .adapters.streaming import PostgresStreaming
from .adapters.subtitles import FetchedSubtitles, PostgresSubtitles
from .adapters.templates import STATIC, Pages
from .adapters.tokens import PostgresTokens
from .adapters.trash import PostgresTrash
from .adapters.upload_book import PostgresDownloadList, PostgresUploadBook
from .adapters.uploader import BusUploader
from .adapters.users import PostgresUsers
from .addressing import Addressing
from .app import create_app
from .compat import Compat
from .crawling import Crawling
from .domain.budgets import Budgets
from .domain.plays import RateLimit
from .door import Door
from .handlers import Handlers
from .live import LiveHub
from .metadata import Metadata
from .publishing import Publishing
from .relays import Relays
from .retention import Retention
from .server import bound_socket, serve
from .settings import GatewaySettings, MetadataSettings, OidcSettings, PlaceSettings
from .states import States
from .sweeps import CleanSweep, Sweeps
from .upkeep import Upkeep
from .watching import Watching

SCHEMA = "catalog"

log = structlog.get_logger(__name__)


@asynccontextmanager
async def wire(readiness: Readiness) -> AsyncGenerator[Running]:
    """Open what the gateway needs and say what it does."""
    settings, place, clock = GatewaySettings(), PlaceSettings(), SystemClock()
    oidc = OidcSettings()
    guard = Guard(FetchSettings().private_hosts)
    held = bound_socket(settings.host, settings.port)
    async with (
        open_database(PostgresSettings(), service="gateway", kind=AuditedDatabase) as database,
        open_bus(NatsSettings(), service="gateway") as bus,
        Fetcher(guard) as fetcher,
        Fetcher(guard, pace=PACE) as viewing,
        Streams(guard) as streams,
    ):
        outbox = Outbox(SCHEMA)
        catalog, access, passwords = (
            PostgresCatalog(database, outbox),
            PostgresAccess(database),
            Argon2Passwords(),
        )
        listing, plays = PostgresListing(database), PostgresPlays(database, outbox)
        inbox = Inbox(SCHEMA)

        def vet(url: str) -> str:
            return str(guard.vet(url))

        catalogues = PostgresCatalogues(database, outbox, inbox, vet=vet)
        crawled = PostgresCrawled(database, outbox, inbox, vet=vet)
        handlers = Handlers(crawled=crawled, catalogues=catalogues, clock=clock)
        posters = PostgresPosters(database)
        sweeps = Sweeps(
            catalogues=catalogues, posters=posters, pictures=FetchedPictures(fetcher), clock=clock
        )
        definitions = PostgresDefinitions(database, outbox, bus.bucket(DEFINITIONS_BUCKET))
        crawling = Crawling(
            catalogues=catalogues,
            merges=PostgresMerges(database, outbox),
            definitions=definitions,
            questions=ScraperQuestions(bus),
            posters=posters,
        )
        letters = PostgresLetters(database)
        upkeep = Upkeep(
            trash=PostgresTrash(database, outbox),
            cleaning=PostgresCleaning(database, outbox),
            probes=PostgresProbeRuns(database, outbox),
            hosts=PostgresHostHealth(database),
        )
        holdings = postgres_holdings(database, outbox)
        graveyard = PostgresGraveyard(database, inbox)
        bucket = bus.bucket(SETTINGS_BUCKET)
        runtime, replies = RuntimeSettings(database, outbox, bucket), PostgresReplies(database)
        tunables = TunablesWatch(bus, bucket, keep_in=place.data_dir)
        states = States(
            catalog, clock=clock, tunables=lambda: tunables.current, kept_s=settings.answers_kept_s
        )
        live = LiveHub(bus, states)
        accounts = Accounts(
            keys=PostgresTokens(database),
            users=PostgresUsers(database),
            preferences=PostgresPreferences(database),
            audit=PostgresAudit(database),
            viewing=Viewing(tunables, runtime),
            budgets=Budgets(),
            provider=_provider(oidc, clock),
        )
        door = Door(
            catalog=catalog,
            listing=listing,
            jobs=PostgresJobs(database, outbox),
            plays=plays,
            access=access,
            accounts=accounts,
            passwords=passwords,
            runtime_settings=runtime,
            crawling=crawling,
            addressing=Addressing(
                media=GuardedMedia(viewing, streams),
                links=PostgresLinkHeaders(database),
                relays=Relays(idle_s=settings.relay_idle_seconds),
            ),
            outgoing=PostgresOutgoing(database),
            letters=letters,
            upkeep=upkeep,
            compat=Compat(PostgresStreaming(database), PostgresImporting(database, outbox)),
            metadata=Metadata(
                PostgresEditing(database, outbox),
                FetchedPictures(fetcher),
                switched_on(fetcher, MetadataSettings()),
            ),
            holdings=holdings,
            watching=Watching(
                PostgresRooms(database),
                PostgresSubtitles(database),
                FetchedSubtitles(fetcher),
                PostgresMarks(database),
            ),
            publishing=Publishing(
                BusUploader(bus), PostgresUploadBook(database), PostgresDownloadList(database)
            ),
            replies=replies,
            pages=Pages(),
            tunables=tunables,
            clock=clock,
            live=live,
            states=states,
            guard=guard,
            settings=settings,
            play_budget=RateLimit(most=settings.beacons_per_hour, window=timedelta(hours=1)),
            readiness=readiness,
            demo=place.demo,
        )
        cleaning = CleanSweep(cleaning=upkeep.cleaning, tunables=tunables, clock=clock)
        await _first_admin(door)
        app = create_app(door, static=str(STATIC), proxies=settings.proxies)

        retention = Retention(
            database,
            SCHEMA,
            clock,
            dated=(
                access,
                accounts.keys,
                accounts.audit,
                plays,
                catalogues,
                holdings.watched,
                posters,
                upkeep.trash,
                upkeep.cleaning,
            ),
            undated=(replies, listing),
        )

        yield Running(
            tasks={
                "http": lambda: serve(app, held, close_streams=live.close_all),
                "events": lambda: bus.consume(
                    replace(handlers.subscription(), ready=database.ping), graveyard
                ),
                "crawls": sweeps.crawl_due,
                "posters": sweeps.fetch_posters,
                "cleaning": cleaning.clean_due,
                "definitions": definitions.copy_to_bucket,
                "relay": Relay(database, bus, outbox, service="gateway").run,
                "letters": letters.watch,
                "live": live.run,
                "stays": live.ask_again,
                "settings": runtime.copy_to_bucket,
                "tunables": tunables.run,
                "purge": retention.run,
                "connection": bus.guard,
            },
            pings={"postgres": database.ping, "nats": bus.ping, "topology": bus.topology},
            # Pages, plays and wishes need no broker.
            spared=frozenset({"nats", "topology"}),
        )


async def _first_admin(door: Door) -> None:
    name, password = door.settings.admin_user, door.settings.admin_password
    if name is None or password is None or await door.access.any_user():
        return
    hashed = await door.passwords.hash(password.get_secret_value())
    if await door.access.add_first_admin(name, hashed) is not None:
        log.info("user.made", username=name, role="admin")


def _provider(settings: OidcSettings, clock: Clock) -> Provider | None:
    if not settings.issuer:
        return None
    from .adapters.oidc import OidcProvider  # noqa: PLC0415  (6 MB of cryptography, which few need)

    return OidcProvider(settings, clock)
