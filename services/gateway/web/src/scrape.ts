// Orders a scrape and says in data what came of it.

import { call } from "./api/client.ts";
import type { Job } from "./types.ts";

export type Answer =
  | { type: "accepted"; job: Job }
  | { type: "cooldown"; retryAt: string | null }
  | { type: "refused"; code: string };

const BY_STATUS: Record<number, string> = { 401: "forbidden", 403: "bad_csrf", 429: "throttled" };

/** Never throws: a lost connection is the code `network`. */
export async function orderScrape(episodeId: number): Promise<Answer> {
  const outcome = await call("POST /api/v1/episodes/{episode_id}/scrape", { path: { episode_id: episodeId } });
  if (outcome.ok) {
    const { job } = outcome.body;
    return job ? { type: "accepted", job } : { type: "refused", code: "unavailable" };
  }
  const { problem, status } = outcome;
  if (problem.code === "cooldown") return { type: "cooldown", retryAt: problem.retry_at ?? null };
  return { type: "refused", code: problem.code || BY_STATUS[status] || "unavailable" };
}
