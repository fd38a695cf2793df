// What the gateway tells the player page: the shapes of `live-state`, of SSE `snapshot`, `delta` and `step`.

import type { JobBrief, Link, LiveState } from "./api/schema.ts";

export type { Link, Master } from "./api/schema.ts";
export type LinkState = Link["state"];
export type Job = JobBrief;
export type JobState = Job["state"];
export type Snapshot = LiveState;

/** What changed since the snapshot or delta before. */
export interface Delta {
  episode_id: number;
  set?: Partial<Omit<Snapshot, "links" | "episode_id">>;
  /** New ones, and those that changed, whole. */
  links?: Link[];
  gone?: number[];
  /** All ids, where new ones do not just come last. */
  order?: number[];
}

export type StepName =
  | "queued" | "started" | "fetching" | "browsing" | "found" | "verifying" | "verified" | "rejected" | "failed" | "finished";

export interface Step {
  job_id: string;
  at: string;
  step: StepName;
  quality: number | null;
  server: string | null;
  host: string | null;
  count: number | null;
  code: string | null;
}
