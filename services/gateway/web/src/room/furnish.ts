// Everything around the picture that is not the choice of a link: hooked to the page by one call.

import type { Deed } from "../domain/hotkeys.ts";
import { preferred } from "../domain/keep.ts";
import { byId, h } from "../element.ts";
import { clock, t } from "../i18n.ts";
import type { PlayerAdapter } from "../player/adapter.ts";
import { listenToKeys } from "../player/keys.ts";
import type { Lifetime } from "../lifetime.ts";
import type { Link, Snapshot } from "../types.ts";
import { autoplays, setAutoplay } from "./autoplay.ts";
import { Bar } from "./bar.ts";
import { Embeds } from "./embeds.ts";
import { isTheatre, settleIn, speedUp, theatre } from "./habits.ts";
import { change, habits } from "./memory.ts";
import { lastChoice, rememberChoice } from "./keep.ts";
import { tellSystem } from "./media.ts";
import { Over } from "./over.ts";
import { Progress } from "./progress.ts";
import { Skipping } from "./skip.ts";
import { Stats } from "./stats.ts";
import { Subtitles } from "./subtitles.ts";
import { readTold } from "./told.ts";
import { UpNext } from "./upnext.ts";

/** What the room may know of the page. */
export interface Room {
  snapshot: () => Snapshot;
  /** The link that plays. */
  current: () => Link | null;
  /** The player while its picture is seen. */
  player: () => PlayerAdapter | null;
  /** Show another episode of the series. */
  go: (url: string) => void;
}

export class Furniture {
  readonly #told = readTold();
  readonly #progress = new Progress(this.#told);
  readonly #over = new Over();
  readonly #bar: Bar;
  readonly #stats = new Stats(this.#over.figures, () => this.room.current());
  readonly #skipping = new Skipping(this.#told);
  readonly #upNext = new UpNext({
    told: this.#told, autoplay: autoplays, go: (url) => this.room.go(url),
    say: (text) => (byId("announcer").textContent = text),
  });
  /** What was watched before this page: it comes first here too. */
  readonly #choice = lastChoice(this.#told.title);
  readonly #subtitles: Subtitles;
  readonly #embeds: Embeds;
  #player: PlayerAdapter | null = null;

  constructor(private readonly room: Room, private readonly life: Lifetime) {
    theatre(habits().theatre);
    this.#bar = new Bar(byId("room"), {
      rate: habits().rate, onRate: (rate) => this.#rate(rate),
      theatre: isTheatre(), onTheatre: () => this.#theatre(!isTheatre()),
      onPictureInPicture: () => this.#player?.togglePictureInPicture(), onStats: () => this.#showStats(),
      autoplay: this.#told.next_url ? autoplays() : null, onAutoplay: (on) => setAutoplay(on, this.#told.signed_in),
    });
    this.#subtitles = new Subtitles(this.#told, this.#over, byId("room-subtitles"));
    this.#embeds = new Embeds({
      hosts: this.#told.embed_hosts, links: () => room.snapshot().links, onOpen: () => this.#player?.pause(), signal: life.signal,
    });
    byId("keys-open").addEventListener("click", () => this.#help());
    listenToKeys({ player: () => room.player(), around: (deed) => this.#around(deed) }, life.signal);
    life.every(1000, () => this.#tick());
  }

  /** Where the first source begins, in seconds: where somebody stopped, or where the address says. */
  get beginsAt(): number {
    return this.#progress.beginning.at;
  }

  /** The snapshot with the server and quality of the episode before in front. */
  arranged(snapshot: Snapshot): Snapshot {
    return { ...snapshot, links: preferred(snapshot.links, this.#choice) };
  }

  /** Take in a player, and hand it on. */
  take(player: PlayerAdapter): PlayerAdapter {
    this.#player = player;
    this.#over.cover(player.layer());
    settleIn(player, this.#over);
    player.on("rate", (rate) => this.#bar.rate(rate));
    this.#progress.watch(player, this.life.signal);
    this.#skipping.watch(player, this.#over.corner);
    this.#upNext.watch(player, this.#over.corner);
    this.#subtitles.watch(player);
    tellSystem(player, this.#told, (url) => this.room.go(url));
    let begun = false;
    player.on("progress", (position) => {
      if (!begun && this.#progress.beginning.resumed) this.#sayResumed(position);
      begun = true;
    });
    return player;
  }

  /** Another episode takes this one's place: keep how far somebody came, and take away what lies over the picture. */
  leave(): void {
    this.#progress.stop();
    this.#subtitles.leave();
    this.#embeds.close();
    this.#over.uncover();
  }

  /** Say over the picture which episode it is: in full screen there is no heading. */
  introduce(): void {
    this.#over.flash(this.#told.episode || this.#told.title);
  }

  #sayResumed(position: number): void {
    const line = byId("resumed");
    const again = () => {
      this.#progress.startOver();
      line.replaceChildren();
      byId("watch").querySelector<HTMLElement>(".video-js")?.focus();
    };
    line.replaceChildren(t("room.resumed", { time: clock(position) }), " ",
      h("button", { type: "button", class: "link-button", click: again }, t("room.start_over")));
  }

  #rate(rate: number): void {
    if (this.#player) this.#player.setRate(rate);
    else change({ rate });
  }

  #theatre(on: boolean): void {
    theatre(on);
    this.#bar.theatre(on);
  }

  #showStats(): void {
    this.#bar.stats(this.#stats.toggle(this.room.player()));
  }

  #tick(): void {
    this.#stats.tick(this.room.player());
    this.#bar.stats(this.#stats.isOpen);
    this.#upNext.tick();
    this.#skipping.tick();
    const link = this.room.current();
    if (link && this.#player && !this.#player.isPaused()) rememberChoice(this.#told.title, link);
  }

  #help(): void {
    byId<HTMLDialogElement>("keys").showModal();
  }

  /** Do what a key says; false where there is nothing to do. */
  #around(deed: Deed): boolean {
    const player = this.room.player();
    const { next_url: next, prev_url: previous } = this.#told;
    if (deed === "help") this.#help();
    else if (deed === "theatre") this.#theatre(!isTheatre());
    else if (deed === "stats" && player) this.#showStats();
    else if (deed === "captions") return this.#subtitles.toggle();
    else if (deed === "skip") return this.#skipping.skip();
    else if (deed === "next" && next) this.room.go(next);
    else if (deed === "previous" && previous) this.room.go(previous);
    else if (deed === "slower" && player) speedUp(player, -1);
    else if (deed === "faster" && player) speedUp(player, 1);
    else if (deed === "close") return this.#close();
    else return false;
    return true;
  }

  /** Close what was opened last: the card, the figures, theatre. Full screen is the browser's to leave. */
  #close(): boolean {
    if (this.#embeds.isOpen) this.#embeds.close();
    else if (this.#upNext.isOpen) this.#upNext.cancel();
    else if (this.#stats.isOpen) this.#showStats();
    else if (isTheatre() && !this.#player?.isFullscreen()) this.#theatre(false);
    else return false;
    return true;
  }
}
