// How far somebody came without an account: kept in this browser, until they sign in.

import type { Keepsake, Seen } from "../domain/resume.ts";
import { recall, remember } from "./memory.ts";

const KEY = "ws_progress";
/** Episodes that a browser remembers; the oldest go. */
const MOST = 300;

interface Local {
  p: number;
  d: number | null;
  f: boolean;
  /** When, in milliseconds. */
  at: number;
}

const all = () => recall<Record<string, Local>>(KEY, {});

export function seenHere(episodeId: number): Seen | null {
  return seenOf(all()[String(episodeId)]);
}

/** All that is kept, by episode, what was watched last first. */
export function allHere(): [number, Seen][] {
  return Object.entries(all())
    .flatMap(([id, held]): [number, Seen][] => {
      const seen = seenOf(held);
      return seen && /^[1-9]\d{0,17}$/.test(id) ? [[Number(id), seen]] : [];
    })
    .sort(([, a], [, b]) => b.at - a.at);
}

export function keepHere(episodeId: number, next: Keepsake, now: number): void {
  const held = { ...all(), [String(episodeId)]: { p: next.position, d: next.duration, f: next.finished, at: now } };
  remember(KEY, Object.fromEntries(Object.entries(held).sort(([, a], [, b]) => b.at - a.at).slice(0, MOST)));
}

/** Forget an episode, unless it was watched again since. */
export function forgetHere(episodeId: number, at: number): void {
  const held = all();
  if ((held[String(episodeId)]?.at ?? 0) > at) return;
  delete held[String(episodeId)];
  remember(KEY, held);
}

function seenOf(held: Local | undefined): Seen | null {
  if (typeof held?.p !== "number" || !(held.p >= 0) || typeof held.at !== "number") return null;
  return { position: held.p, duration: typeof held.d === "number" ? held.d : null, finished: held.f === true, at: held.at };
}
