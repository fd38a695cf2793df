// When to leave a link and where to go on: a pure state machine; the player obeys its effects.

import { DOUBT_MS, STALL_MS, following, onceMore, type Candidate, type Failure, type Try } from "./following.ts";
import { renewalOf } from "./renewal.ts";

export type { Candidate } from "./following.ts";

/**
 * `switching` has left a link and waits for the next to move, `renewing` still plays while a fresh link is prepared,
 * `searching` has nothing to play and awaits links, `exhausted` knows that none will come by itself.
 */
export type Phase = "starting" | "playing" | "paused" | "waiting" | "switching" | "renewing" | "searching" | "exhausted";

export type Reason = "first" | "picked" | "error" | "stall" | "found";

export interface State {
  phase: Phase;
  /** What may be played, best first. */
  offered: readonly Candidate[];
  current: Candidate | null;
  /** A person chose this link: it stays until it fails. */
  manual: boolean;
  /** The quality to begin in, where a person once chose one. */
  prefer: number | null;
  failures: readonly Failure[];
  tries: readonly Try[];
  position: number;
  /** When the player began to wait for data, in milliseconds; null while it plays or is paused. */
  waitingSince: number | null;
  /** Whether it was asked, in this wait, if the server answers at all. */
  doubted: boolean;
  /** Whether the picture has moved since this link was loaded. */
  moved: boolean;
  /** The fresh link that is being prepared, and whether the picture stands still meanwhile. */
  renewal: { link: Candidate; still: boolean } | null;
}

export type Happening =
  | { type: "offered"; links: readonly Candidate[]; now: number }
  | { type: "picked"; id: number; now: number }
  /** A person leaves the choice to the player again. */
  | { type: "automatic" }
  | { type: "error"; now: number }
  | { type: "waiting"; now: number }
  | { type: "progress"; position: number }
  /** A person went elsewhere in the film; what they see may not move yet. */
  | { type: "sought"; position: number }
  | { type: "paused" }
  /** `ahead`: seconds of film that are here already, Infinity to its end. */
  | { type: "tick"; now: number; ahead: number }
  /** A server does not answer while its link keeps the viewer waiting: it refuses (error), or says nothing (stall). */
  | { type: "unheard"; key: string; reason: "error" | "stall"; now: number }
  | { type: "renewed"; now: number }
  | { type: "refused"; now: number }
  /** The search is over, and brought nothing. */
  | { type: "gave_up" }
  /** Failures count no more: the network came back, or a person wants another try. */
  | { type: "forgiven"; now: number };

export type Effect =
  | { type: "none" }
  | { type: "load"; link: Candidate; position: number; reason: Reason; left: Candidate | null; still: boolean }
  | { type: "renew"; link: Candidate; left: Candidate }
  /** It keeps the viewer waiting: ask whether its server answers at all. */
  | { type: "doubt"; link: Candidate }
  /** Nothing is left to play: have links found. */
  | { type: "search"; left: Candidate | null; reason: "error" | "stall" | "empty" };

export interface Outcome {
  state: State;
  effect: Effect;
}

/** Of the starts of a long film as many as anything looks at. */
const KEPT = 50;

export const START: State = {
  phase: "starting", offered: [], current: null, manual: false, prefer: null, failures: [], tries: [], position: 0,
  waitingSince: null, doubted: false, moved: false, renewal: null,
};

export function step(state: State, happening: Happening): Outcome {
  switch (happening.type) {
    case "offered":
      return offered(state, happening.links, happening.now);
    case "picked":
      return picked(state, happening.id, happening.now);
    case "automatic":
      return same({ ...state, manual: false, prefer: null });
    case "error":
      return leave(state, "error", happening.now);
    case "waiting":
      return same(waiting(state, happening.now));
    case "progress":
      return same(progress(state, happening.position));
    case "sought":
      return same(isIdle(state) ? state : { ...state, position: happening.position });
    case "paused":
      return same(paused(state));
    case "tick":
      return tick(state, happening.now, happening.ahead);
    case "unheard":
      if (state.waitingSince === null || state.current?.key !== happening.key) return same(state);
      return leave(state, happening.reason, happening.now);
    case "renewed":
      return same(renewed(state, happening.now));
    case "refused":
      return same(refused(state, happening.now));
    case "gave_up":
      return same(state.phase === "searching" ? { ...state, phase: "exhausted" } : state);
    case "forgiven":
      return forgiven({ ...state, failures: [], tries: [] }, happening.now);
  }
}

function same(state: State): Outcome {
  return { state, effect: { type: "none" } };
}

function isIdle({ phase, current }: State): boolean {
  return phase === "searching" || phase === "exhausted" || current === null;
}

