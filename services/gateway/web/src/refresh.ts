// Keeps a part of a page fresh while jobs run: fetches the same page and takes that part.

import { groupByDay } from "./days.ts";
import { tellMoments } from "./moments.ts";

const EVERY_MS = 3000;
/** While something tells what happens: only in case it does not. */
const RELYING_MS = 30_000;
const SOON_MS = 300;
let every = EVERY_MS;
let soon: number | undefined;

export function keepFresh(): void {
  if (!document.querySelector('[data-refresh="live"], [data-refresh] .badge-busy')) return;
  let waited = 0;
  const timer = window.setInterval(() => {
    waited += EVERY_MS;
    if (waited < every) return;
    window.clearInterval(timer);
    void refreshOnce().finally(keepFresh);
  }, EVERY_MS);
}

/** Whether something else tells when the page is to be read again. */
export function rely(told: boolean): void {
  every = told ? RELYING_MS : EVERY_MS;
}

/** Read the page again in a moment: what happens at once is read once. */
export function refreshSoon(): void {
  soon ??= window.setTimeout(() => {
    soon = undefined;
    void refreshOnce();
  }, SOON_MS);
}

async function refreshOnce(): Promise<void> {
  if (document.hidden) return;
  const response = await fetch(window.location.pathname + window.location.search, { headers: { accept: "text/html" } }).catch(() => null);
  if (!response?.ok) return;
  const next = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("[data-refresh]");
  const here = document.querySelector("[data-refresh]");
  if (!next || !here || here.contains(document.activeElement)) return;
  here.replaceWith(document.adoptNode(next));
  groupByDay();
  tellMoments();
  window.dispatchEvent(new Event("page:fresh"));
}
