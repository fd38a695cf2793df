// Everything around the picture that is not the choice of a link: hooked to the page by one call.

import type { Deed } from "../domain/hotkeys.ts";
import { byId, h } from "../element.ts";
import { clock, t } from "../i18n.ts";
import type { PlayerAdapter } from "../player/adapter.ts";
import { listenToKeys } from "../player/keys.ts";
import type { Link, Snapshot } from "../types.ts";
import { Bar } from "./bar.ts";
import { isTheatre, settleIn, speedUp, theatre } from "./habits.ts";
import { change, habits } from "./memory.ts";
import { Over } from "./over.ts";
import { Progress } from "./progress.ts";
import { readTold } from "./told.ts";

/** What the room may know of the page. */
export interface Room {
  snapshot: () => Snapshot;
  /** The link that plays. */
  current: () => Link | null;
  /** The player while its picture is seen. */
  player: () => PlayerAdapter | null;
}

export class Furniture {
  readonly #told = readTold();
  readonly #progress = new Progress(this.#told);
  readonly #over = new Over();
  readonly #bar: Bar;
  #player: PlayerAdapter | null = null;

  constructor(private readonly room: Room) {
    theatre(habits().theatre);
    this.#bar = new Bar(byId("room"), {
      rate: habits().rate, onRate: (rate) => this.#rate(rate),
      theatre: isTheatre(), onTheatre: () => this.#theatre(!isTheatre()),
      onPictureInPicture: () => this.#player?.togglePictureInPicture(), onStats: () => this.#stats(),
      autoplay: this.#told.next_url ? this.#autoplays() : null, onAutoplay: (autoplay) => change({ autoplay }),
    });
    byId("keys-open").addEventListener("click", () => this.#help());
    listenToKeys({ player: () => room.player(), around: (deed) => this.#around(deed) });
  }

  /** Take in a player that was just made, and hand it on: its first source begins where somebody stopped. */
  take(player: PlayerAdapter): PlayerAdapter {
    this.#player = player;
    this.#over.cover(player.layer());
    settleIn(player, this.#over);
    player.on("rate", (rate) => this.#bar.rate(rate));
    this.#progress.watch(player);
    this.#beginThere(player);
    return player;
  }

  #beginThere(player: PlayerAdapter): void {
    const { at, resumed } = this.#progress.beginning;
    if (at === 0) return;
    let begun = false;
    const load = player.load.bind(player);
    player.load = (source, position) => load(source, begun || position > 0 ? position : at);
    player.on("progress", (position) => {
      if (begun) return;
      begun = true;
      if (resumed) this.#sayResumed(position);
    });
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

  #autoplays(): boolean {
    return this.#told.autoplay ?? habits().autoplay;
  }

  #rate(rate: number): void {
    if (this.#player) this.#player.setRate(rate);
    else change({ rate });
  }

  #theatre(on: boolean): void {
    theatre(on);
    this.#bar.theatre(on);
  }

  #stats(): void {}

  #help(): void {
    byId<HTMLDialogElement>("keys").showModal();
  }

  /** Do what a key says; false where there is nothing to do. */
  #around(deed: Deed): boolean {
    const player = this.room.player();
    const { next_url: next, prev_url: previous } = this.#told;
    if (deed === "help") this.#help();
    else if (deed === "theatre") this.#theatre(!isTheatre());
    else if (deed === "next" && next) window.location.assign(next);
    else if (deed === "previous" && previous) window.location.assign(previous);
    else if (deed === "slower" && player) speedUp(player, -1);
    else if (deed === "faster" && player) speedUp(player, 1);
    else if (deed === "close" && isTheatre() && !player?.isFullscreen()) this.#theatre(false);
    else return false;
    return true;
  }
}
