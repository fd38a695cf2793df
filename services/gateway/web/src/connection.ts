// Says quietly when the browser or the gateway is away, and takes it back when both are there again.

import { t } from "./i18n.ts";

const EVERY_MS = 3000;
const AWAY = new Set([502, 503, 504]);
let asking: number | undefined;

export function watchConnection(): void {
  window.addEventListener("offline", lost);
  window.addEventListener("online", () => void look());
  if (!navigator.onLine) lost();
}

/** Fetch one of our own pages. Nothing when there is no answer, which the ribbon then says. */
export async function fetchPage(address: string, signal?: AbortSignal): Promise<Response | null> {
  try {
    const headers = { accept: "text/html" };
    const response = await fetch(address, { headers, credentials: "same-origin", ...(signal ? { signal } : {}) });
    if (!AWAY.has(response.status)) return response;
    lost();
    return null;
  } catch {
    if (!signal?.aborted) lost();
    return null;
  }
}

export function lost(): void {
  say(t("connection.away"));
  asking ??= window.setInterval(() => void look(), EVERY_MS);
}

async function look(): Promise<void> {
  if (asking === undefined || !navigator.onLine) return;
  const answer = await fetch("/static/favicon.svg", { method: "HEAD", cache: "no-store" }).catch(() => null);
  if (answer === null || AWAY.has(answer.status)) return;
  window.clearInterval(asking);
  asking = undefined;
  say("");
  window.dispatchEvent(new Event("connection:back"));
}

function say(words: string): void {
  const ribbon = document.getElementById("away");
  if (ribbon && ribbon.textContent !== words) ribbon.textContent = words;
}
