// Where a play begins and what of it is kept: pure, from positions and clocks to decisions.

/** How far somebody came, as the gateway or this browser keeps it. */
export interface Came {
  position: number;
  duration: number | null;
  finished: boolean;
}

/** How far, and when, in milliseconds. */
export interface Seen extends Came {
  at: number;
}

/** Of what two places keep the later one: whoever signs in goes on where they were without an account. */
export function later(a: Seen | null, b: Seen | null): Seen | null {
  if (a === null || b === null) return a ?? b;
  return b.at > a.at ? b : a;
}

/** What is kept next. */
export interface Keepsake extends Came {}

/** Less than this is a look at the beginning, not watching. */
export const LEAST_S = 10;
/** From this share on the rest is credits. */
export const WATCHED = 0.95;
/** Kept about this often while the picture moves. */
export const EVERY_MS = 10_000;

const UNITS: Record<string, number> = { h: 3600, m: 60, s: 1 };

/** The seconds of `?t=`: "90", "90s", "1h2m3s", "1:02:03"; null for anything else. */
export function parseMoment(text: string | null): number | null {
  const said = (text ?? "").trim().toLowerCase();
  if (/^\d{1,6}(\.\d{1,3})?$/.test(said)) return Number(said);
  if (/^\d{1,3}(:[0-5]?\d){1,2}$/.test(said)) return said.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
  if (!/^(\d{1,3}h)?(\d{1,4}m)?(\d{1,6}s)?$/.test(said) || said === "") return null;
  return [...said.matchAll(/(\d+)([hms])/g)].reduce((sum, [, count, unit]) => sum + Number(count) * (UNITS[unit ?? ""] ?? 0), 0);
}

export function isOver(position: number, duration: number | null): boolean {
  return duration !== null && duration > 0 && position >= duration * WATCHED;
}

export interface Beginning {
  at: number;
  /** Whether a page should say that it went on from there. */
  resumed: boolean;
}

/** An address that names a moment wins; what was watched to its end begins again. */
export function beginning(linked: number | null, came: Came | null): Beginning {
  if (linked !== null) return { at: linked, resumed: false };
  const goesOn = came !== null && !came.finished && came.position >= LEAST_S && !isOver(came.position, came.duration);
  return goesOn ? { at: came.position, resumed: true } : { at: 0, resumed: false };
}

/** What was kept last, and when, in milliseconds. */
export interface Kept {
  at: number;
  position: number;
  finished: boolean;
}

export const NEVER: Kept = { at: -Infinity, position: -1, finished: false };

/**
 * What is to be kept now, null for nothing new. `moment` is why it is asked: the picture moves, it stopped, or it
 * came to its end. Moving is kept about every ten seconds, a stop at once.
 */
export function toKeep(
  kept: Kept, moment: "moves" | "stops" | "ended", position: number, duration: number | null, now: number,
): Keepsake | null {
  const finished = moment === "ended" || isOver(position, duration);
  if (position < LEAST_S && !finished) return null;
  if (moment === "moves" && now - kept.at < EVERY_MS && finished === kept.finished) return null;
  if (Math.abs(position - kept.position) < 0.5 && finished === kept.finished) return null;
  return { position, duration, finished };
}
