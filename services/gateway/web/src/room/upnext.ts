// The card of the next episode: inside its series, cancelled by a key, and off where somebody wants it so.

import { cardOf } from "../domain/upnext.ts";
import { h, replace } from "../element.ts";
import { t } from "../i18n.ts";
import type { PlayerAdapter } from "../player/adapter.ts";
import type { Told } from "./told.ts";

export interface UpNextOptions {
  told: Told;
  autoplay: () => boolean;
  /** Where the next one begins. */
  go: (url: string) => void;
  /** Tell whoever listens instead of looking: once, not each second. */
  say: (text: string) => void;
}

export class UpNext {
  readonly #place = h("div", { class: "upnext-place" });
  #player: PlayerAdapter | null = null;
  #endedAt: number | null = null;
  #cancelled = false;
  #gone = false;

  constructor(private readonly options: UpNextOptions) {}

  watch(player: PlayerAdapter, corner: HTMLElement): void {
    if (!this.options.told.next_url) return;
    this.#player = player;
    corner.append(this.#place);
    player.on("ended", () => {
      this.#endedAt = Date.now();
      this.tick();
    });
    for (const moment of ["seeked", "progress"] as const) {
      player.on(moment, () => {
        this.#endedAt = null;
        this.tick();
      });
    }
  }

  /** Whether a card is there to be closed. */
  get isOpen(): boolean {
    return this.#place.childElementCount > 0;
  }

  cancel(): void {
    this.#cancelled = true;
    this.tick();
  }

  /** Look at the clock again: once a second, and whenever the picture moves. */
  tick(): void {
    const player = this.#player;
    const url = this.options.told.next_url;
    if (!player || !url || this.#gone) return;
    const card = cardOf({
      position: player.position(), duration: player.duration(), outro: this.options.told.marks.outro?.start ?? null,
      endedAt: this.#endedAt, now: Date.now(),
    });
    // back before the end: the next time it is asked again
    if (card === null) this.#cancelled = false;
    if (card === null || this.#cancelled) return replace(this.#place);
    const counts = this.options.autoplay();
    if (counts && card.left === 0 && (this.#endedAt !== null || !player.isPaused())) {
      this.#gone = true;
      return this.options.go(url);
    }
    if (!this.isOpen) this.options.say(`${t("room.up_next")}: ${this.#label}`);
    replace(this.#place, this.#card(url, counts ? card.left : null));
  }

  get #label(): string {
    return this.options.told.next_label ?? t("room.next");
  }

  #card(url: string, left: number | null): HTMLElement {
    return h("section", { class: "upnext", "aria-label": t("room.up_next") },
      h("p", { class: "upnext-when" }, left === null ? t("room.up_next") : t("room.next_in", { count: left })),
      h("p", { class: "upnext-name" }, this.#label),
      h("p", { class: "upnext-do" },
        h("a", { class: "button button-small", href: url, "data-key": "upnext-go", click: (event) => this.#now(event, url) }, t("room.play_now")),
        h("button", { type: "button", class: "button button-quiet button-small", "data-key": "upnext-cancel", click: () => this.cancel() }, t("room.cancel"))));
  }

  #now(event: Event, url: string): void {
    event.preventDefault();
    this.#gone = true;
    this.options.go(url);
  }
}
