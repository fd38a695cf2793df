// Turns absolute times into "3 minutes ago", and keeps them true while the page is open.

import { ago } from "./i18n.ts";

/** A slot is planned to the minute; under the heading of its day the hour is enough. */
const SLOTS: Record<string, Intl.DateTimeFormatOptions> = {
  day: { dateStyle: "medium", timeStyle: "short" },
  hour: { timeStyle: "short" },
};

export function tellMoments(now: number = Date.now()): void {
  for (const element of document.querySelectorAll<HTMLTimeElement>("time[datetime]")) {
    const at = Date.parse(element.dateTime);
    if (!Number.isFinite(at)) continue;
    const lang = document.documentElement.lang;
    if (element.hasAttribute("data-day")) {
      // A day is the same day everywhere: midnight in UTC is no moment of it.
      element.textContent = new Date(at).toLocaleDateString(lang, { dateStyle: "long", timeZone: "UTC" });
      continue;
    }
    const full = new Date(at).toLocaleString(lang, { dateStyle: "medium", timeStyle: "medium" });
    element.title = full;
    const slot = SLOTS[element.dataset["slot"] ?? ""];
    if (slot) element.textContent = new Date(at).toLocaleString(lang, slot);
    else element.textContent = element.hasAttribute("data-relative") ? ago(at, now) : full;
  }
}
