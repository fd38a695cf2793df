// The player page: one episode after the other around one player, so that full screen outlasts an episode.

import { byId } from "./element.ts";
import { readMessages } from "./i18n.ts";
import type { PlayerAdapter } from "./player/adapter.ts";
import { EpisodePage } from "./player/episode.ts";
import { exchange, pageOf } from "./player/exchange.ts";

let made: Promise<PlayerAdapter> | null = null;
let shown = addressNow();
let goes = 0;

async function create(): Promise<PlayerAdapter> {
  const { createVideoJs } = await import("./player/videojs.ts");
  byId("video").hidden = false;
  return createVideoJs(byId("video"));
}

function open(): EpisodePage {
  return new EpisodePage({ player: () => (made ??= create()), go: (url) => void go(url) });
}

/** Show the episode of an address in place of this one; what cannot be had so is opened as any page is. */
async function go(url: string, isBack = false): Promise<void> {
  const turn = ++goes;
  const page = await pageOf(url);
  if (turn !== goes) return;
  if (page === null) return isBack ? window.location.reload() : window.location.assign(url);
  episode.leave();
  if (!isBack) window.history.pushState(null, "", url);
  shown = addressNow();
  const settle = exchange(page);
  episode = open();
  episode.start();
  settle();
  episode.introduce();
}

function addressNow(): string {
  return window.location.pathname + window.location.search;
}

/** A plain click on the way to another episode stays on this page. */
function onClick(event: MouseEvent): void {
  const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>(".watch-nav a[href]") : null;
  if (!link || event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  void go(link.href);
}

readMessages();
let episode = open();
episode.start();
byId("watch").addEventListener("click", onClick);
window.addEventListener("popstate", () => {
  // the way to a part of this page is no other episode
  if (addressNow() !== shown) void go(addressNow(), true);
});