/** One that waits although it was paused has been told to go on. */
function isMoving({ phase }: State): boolean {
  return phase === "playing" || phase === "paused";
}

/** A list arrived: it starts what does not play yet, and never disturbs what does. */
function offered(before: State, links: readonly Candidate[], now: number): Outcome {
  const current = links.find(({ key }) => key === before.current?.key) ?? before.current;
  const state = { ...before, offered: links, current };
  if (!isIdle(state)) return same(state);
  const next = following(state, now, "untried");
  if (next) return load(state, next, state.current ? "found" : "first", now);
  return state.phase === "starting" ? search(state, "empty") : same(state);
}

function picked(state: State, id: number, now: number): Outcome {
  const link = state.offered.find((candidate) => candidate.id === id);
  if (!link) return same(state);
  const chosen = { ...state, manual: true, prefer: link.quality };
  if (link.key === state.current?.key && isMoving(state)) return same(chosen);
  return load({ ...chosen, failures: state.failures.filter(({ key }) => key !== link.key) }, link, "picked", now);
}

function waiting(state: State, now: number): State {
  if (state.phase === "renewing") return { ...state, waitingSince: state.waitingSince ?? now };
  return isMoving(state) ? { ...state, phase: "waiting", waitingSince: now, doubted: false } : state;
}

function progress(state: State, position: number): State {
  if (isIdle(state)) return state;
  const phase = state.phase === "renewing" ? "renewing" : "playing";
  return { ...state, phase, position, waitingSince: null, doubted: false, moved: true };
}

function paused(state: State): State {
  if (isIdle(state)) return state;
  if (state.renewal) return { ...state, waitingSince: null, renewal: { ...state.renewal, still: true } };
  return { ...state, phase: "paused", waitingSince: null };
}

function tick(state: State, now: number, ahead: number): Outcome {
  const waited = state.waitingSince === null ? 0 : now - state.waitingSince;
  if (waited >= STALL_MS) return leave(state, "stall", now);
  if (waited >= DOUBT_MS && !state.doubted && state.current) {
    return { state: { ...state, doubted: true }, effect: { type: "doubt", link: state.current } };
  }
  if (!isMoving(state)) return same(state);
  const still = state.phase === "paused";
  const link = renewalOf(state, { now, ahead, still });
  if (!link || !state.current) return same(state);
  return { state: { ...state, phase: "renewing", renewal: { link, still } }, effect: { type: "renew", link, left: state.current } };
}

function renewed(state: State, now: number): State {
  if (!state.renewal) return state;
  const { link, still } = state.renewal;
  const tries = [...state.tries.slice(-KEPT), { server: link.server, at: now }];
  return { ...state, phase: still ? "paused" : "playing", current: link, renewal: null, waitingSince: null, tries };
}

function refused(state: State, now: number): State {
  if (!state.renewal) return state;
  const { link: { key, server }, still } = state.renewal;
  const failures: Failure[] = [...state.failures, { key, server, at: now, reason: "error" }];
  return { ...state, phase: still ? "paused" : state.waitingSince === null ? "playing" : "waiting", renewal: null, failures };
}

function forgiven(state: State, now: number): Outcome {
  if (!isIdle(state)) return same(state);
  const next = following(state, now, "untried");
  if (next) return load(state, next, state.current ? "found" : "first", now);
  return state.phase === "exhausted" ? search(state, "empty") : same(state);
}

/** Go on elsewhere: what was being prepared comes first, then the next best, and at last the same link once more. */
function leave(state: State, reason: "error" | "stall", now: number): Outcome {
  const left = state.current;
  if (left === null || isIdle(state)) return same(state);
  const failures = [...state.failures, { key: left.key, server: left.server, at: now, reason }];
  const poorer = { ...state, failures, manual: false };
  const next = state.renewal?.link ?? following(poorer, now, "rested") ?? onceMore(state, reason, now);
  return next ? load(poorer, next, reason, now) : search(poorer, reason);
}

function search(state: State, reason: "error" | "stall" | "empty"): Outcome {
  return {
    state: { ...state, phase: "searching", waitingSince: null, renewal: null, manual: false },
    effect: { type: "search", left: reason === "empty" ? null : state.current, reason },
  };
}

function load(state: State, link: Candidate, reason: Reason, now: number): Outcome {
  const still = reason !== "picked" && (state.renewal?.still ?? state.phase === "paused");
  const phase: Phase = still ? "paused" : state.current === null ? "starting" : "switching";
  const tries = [...state.tries.slice(-KEPT), { server: link.server, at: now }];
  return {
    state: { ...state, phase, current: link, tries, waitingSince: still ? null : now, doubted: false, moved: false, renewal: null },
    effect: { type: "load", link, position: state.position, reason, left: state.current, still },
  };
}
