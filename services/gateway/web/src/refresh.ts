// Keeps a part of a page fresh while jobs run: fetches the same page and takes that part.

import { tellMoments } from "./moments.ts";

const EVERY_MS = 3000;

export function keepFresh(): void {
  if (!document.querySelector('[data-refresh="live"], [data-refresh] .badge-busy')) return;
  window.setTimeout(() => void refreshOnce().finally(keepFresh), EVERY_MS);
}

async function refreshOnce(): Promise<void> {
  if (document.hidden) return;
  const response = await fetch(window.location.pathname, { headers: { accept: "text/html" } }).catch(() => null);
  if (!response?.ok) return;
  const next = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("[data-refresh]");
  const here = document.querySelector("[data-refresh]");
  if (!next || !here || here.contains(document.activeElement)) return;
  here.replaceWith(document.adoptNode(next));
  tellMoments();
}
