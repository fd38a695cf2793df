"""All that the hosts of one world share."""

import json
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from .domain.anime.drive import DriveDesk
from .domain.anime.exchange import Exchange
from .domain.anime.offers import Offer
from .domain.anime.shelf import Shelf
from .domain.anime.titles import Anime
from .domain.catalogue import SERVERS, Catalogue, Clip, Source, minted_source
from .domain.clock import WorldClock
from .domain.faults import Fault, FaultBook, fault_from
from .domain.issuing import Issuer
from .domain.links import LinkWriter
from .domain.request_log import RequestLog
from .domain.settings import WorldSettings
from .domain.shims import Tickets
from .door import Door
from .journal import Journal, world_secret
from .media.store import MediaStore
from .platforms.dailymotion.studio import Studio
from .platforms.peertube.studio import TubeStudio

CATALOGUE_FILE = Path(__file__).with_name("catalogue.json")


@dataclass
class WorldState:
    """The clock, the catalogue and the books of one world."""

    clock: WorldClock
    settings: WorldSettings
    catalogue: Catalogue
    issuer: Issuer
    journal: Journal
    media: MediaStore
    anime: Shelf
    exchange: Exchange
    drive: DriveDesk
    tickets: Tickets
    dailymotion: Studio
    peertube: TubeStudio
    faults: FaultBook = field(default_factory=FaultBook)
    log: RequestLog = field(default_factory=RequestLog)
    addresses: dict[str, str] = field(default_factory=dict)
    """Base URL of each host by name; filled once all are bound."""
    doors: dict[str, Door] = field(default_factory=dict)
    """Where each host listens."""
    moved: bool = False
    """Whether the first address of the anime catalogue sends everybody to the second."""
    minted: int = 0

    def mint(self, **wish: Any) -> Source:
        """Add a source that nobody seeded; raises ValueError or TypeError for a wish that makes no sense."""
        self.minted += 1
        source = minted_source(serial=self.minted, year=time.gmtime(self.clock.now()).tm_year, **wish)
        self.journal.append({"mint": asdict(source)})
        return self.catalogue.add(source)

    def is_batch(self, offer: Offer) -> bool:
        """Whether an offer is all episodes of a title in one file."""
        found = self.anime.by_post(offer.post_id)
        return found is not None and found[1] is None

    def let_happen(self, change: dict[str, Any]) -> Anime:
        """Let something happen to a title of the anime catalogue; raises ValueError when it cannot."""
        changed = self.anime.apply(change)
        self.journal.append({"anime": change})
        return changed

    async def move(self, how: str) -> None:
        """Move the anime catalogue to its second address: by `redirect`, by being `gone`, or not (`back`)."""
        if how not in {"redirect", "gone", "back"}:
            raise ValueError("how must be redirect, gone or back")
        self.moved = how == "redirect"
        await (self.doors["anime"].close() if how == "gone" else self.doors["anime"].open())

    def break_it(self, data: dict[str, Any]) -> Fault:
        """Switch a fault on; `kill_links` acts at once and leaves none. Raises ValueError."""
        fault = fault_from(data)
        if fault.kind == "kill_links":
            self.issuer.kill(fault.target)
            return fault
        return self.faults.add(fault)

    def page_url(self, source: Source) -> str:
        """The permanent page of a source."""
        return f"{self.addresses['site']}/v/{source.id}"

    def shim_url(self, source: Source, *, timed: bool = False) -> str:
        """A page that leads to the permanent page of a source, at once or after a while."""
        return f"{self.addresses['shim']}/{'t' if timed else 's'}/{source.id}"

    def script_page_url(self, source: Source) -> str:
        """The page of a source that shows its links only by script."""
        return f"{self.addresses['site']}/j/{source.id}"

    def size_of(self, source: Source) -> int:
        """Bytes of a source's file: its exact size once it is made, an estimate before."""
        clips = [self.catalogue.clip(source, server) for server in source.servers or SERVERS]
        return next(
            (size for clip in clips if (size := self.media.made_size(clip))), self.media.estimate(clips[0])
        )

    async def make_ready(self, source: Source) -> None:
        """Make the videos of a source."""
        for server in source.servers or SERVERS:
            await self.media.file(self.catalogue.clip(source, server))

    def seeded_clips(self) -> list[Clip]:
        """The files of all seeded titles, in the order in which a newcomer would meet them."""
        seeded = [source for source in self.catalogue.sources.values() if not source.stock]
        by_episode = sorted(seeded, key=lambda source: source.number)
        return [self.catalogue.clip(source, server) for source in by_episode for server in source.servers]

    def as_json(self) -> dict[str, Any]:
        """What `GET /state` shows."""
        return {
            "now": self.clock.now(),
            "offset_s": self.clock.offset_s,
            "rate": self.clock.rate,
            "settings": self.settings.as_json(),
            "faults": [asdict(fault) for fault in self.faults],
            "issued": self.issuer.issued,
            "media_made": self.media.made(),
            "requests": len(self.log),
            "sources": len(self.catalogue.sources),
            **self.addresses,
        }


def open_state(state_dir: Path, media: MediaStore) -> WorldState:
    """A world as its state folder remembers it; its clock and faults start anew."""
    state_dir.mkdir(parents=True, exist_ok=True)
    clock, settings = WorldClock(), WorldSettings()
    journal = Journal(state_dir / "journal.jsonl")
    secret = world_secret(state_dir / "secret")
    state = WorldState(
        clock=clock,
        settings=settings,
        catalogue=Catalogue(json.loads(CATALOGUE_FILE.read_text(encoding="utf-8"))),
        issuer=Issuer(LinkWriter(secret), settings, clock.now, journal.append),
        journal=journal,
        media=media,
        anime=Shelf(clock.now),
        exchange=Exchange(secret),
        tickets=Tickets(secret),
        dailymotion=Studio(state_dir / "dailymotion", secret, clock),
        peertube=TubeStudio(state_dir / "peertube", secret, clock),
        drive=DriveDesk(secret, clock.now, lambda: settings.lifetimes["drive"]),
    )
    kept = [entry for entry in journal.entries() if entry.get("expires", clock.now() + 1) > clock.now()]
    journal.rewrite(kept)
    for entry in kept:
        if "mint" in entry:
            state.catalogue.add(Source(**{**entry["mint"], "servers": tuple(entry["mint"]["servers"])}))
            state.minted += 1
        elif "anime" in entry:
            state.anime.apply(entry["anime"])
        else:
            state.issuer.recall(entry)
    return state
