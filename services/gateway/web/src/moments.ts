// Turns absolute times into "3 minutes ago", and keeps them true while the page is open.

import { ago } from "./i18n.ts";

export function tellMoments(now: number = Date.now()): void {
  for (const element of document.querySelectorAll<HTMLTimeElement>("time[datetime]")) {
    const at = Date.parse(element.dateTime);
    if (!Number.isFinite(at)) continue;
    const full = new Date(at).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "medium" });
    element.title = full;
    element.textContent = element.hasAttribute("data-relative") ? ago(at, now) : full;
  }
}
