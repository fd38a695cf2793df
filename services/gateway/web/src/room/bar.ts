// The row under the picture: what keys do, for whoever has none.

import { SPEEDS } from "../domain/hotkeys.ts";
import { h } from "../element.ts";
import { t } from "../i18n.ts";
import { icon } from "./icons.ts";

export interface BarOptions {
  rate: number;
  onRate: (rate: number) => void;
  theatre: boolean;
  onTheatre: () => void;
  onPictureInPicture: () => void;
  onStats: () => void;
  /** null where nothing comes next. */
  autoplay: boolean | null;
  onAutoplay: (on: boolean) => void;
}

export class Bar {
  readonly #speed: HTMLSelectElement;
  readonly #theatre: HTMLButtonElement;
  readonly #stats: HTMLButtonElement;

  constructor(place: HTMLElement, options: BarOptions) {
    this.#speed = h("select", { change: () => options.onRate(Number(this.#speed.value)) },
      ...SPEEDS.map((speed) => h("option", { value: speed }, t("room.speed_value", { rate: speed }))));
    this.#theatre = button("theatre", options.onTheatre, true);
    this.#stats = button("stats", options.onStats, true);
    const autoplay = options.autoplay === null ? null : h("input", {
      type: "checkbox", checked: options.autoplay, change: (event) => options.onAutoplay((event.target as HTMLInputElement).checked),
    });
    const pip = document.pictureInPictureEnabled ? button("pip", options.onPictureInPicture) : null;
    place.append(
      h("label", { class: "room-choice", title: t("room.speed") }, h("span", { class: "room-word" }, t("room.speed")), this.#speed),
      autoplay === null ? "" : h("label", { class: "room-tick" }, autoplay, h("span", {}, t("room.autoplay"))),
      h("div", { class: "room-choice", id: "room-subtitles" }),
      h("div", { class: "room-do" }, this.#theatre, pip ?? "", this.#stats));
    this.rate(options.rate);
    this.theatre(options.theatre);
    this.stats(false);
  }

  /** The speed as it is now: one that the list lacks shows as none. */
  rate(rate: number): void {
    this.#speed.value = String(rate);
  }

  theatre(on: boolean): void {
    this.#theatre.setAttribute("aria-pressed", String(on));
  }

  stats(on: boolean): void {
    this.#stats.setAttribute("aria-pressed", String(on));
  }
}

function button(name: "theatre" | "pip" | "stats", click: () => void, pressable = false): HTMLButtonElement {
  return h("button", { type: "button", class: `button button-quiet button-small room-${name}`, "aria-pressed": pressable ? "false" : null, title: t(`room.${name}`), click },
    icon(name), h("span", { class: "room-word" }, t(`room.${name}`)));
}
