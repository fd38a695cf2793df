// What lies over the picture and follows it into full screen: the menu of qualities and servers, and the line that says why it changed.

import { h, replace } from "../element.ts";
import { t } from "../i18n.ts";
import type { Frame } from "./adapter.ts";

const MENU_ID = "source-menu";
const LINE_MS = 8000;

export class Overlay {
  readonly #name = h("span", { "aria-hidden": "true" });
  readonly #button = h("button", {
    type: "button", class: "vjs-control vjs-button source-button", "aria-expanded": "false", "aria-controls": MENU_ID, click: () => this.#toggle(),
  }, this.#name, h("span", { class: "vjs-control-text" }, t("menu.servers")));
  readonly #list = h("div", {});
  readonly #menu = h("div", { class: "source-menu", id: MENU_ID, role: "group", "aria-label": t("menu.servers") }, this.#list);
  // the page's own line is the one that is read aloud
  readonly #line = h("p", { class: "source-line", "aria-hidden": "true" });
  #hiding: number | undefined;

  constructor({ layer, bar }: Frame, private readonly opened: () => void, signal: AbortSignal) {
    this.#menu.hidden = true;
    this.#line.hidden = true;
    bar.insertBefore(this.#button, bar.querySelector(".vjs-playback-rate, .vjs-picture-in-picture-control, .vjs-fullscreen-control"));
    layer.append(this.#line, this.#menu);
    layer.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || this.#menu.hidden) return;
      event.stopPropagation();
      this.close();
    }, { signal });
    document.addEventListener("pointerdown", (event) => {
      const target = event.target as Node;
      if (!this.#menu.contains(target) && !this.#button.contains(target)) this.close(false);
    }, { signal });
    signal.addEventListener("abort", () => [this.#line, this.#menu, this.#button].forEach((each) => each.remove()));
  }

  /** The list is drawn while somebody sees it. */
  draw(name: string, list: () => HTMLElement): void {
    if (this.#name.textContent !== name) this.#name.textContent = name;
    if (!this.#menu.hidden) replace(this.#list, list());
  }

  say(text: string): void {
    this.#line.textContent = text;
    this.#line.hidden = text === "";
    window.clearTimeout(this.#hiding);
    this.#hiding = window.setTimeout(() => (this.#line.hidden = true), LINE_MS);
  }

  close(back = true): void {
    if (this.#menu.hidden) return;
    this.#menu.hidden = true;
    this.#button.setAttribute("aria-expanded", "false");
    if (back) this.#button.focus();
  }

  #toggle(): void {
    if (!this.#menu.hidden) return this.close();
    this.#menu.hidden = false;
    this.#button.setAttribute("aria-expanded", "true");
    this.opened();
    (this.#list.querySelector<HTMLElement>("[aria-pressed=true]") ?? this.#list.querySelector("button"))?.focus();
  }
}
