// What lies over the picture for a moment, in full screen too: words, a button, a card, figures.

import { h } from "../element.ts";

const FLASH_MS = 1100;

export class Over {
  readonly #flash = h("p", { class: "over-flash", "aria-hidden": "true", hidden: true });
  readonly #corner = h("div", { class: "over-corner" });
  readonly #figures = h("div", { class: "over-figures" });
  #timer = 0;

  /** Lie over the picture of a player. */
  cover(layer: HTMLElement): void {
    layer.append(this.#flash, this.#figures, this.#corner);
  }

  /** Lie over it no longer. */
  uncover(): void {
    for (const each of [this.#flash, this.#figures, this.#corner]) each.remove();
  }

  /** Say something for a second: what a key just did. */
  flash(text: string): void {
    this.#flash.textContent = text;
    this.#flash.hidden = false;
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => (this.#flash.hidden = true), FLASH_MS);
  }

  /** Where buttons and cards lie. */
  get corner(): HTMLElement {
    return this.#corner;
  }

  get figures(): HTMLElement {
    return this.#figures;
  }
}
