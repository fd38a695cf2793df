// Moves the bars of uploads and downloads as the bus tells of them; without it the page is polled as ever.

import { isNews, milestone, newer, progressOf, type Told } from "./domain/bars.ts";
import { fileSize, t } from "./i18n.ts";
import { rely, refreshSoon } from "./refresh.ts";

const REOPEN_MS = 5000;
const known = new Map<string, Told>();

export function watchTransfers(): void {
  if (!document.querySelector("[data-publishing]")) return;
  open();
  // what was read again may be older than what was told
  window.addEventListener("page:fresh", () => known.forEach(show));
}

function open(): void {
  const socket = new WebSocket(`${window.location.origin.replace(/^http/, "ws")}/ws`);
  socket.addEventListener("open", () => rely(true));
  socket.addEventListener("message", (event) => hear(String(event.data)));
  socket.addEventListener("close", () => {
    rely(false);
    window.setTimeout(open, REOPEN_MS);
  });
  window.addEventListener("pagehide", () => socket.close(), { once: true });
}

function hear(text: string): void {
  const message = JSON.parse(text) as { type: string };
  const told = progressOf(message);
  if (!told) {
    if (isNews(message.type)) refreshSoon();
    return;
  }
  const before = known.get(told.id), now = newer(before, told);
  if (now === before) return;
  known.set(told.id, now);
  const bar = show(now);
  if (!bar) {
    refreshSoon();
    return;
  }
  const reached = milestone(before?.percent ?? null, now.percent);
  if (reached !== null) say(t("live.told", { name: bar.dataset["name"] ?? "", percent: reached }));
}

/** Nothing where the page has no bar for it yet, or one that knows better. */
function show(told: Told): HTMLElement | null {
  const bar = document.querySelector<HTMLElement>(`[data-${told.kind}="${CSS.escape(told.id)}"]`);
  if (!bar) return null;
  if (Number(bar.dataset["seq"] ?? 0) > told.seq) return bar;
  if (told.kind === "upload") bar.dataset["seq"] = String(told.seq);
  const progress = bar.querySelector("progress");
  if (progress && told.percent !== null) progress.value = told.percent;
  put(bar, "percent", told.percent === null ? "" : `${told.percent} %`);
  put(bar, "bytes", told.total === null ? fileSize(told.sent) : t("live.bytes", { sent: fileSize(told.sent), size: fileSize(told.total) }));
  return bar;
}

function put(bar: HTMLElement, part: string, words: string): void {
  const place = bar.querySelector(`[data-part="${part}"]`);
  if (place && place.textContent !== words) place.textContent = words;
}

function say(words: string): void {
  const place = document.querySelector('[role="status"][data-part="told"]');
  if (place) place.textContent = words;
}
