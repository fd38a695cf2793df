// Players of other hosts in a closed-off frame: only when somebody clicks one, and only of hosts an operator named.

import { frameOf } from "../domain/embeds.ts";
import { byId, h } from "../element.ts";
import { t } from "../i18n.ts";
import type { Link } from "../types.ts";

/** Its own scripts and storage, but no pop-up, no form, no way to lead this page elsewhere. */
const SANDBOX = "allow-scripts allow-same-origin allow-presentation";
const ALLOWED = "autoplay; fullscreen; encrypted-media; picture-in-picture";

export interface EmbedOptions {
  hosts: readonly string[];
  links: () => readonly Link[];
  /** A frame is about to be shown: the player is to be quiet. */
  onOpen: () => void;
  signal: AbortSignal;
}

export class Embeds {
  #shown: HTMLElement | null = null;

  constructor(private readonly options: EmbedOptions) {
    if (options.hosts.length === 0) return;
    byId("servers").addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      const target = event.target instanceof Element ? event.target.closest("a.server, button.server") : null;
      if (target instanceof HTMLAnchorElement) this.#open(event, target);
      else if (target) this.close();
    }, { signal: options.signal });
  }

  get isOpen(): boolean {
    return this.#shown !== null;
  }

  close(): void {
    this.#shown?.remove();
    this.#shown = null;
  }

  #open(event: Event, anchor: HTMLAnchorElement): void {
    const { hosts, links, onOpen } = this.options;
    const secure = window.location.protocol === "https:";
    const frames = links().map((link) => ({ link, url: frameOf(link, hosts, secure) }));
    const found = frames.find((frame) => frame.url !== null && frame.url === anchor.href);
    if (!found?.url) return;
    event.preventDefault();
    this.close();
    onOpen();
    const back = h("button", { type: "button", class: "button button-small embed-close", click: () => this.close() }, t("room.embed_close"));
    this.#shown = h("div", { class: "stage-embed" },
      h("iframe", {
        src: found.url, title: t("room.embed", { server: found.link.server }), sandbox: SANDBOX, allow: ALLOWED, allowfullscreen: true,
        referrerpolicy: "no-referrer",
      }), back);
    byId("stage").append(this.#shown);
    back.focus();
  }
}
