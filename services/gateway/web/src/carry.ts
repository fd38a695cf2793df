// Takes what this browser kept without an account to whoever signed in: what was watched later wins, there as here.

import { call } from "./api/client.ts";
import { allHere, forgetHere } from "./room/here.ts";

/** Answers after which asking again brings nothing else: taken, no such episode any more, or nothing that makes sense. */
const SETTLED = new Set([200, 404, 422]);

export async function carryProgress(): Promise<void> {
  if (!("signedIn" in document.body.dataset)) return;
  for (const [episodeId, seen] of allHere()) {
    const body = {
      position_s: seen.position, duration_s: seen.duration, finished: seen.finished, watched_at: new Date(seen.at).toISOString(),
    };
    const { status } = await call("PUT /api/v1/episodes/{episode_id}/progress", { path: { episode_id: episodeId }, body });
    // the rest is told by the next page
    if (!SETTLED.has(status)) return;
    forgetHere(episodeId, seen.at);
  }
}
