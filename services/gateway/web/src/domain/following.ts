// Which link comes after one that failed: pure order, with how often a server may be tried.

export interface Candidate {
  id: number;
  /** One generation of a link: a renewed link is another one, and so is tried again. */
  key: string;
  quality: number | null;
  server: string;
  /** When it runs out, in milliseconds; null where nobody knows. */
  expiresAt: number | null;
  /** Whether that moment is a guess, and no word of the link or its server. */
  guessed: boolean;
}

export interface Failure {
  key: string;
  server: string;
  at: number;
  reason: "error" | "stall";
}

/** One start of a link on a server. */
export interface Try {
  server: string;
  at: number;
}

interface Known {
  offered: readonly Candidate[];
  current: Candidate | null;
  prefer: number | null;
  failures: readonly Failure[];
  tries: readonly Try[];
  moved: boolean;
}

/** How long a link may keep a viewer waiting before the next one is tried. */
export const STALL_MS = 8000;

/** How long it waits before its server is asked whether it answers: a browser hides that, and tries again for minutes. */
export const DOUBT_MS = 1000;

/** So long after a failure a link counts as rested, and so long each start on a server is counted. */
export const MINUTE_MS = 60_000;

/** How often links of one server are started by the player itself within a minute. */
export const MOST_TRIES = 3;

/** The best link: in the quality being watched if there is one. `untried` ones have never failed here, `rested` ones not lately. */
export function following(state: Known, now: number, which: "untried" | "rested"): Candidate | undefined {
  const wanted = state.current ? state.current.quality : state.prefer;
  const open = state.offered.filter((link) => mayTry(state, link.server, now));
  const untried = open.filter((link) => !state.failures.some(({ key }) => key === link.key));
  const rested = which === "untried" ? [] : open.filter((link) => !failedLately(state, link.key, now));
  return [untried, rested].flatMap((links) => links.find(({ quality }) => quality === wanted) ?? links[0] ?? [])[0];
}

/** The same link again, where there is no other: a line may break once while its server is well. */
export function onceMore(state: Known, reason: "error" | "stall", now: number): Candidate | undefined {
  if (reason !== "error" || !state.moved || !state.current || !mayTry(state, state.current.server, now)) return undefined;
  return state.offered.find(({ key }) => key === state.current?.key);
}

function mayTry(state: Known, server: string, now: number): boolean {
  return state.tries.filter((each) => each.server === server && now - each.at < MINUTE_MS).length < MOST_TRIES;
}

function failedLately(state: Known, wanted: string, now: number): boolean {
  return state.failures.some(({ key, at }) => key === wanted && now - at < MINUTE_MS);
}
