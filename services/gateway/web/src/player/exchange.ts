// Puts another episode's page in place of this one's, around a picture that stays: in full screen, in its small window.

import { byId } from "../element.ts";

/** A page that is slower than this is opened as any other is. */
const PATIENCE_MS = 10_000;
/** What scripts draw: it belongs to the episode that leaves. */
const DRAWN = ["stage-panel", "note", "resumed", "room", "connection", "servers", "side-steps", "side-foot"];
const TOLD = ["snapshot", "room-told"];

/** The page of another episode; null where the address leads to none. */
export async function pageOf(url: string): Promise<Document | null> {
  try {
    const answer = await fetch(url, { headers: { accept: "text/html" }, credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!answer.ok) return null;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return page.getElementById("watch") && TOLD.every((id) => page.getElementById(id)) ? page : null;
  } catch {
    return null;
  }
}

/** Take over what that page says of its episode; the stage stays where it is. Returns what gives the focus back once all is drawn. */
export function exchange(page: Document): () => void {
  const focused = document.activeElement;
  const way = focused?.closest(".watch-nav") ? (focused.getAttribute("rel") ?? focused.id) : null;
  for (const id of DRAWN) byId(id).replaceChildren();
  for (const id of TOLD) byId(id).textContent = page.getElementById(id)!.textContent;
  Object.assign(byId("watch").dataset, page.getElementById("watch")!.dataset);
  byId("unmute").hidden = true;
  swap(page, ".watch-head", (here, there) => here.replaceWith(document.adoptNode(there)));
  swap(page, ".stage-art", (here, there) => (here.className = there.className));
  swap(page, 'meta[name="csrf-token"]', (here, there) => here.setAttribute("content", there.getAttribute("content") ?? ""));
  swap(page, '.masthead a[href^="/login"]', (here, there) => here.setAttribute("href", there.getAttribute("href") ?? ""));
  swap(page, '.preferences input[name="next"]', (here, there) => here.setAttribute("value", there.getAttribute("value") ?? ""));
  document.title = page.title;
  return () => settle(way);
}

function swap(page: Document, selector: string, put: (here: Element, there: Element) => void): void {
  const there = page.querySelectorAll(selector);
  document.querySelectorAll(selector).forEach((here, index) => {
    const other = there[index];
    if (other) put(here, other);
  });
}

/** Whoever was at a control that is gone is at the same one of this episode, or at the picture. */
function settle(way: string | null): void {
  if (document.activeElement && document.activeElement !== document.body) return;
  const same = way === null ? null : document.querySelector<HTMLElement>(`.watch-nav [rel="${CSS.escape(way)}"], .watch-nav #${CSS.escape(way)}`);
  (same ?? document.querySelector<HTMLElement>("#video .video-js") ?? byId("main")).focus({ preventScroll: true });
}
