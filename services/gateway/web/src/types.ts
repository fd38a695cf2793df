// What the gateway tells the player page: the shapes of `live-state`, of SSE `snapshot`, `delta` and `step`.

export type LinkState = "alive" | "unknown" | "suspect" | "dead";
export type JobState = "queued" | "running" | "succeeded" | "partial" | "failed" | "cancelled";

export interface Link {
  id: number;
  /** Grows whenever the row gets a new URL: what failed in one generation may work in the next. */
  generation: number;
  quality: number | null;
  server: string;
  label: string;
  kind: string;
  container: string;
  url: string;
  size_bytes: number | null;
  state: LinkState;
  offered: boolean;
  playable: boolean;
  /** How a page gets at it: by itself, or through Wellspring. */
  via: "direct" | "relay" | null;
  /** Where a page plays it; null for what it cannot play. */
  play_url: string | null;
  expires_at: string | null;
  checked_at: string | null;
  /** Where the expiry was read, in a few words. */
  expiry: { at: string | null; basis: string; evidence: string | null };
  health: { state: LinkState; reason: string | null; since: string | null; checked_at: string | null; ok_at: string | null };
}

export interface Job {
  id: string;
  state: JobState;
  requested_at: string | null;
  started_at: string | null;
  finished_at: string | null;
  error_code: string | null;
  error_detail: string | null;
  /** Why a browser had to open a page of it, if one had to. */
  browser_because: string | null;
}

export interface Master {
  quality: number | null;
  url: string;
}

export interface Snapshot {
  episode_id: number;
  server_info: { server_count: number; minimum: number; needs_force_scrape: boolean; message: string | null };
  masters: Master[];
  /** In the order in which they are offered, best first. */
  links: Link[];
  job: Job | null;
  cooldown_until: string | null;
  can_scrape: boolean;
  stale: boolean;
}

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
