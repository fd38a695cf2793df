// "Skip intro": a button while a marked stretch plays, and a key.

import { h, replace } from "../element.ts";
import { t } from "../i18n.ts";
import type { PlayerAdapter } from "../player/adapter.ts";
import { skippable, type Skip } from "../domain/marks.ts";
import type { Told } from "./told.ts";

export class Skipping {
  readonly #place = h("div", { class: "skip-place" });
  #player: PlayerAdapter | null = null;

  constructor(private readonly told: Told) {}

  watch(player: PlayerAdapter, corner: HTMLElement): void {
    this.#player = player;
    corner.append(this.#place);
    for (const moment of ["progress", "seeked", "paused"] as const) player.on(moment, () => this.tick());
  }

  /** Go behind the stretch that plays; false where none does. */
  skip(): boolean {
    const skip = this.#now();
    if (!skip || !this.#player) return false;
    this.#player.seekTo(skip.to);
    replace(this.#place);
    return true;
  }

  #now(): Skip | null {
    const player = this.#player;
    return player && skippable(this.told.marks, player.position(), player.duration());
  }

  /** Look where the picture is: whenever it moves, and once a second. */
  tick(): void {
    const skip = this.#now();
    replace(this.#place, skip && h("button", { type: "button", class: "button over-button", "data-key": "skip", click: () => this.skip() }, t(`room.skip_${skip.what}`)));
  }
}
