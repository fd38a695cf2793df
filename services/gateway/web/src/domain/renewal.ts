// When a link that still plays gives way to a fresh one, so that nobody sees it run out.

import { MINUTE_MS, type Candidate, type Failure } from "./following.ts";

interface Playing {
  offered: readonly Candidate[];
  current: Candidate | null;
  manual: boolean;
  failures: readonly Failure[];
  /** When the current link was loaded or renewed, by the starts of its server. */
  tries: readonly { server: string; at: number }[];
}

export interface Moment {
  now: number;
  /** Seconds of film that are here already, Infinity to its end. */
  ahead: number;
  still: boolean;
}

/** Of what is left of a link's life when it starts, this much is used before a fresh one is taken. */
export const SHARE = 0.8;

/** And so long before the end at the latest: a slow start must fit into it. */
export const BEFORE_MS = 90_000;

/** With less film at hand than this the player is about to ask the server again. */
export const EDGE_S = 10;

/** From here on there is no waiting for a good moment. */
export const LAST_CALL_MS = 30_000;

/** A link that lives no longer than this beyond the other is not worth the change. */
export const WORTH_MS = 5000;

/** The fresh link to prepare now, if the one that plays is about to run out and the moment is good. */
export function renewalOf(state: Playing, { now, ahead, still }: Moment): Candidate | null {
  const current = state.current;
  if (!current || current.expiresAt === null || ahead === Infinity) return null;
  const left = current.expiresAt - now;
  if (now < dueAt(current, startOf(state, now))) return null;
  // a guess is no reason to disturb a picture that moves: it is taken up when nobody notices
  const good = still || ahead < EDGE_S || (!current.guessed && left < LAST_CALL_MS);
  return good ? (successorOf(state, now) ?? null) : null;
}

/** When a link that was started at `from` is due: early, but never before half of what was left has passed. */
export function dueAt(link: Candidate, from: number): number {
  if (link.expiresAt === null) return Infinity;
  const left = Math.max(0, link.expiresAt - from);
  return from + Math.max(left / 2, Math.min(left * SHARE, left - BEFORE_MS));
}

function startOf(state: Playing, now: number): number {
  return state.tries.filter(({ server }) => server === state.current?.server).at(-1)?.at ?? now;
}

/** The same server's newer link before others of the quality; what a person chose stays on its server. */
function successorOf(state: Playing, now: number): Candidate | undefined {
  const current = state.current!;
  const later = state.offered.filter((link) =>
    link.key !== current.key && link.quality === current.quality && !failedLately(state, link.key, now) &&
    (link.expiresAt === null || link.expiresAt >= current.expiresAt! + WORTH_MS));
  const own = later.find(({ server }) => server === current.server);
  return own ?? (state.manual && current.expiresAt! - now > LAST_CALL_MS / 2 ? undefined : later[0]);
}

function failedLately(state: Playing, wanted: string, now: number): boolean {
  return state.failures.some(({ key, at }) => key === wanted && now - at < MINUTE_MS);
}
