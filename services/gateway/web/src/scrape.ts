// Orders a scrape and says in data what came of it.

import type { Job } from "./types.ts";

export type Answer =
  | { type: "accepted"; job: Job }
  | { type: "cooldown"; retryAt: string | null }
  | { type: "refused"; code: string };

export function csrfToken(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";
}

/** POST the order; never throws: a lost connection is the code `network`. */
export async function orderScrape(url: string): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(url, {
      method: "POST",
      headers: { "X-CSRF-Token": csrfToken(), accept: "application/json" },
      credentials: "same-origin",
    });
  } catch {
    return { type: "refused", code: "network" };
  }
  const body = (await response.json().catch(() => ({}))) as { job?: Job; code?: string; retry_at?: string };
  if (response.ok && body.job) return { type: "accepted", job: body.job };
  if (body.code === "cooldown") return { type: "cooldown", retryAt: body.retry_at ?? null };
  const byStatus: Record<number, string> = { 401: "forbidden", 403: "bad_csrf", 429: "throttled" };
  return { type: "refused", code: body.code ?? byStatus[response.status] ?? "unavailable" };
}
