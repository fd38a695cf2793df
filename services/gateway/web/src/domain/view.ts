// Which of its faces the stage shows: pure, from what is known and what is happening.

import type { Job, Snapshot } from "../types.ts";
import { candidates } from "./choose.ts";
import type { Phase } from "./failover.ts";

export type View = "empty" | "expired" | "unplayable" | "scraping" | "failed" | "exhausted" | "ready";

export function isLive(job: Job | null): boolean {
  return job !== null && (job.state === "queued" || job.state === "running");
}

export interface Playing {
  phase: Phase;
  /** Whether a link was loaded, however it fares. */
  current: unknown;
  /** How many links failed here. */
  failures: readonly unknown[];
}

/** What plays comes first, also when its link has left the list, then what is being done about it, then why it was not. */
export function viewOf(snapshot: Snapshot, { phase, current, failures }: Playing): View {
  const idle = phase === "searching" || phase === "exhausted";
  if (!idle && (current !== null || candidates(snapshot.links).length > 0)) return "ready";
  if (isLive(snapshot.job) || phase === "searching") return "scraping";
  if (failures.length > 0) return "exhausted";
  if (snapshot.links.some((link) => link.offered)) return "unplayable";
  const state = snapshot.job?.state;
  if (state === "failed" || state === "cancelled") return "failed";
  if (snapshot.links.length > 0) return "expired";
  return state === "partial" || state === "succeeded" ? "failed" : "empty";
}

/** The code to explain a failed view with: a finished job without links has found none. */
export function failureCode(job: Job | null): string {
  if (job?.error_code) return job.error_code;
  return job?.state === "cancelled" ? "cancelled" : "no_links";
}

/** Seconds until a moment, never negative; 0 when there is none. */
export function secondsUntil(iso: string | null, now: number): number {
  if (iso === null) return 0;
  const seconds = (Date.parse(iso) - now) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : 0;
}
