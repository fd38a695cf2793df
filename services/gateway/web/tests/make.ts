// Builders of test data: a link, a snapshot, a step, with only what a test cares about said aloud.

import type { Candidate } from "../src/domain/following.ts";
import type { Job, Link, Snapshot, Step } from "../src/types.ts";

export function link(part: Partial<Link> = {}): Link {
  return {
    id: 1, generation: 1, quality: 1080, server: "pixel", label: "Pixel", kind: "stream", container: "mp4",
    url: "https://files.example/a.mp4", size_bytes: null, language: null, state: "alive", offered: true, playable: true,
    via: "direct", play_url: "https://files.example/a.mp4", expires_at: null, expiry_basis: "default", checked_at: null, scraped_at: null,
    expiry: { at: null, basis: "default", evidence: null },
    health: { state: "alive", reason: null, since: null, checked_at: null, ok_at: null, latency_ms: null }, ...part,
  };
}

export function job(part: Partial<Job> = {}): Job {
  return {
    id: "j1", state: "running", requested_at: null, started_at: null, finished_at: null, error_code: null,
    error_detail: null, browser_because: null, ...part,
  };
}

export function snapshot(part: Partial<Snapshot> = {}): Snapshot {
  return {
    episode_id: 1, server_info: { server_count: 0, minimum: 9, needs_force_scrape: true, message: null }, masters: [],
    links: [], job: null, cooldown_until: null, can_scrape: true, stale: false, ...part,
  };
}

export function step(part: Partial<Step> = {}): Step {
  return {
    job_id: "j1", at: "2026-01-01T00:00:00Z", step: "started", quality: null, server: null, host: null, count: null,
    code: null, ...part,
  };
}

export function candidate(part: Partial<Candidate> & { id: number }): Candidate {
  return { key: `${part.id}:1`, quality: 1080, server: `server-${part.id}`, expiresAt: null, guessed: false, ...part };
}
