// The small print of one server: opened by a click, a tap or a key, never in the way.

import { expiryOf, howOf, whyOf } from "../domain/why.ts";
import { h } from "../element.ts";
import { ago, duration, has, t } from "../i18n.ts";
import type { Link } from "../types.ts";

const opened = new Set<number>();

export function reasons(link: Link, name: string, now: number): HTMLElement {
  const details = h("details", { class: "why", open: opened.has(link.id) },
    h("summary", { class: "why-mark", "data-key": `why-${link.id}`, title: t("why.about", { name }) },
      h("span", { "aria-hidden": "true" }, "i"), h("span", { class: "visually-hidden" }, t("why.about", { name }))),
    h("div", { class: "why-text" }, h("p", {}, health(link, now)), h("p", {}, expiry(link, now)), made(link, now)));
  // drawing again makes a new element: what was open stays open
  details.addEventListener("toggle", () => (details.open ? opened.add(link.id) : opened.delete(link.id)));
  return details;
}

function health(link: Link, now: number): string {
  const why = whyOf(link);
  const reason = why.code === null ? "" : t(has(`reason.${why.code}`) ? `reason.${why.code}` : "reason.other");
  const told = t(why.key, { ago: why.at === null ? "" : ago(Date.parse(why.at), now), reason });
  return link.health.latency_ms === null ? told : `${told} ${t("why.latency", { ms: link.health.latency_ms })}`;
}

function made(link: Link, now: number): HTMLElement | null {
  return link.scraped_at === null ? null : h("p", {}, t("why.made", { ago: ago(Date.parse(link.scraped_at), now) }));
}

function expiry(link: Link, now: number): string {
  const { key, at } = expiryOf(link, now);
  const when = at === null ? 0 : Date.parse(at);
  // whole minutes: a list that changes each second could not be read
  const left = duration(Math.max(60, Math.ceil((when - now) / 60_000) * 60));
  const how = howOf(link);
  const told = t(key, { time: left, ago: ago(when, now) });
  return how === null ? told : `${told} ${t(how.key, how.values)}`;
}
