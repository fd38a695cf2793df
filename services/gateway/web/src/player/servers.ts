// Draws the list of servers: what can be played, what plays, and quietly what cannot.

import { byQuality, isWebAddress } from "../domain/choose.ts";
import { h } from "../element.ts";
import { fileSize, t } from "../i18n.ts";
import type { Link, Master } from "../types.ts";
import { reasons } from "./reasons.ts";

export interface ServerListOptions {
  links: readonly Link[];
  current: Link | null;
  hasFailed: (link: Link) => boolean;
  onPick: (id: number) => void;
  /** Leaves the choice to the player again; null while it has it. */
  onAutomatic: (() => void) | null;
  now: number;
}

/** "1080p · pixel". */
export function linkName(link: Link): string {
  return link.quality === null
    ? t("server_any", { server: link.server })
    : t("server", { quality: link.quality, server: link.server });
}

export function serverList(options: ServerListOptions): HTMLElement {
  if (options.links.length === 0) return h("p", { class: "quiet" }, t("no_servers"));
  const groups = byQuality(options.links).map((group) =>
    h("ul", { class: "server-list", "aria-label": group.quality === null ? "" : `${group.quality}p` },
      ...group.links.map((link) => h("li", { class: "server-item" }, serverRow(link, options), reasons(link, linkName(link), options.now)))));
  const { onAutomatic } = options;
  const automatic = onAutomatic && h("button", {
    type: "button", class: "server server-automatic", "data-key": "automatic", click: () => onAutomatic(),
  }, h("span", { class: "server-name" }, t("automatic")), h("span", { class: "server-side" }, t("automatic_note")));
  return h("div", { class: "server-groups" }, automatic, ...groups);
}

function serverRow(link: Link, options: ServerListOptions): HTMLElement {
  const state = stateName(link, options.hasFailed(link));
  const words = [
    h("span", { class: `dot dot-${state}`, "aria-hidden": "true" }),
    h("span", { class: "server-name" }, linkName(link)),
  ];
  const side = (text: string) => h("span", { class: "server-side" }, text);
  const { latency_ms: latency } = link.health;
  const file = [link.container.toUpperCase(), link.size_bytes ? fileSize(link.size_bytes) : "", latency === null ? "" : t("time.ms", { ms: latency })]
    .filter(Boolean).map((part) => part.replaceAll(" ", "\u00a0")).join(" · ");
  const aloud = h("span", { class: "visually-hidden" }, `, ${t(`state.${state}`)}`);
  if (!link.offered) return h("span", { class: "server server-gone" }, ...words, side(t(`state.${state}`)));
  if (!link.playable) {
    const href = isWebAddress(link.url) ? link.url : null;
    return h("a", { class: "server", href, rel: "noreferrer noopener", target: "_blank" }, ...words, aloud, side(t(link.kind === "embed" ? "state.embed" : "state.download")));
  }
  const playing = options.current?.id === link.id;
  const note = playing ? t("playing") : state === "alive" ? file : t(`state.${state}`);
  return h("button", {
    type: "button", class: `server server-${state}`, "aria-pressed": String(playing), "data-key": `link-${link.id}`,
    "data-link": link.id, click: () => options.onPick(link.id),
  }, ...words, note === t(`state.${state}`) ? null : aloud, side(note));
}

function stateName(link: Link, failedHere: boolean): string {
  if (link.offered) return failedHere ? "failed_here" : link.state;
  return link.state === "dead" ? "dead" : "expired";
}

/** Links to the permanent pages, for when nothing better is known. */
export function masterList(masters: readonly Master[]): HTMLElement | null {
  const safe = masters.filter((master) => isWebAddress(master.url));
  if (safe.length === 0) return null;
  return h("ul", { class: "masters", "aria-label": t("masters") }, ...safe.map((master) =>
    h("li", {}, h("a", { class: "button button-quiet", href: master.url, target: "_blank", rel: "noreferrer noopener" },
      master.quality === null ? t("master_any") : t("master", { quality: master.quality }),
      h("span", { class: "visually-hidden" }, ` (${t("opens_new_tab")})`)))));
}
