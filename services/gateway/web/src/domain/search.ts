// Whether the player, with nothing to play, orders a scrape, waits for one, or gives up: pure, from what is known.

import type { Snapshot } from "../types.ts";
import { isLive, secondsUntil } from "./view.ts";

export interface Search {
  /** Since when nothing can be played, in milliseconds. */
  since: number;
  /** The job that was ordered for it: there is no second one. */
  jobId: string | null;
  refused: boolean;
  /** When this page ordered by itself the last time, in milliseconds; null for never. */
  ordered: number | null;
}

export type Turn = "order" | "wait" | "give_up";

/** So long the servers' probes get to say that what failed here is dead: before that a cooldown may bind. */
export const VERDICT_MS = 20_000;

/** So long after an order of its own the player orders none, whatever fails: links that play for a moment only would be found in a circle. */
export const PAUSE_MS = 60_000;

export function turnOf(search: Search, snapshot: Snapshot, now: number): Turn {
  if (isLive(snapshot.job)) return "wait";
  if (search.jobId !== null || search.refused || !snapshot.can_scrape) return "give_up";
  const rested = search.ordered === null || now - search.ordered >= PAUSE_MS;
  if (rested && secondsUntil(snapshot.cooldown_until, now) === 0) return "order";
  const something = snapshot.links.some((link) => link.offered);
  return something && now - search.since < VERDICT_MS ? "wait" : "give_up";
}
