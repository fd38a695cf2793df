// When to leave a link and where to go on: a pure state machine; the player obeys its effects.

export interface Candidate {
  id: number;
  generation: number;
  quality: number | null;
}

export type Reason = "first" | "picked" | "error" | "stall";

export interface State {
  /** What may be played, best first. */
  offered: readonly Candidate[];
  current: Candidate | null;
  /** `id:generation` of links that failed here; a renewed link is another generation and so is tried again. */
  failed: readonly string[];
  position: number;
  /** When the player began to wait for data, in milliseconds; null while it plays or is paused. */
  waitingSince: number | null;
  exhausted: boolean;
}

export type Happening =
  | { type: "offered"; links: readonly Candidate[]; now: number }
  | { type: "picked"; id: number; now: number }
  | { type: "error"; now: number }
  | { type: "waiting"; now: number }
  | { type: "progress"; position: number }
  | { type: "paused" }
  /** Failures count no more: the network came back, or a person wants another try. */
  | { type: "forgiven"; now: number }
  | { type: "tick"; now: number };

export type Effect =
  | { type: "none" }
  | { type: "load"; link: Candidate; position: number; reason: Reason; left: Candidate | null }
  | { type: "exhausted"; left: Candidate };

export interface Outcome {
  state: State;
  effect: Effect;
}

/** How long a link may keep a viewer waiting before the next one is tried. */
export const STALL_MS = 8000;

export const START: State = {
  offered: [], current: null, failed: [], position: 0, waitingSince: null, exhausted: false,
};

const NOTHING: Effect = { type: "none" };

export function keyOf(link: Candidate): string {
  return `${link.id}:${link.generation}`;
}

export function step(state: State, happening: Happening): Outcome {
  switch (happening.type) {
    case "offered":
      return offered({ ...state, offered: happening.links }, happening.now);
    case "picked": {
      const link = state.offered.find((candidate) => candidate.id === happening.id);
      if (!link) return { state, effect: NOTHING };
      const failed = state.failed.filter((key) => key !== keyOf(link));
      return load({ ...state, failed }, link, "picked", happening.now);
    }
    case "error":
      return leave(state, "error", happening.now);
    case "waiting":
      return { state: { ...state, waitingSince: state.waitingSince ?? happening.now }, effect: NOTHING };
    case "progress":
      return { state: { ...state, position: happening.position, waitingSince: null }, effect: NOTHING };
    case "forgiven": {
      const forgiven = { ...state, failed: [] };
      return state.exhausted ? offered(forgiven, happening.now) : { state: forgiven, effect: NOTHING };
    }
    case "paused":
      return { state: { ...state, waitingSince: null }, effect: NOTHING };
    case "tick":
      if (state.waitingSince === null || happening.now - state.waitingSince < STALL_MS) return { state, effect: NOTHING };
      return leave(state, "stall", happening.now);
  }
}

/** A list arrived: it starts what does not play yet, and never disturbs what does. */
function offered(state: State, now: number): Outcome {
  if (state.current !== null && !state.exhausted) return { state, effect: NOTHING };
  const next = following(state);
  return next ? load(state, next, "first", now) : { state, effect: NOTHING };
}

function leave(state: State, reason: "error" | "stall", now: number): Outcome {
  const left = state.current;
  if (left === null || state.exhausted) return { state: { ...state, waitingSince: null }, effect: NOTHING };
  const poorer = { ...state, failed: [...state.failed, keyOf(left)] };
  const next = following(poorer);
  if (next) return load(poorer, next, reason, now);
  return { state: { ...poorer, exhausted: true, waitingSince: null }, effect: { type: "exhausted", left } };
}

/** The best link that has not failed: in the quality being watched if there is one. */
function following(state: State): Candidate | undefined {
  const fresh = state.offered.filter((link) => !state.failed.includes(keyOf(link)));
  return fresh.find((link) => state.current !== null && link.quality === state.current.quality) ?? fresh[0];
}

function load(state: State, link: Candidate, reason: Reason, now: number): Outcome {
  return {
    state: { ...state, current: link, exhausted: false, waitingSince: now },
    effect: { type: "load", link, position: state.position, reason, left: state.current },
  };
}
