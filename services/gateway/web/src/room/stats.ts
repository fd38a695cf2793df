// What plays, in figures: opened by a key, for whoever wonders why it stutters.

import { h, replace } from "../element.ts";
import { ago, clock, duration, t } from "../i18n.ts";
import { linkName } from "../player/servers.ts";
import type { PlayerAdapter } from "../player/adapter.ts";
import type { Link } from "../types.ts";

export class Stats {
  #open = false;

  constructor(private readonly place: HTMLElement, private readonly link: () => Link | null) {}

  get isOpen(): boolean {
    return this.#open;
  }

  toggle(player: PlayerAdapter | null): boolean {
    this.#open = !this.#open && player !== null;
    this.tick(player);
    return this.#open;
  }

  tick(player: PlayerAdapter | null): void {
    // it may be longer than a small picture is high: then it scrolls, by keys too
    this.place.tabIndex = this.#open ? 0 : -1;
    if (!this.#open || !player) return replace(this.place);
    const rows = figuresOf(player, this.link(), Date.now());
    replace(this.place, h("dl", { class: "figures", "aria-label": t("room.stats") },
      ...rows.map(([name, value]) => h("div", {}, h("dt", {}, t(`room.stat.${name}`)), h("dd", {}, value)))));
  }
}

/** Pairs of what and how much; what a browser cannot say is left out. */
function figuresOf(player: PlayerAdapter, link: Link | null, now: number): [string, string][] {
  const figures = player.figures();
  const rows: [string, string | null][] = [
    ["server", link && linkName(link)],
    ["container", link && [link.container.toUpperCase(), link.via ? t(`room.via.${link.via}`) : ""].filter(Boolean).join(" · ")],
    ["resolution", figures.width > 0 ? `${figures.width} × ${figures.height}` : null],
    ["position", `${clock(player.position())} / ${clock(player.duration() ?? 0)} · ${player.rate()}×`],
    ["buffer", t("time.s", { s: figures.buffered.toFixed(1) })],
    ["dropped", figures.frames === null ? null : `${figures.dropped ?? 0} / ${figures.frames}`],
    ["bandwidth", figures.bandwidth === null ? null : `${(figures.bandwidth / 1e6).toFixed(1)} Mbit/s`],
    ["made", link?.scraped_at ? ago(Date.parse(link.scraped_at), now) : null],
    ["latency", link?.health.latency_ms != null ? t("time.ms", { ms: link.health.latency_ms }) : null],
    ["checked", link?.checked_at ? ago(Date.parse(link.checked_at), now) : null],
    ["expires", link && expiry(link, now)],
  ];
  return rows.filter((row): row is [string, string] => row[1] !== null);
}

function expiry(link: Link, now: number): string {
  if (link.expires_at === null) return t("room.no_expiry");
  const left = (Date.parse(link.expires_at) - now) / 1000;
  return left > 0 ? t("room.in", { time: duration(left) }) : ago(Date.parse(link.expires_at), now);
}
