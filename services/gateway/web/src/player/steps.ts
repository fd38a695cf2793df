// Draws what a scrape is doing, one row per quality.

import type { Progress, Row } from "../domain/progress.ts";
import { isLive } from "../domain/view.ts";
import { h } from "../element.ts";
import { duration, failure, t, whyABrowser } from "../i18n.ts";
import type { Job } from "../types.ts";

/** One row in words: "found 3 servers". */
export function rowWords(row: Row): string {
  if (row.step === "failed" && row.verified + row.found === 0) return row.code ? failure(row.code).reason : t("step.failed");
  if (row.step === "browsing") return t("step.browsing", { why: whyABrowser(row.code) });
  if (row.verified > 0 && row.step !== "fetching") return t("step.verified", { count: row.verified });
  if (row.step === "verifying" && row.server) return t("step.verifying", { server: row.server });
  if (row.found > 0) return t("step.found", { count: row.found });
  if (row.step === "fetching" && row.host) return t("step.fetching_host", { host: row.host });
  if (row.step === "rejected" && row.server) return t("step.rejected", { server: row.server });
  return t(`step.${row.step === "verifying" || row.step === "rejected" ? "started" : row.step}`);
}

export function rowName(row: Row): string {
  return row.quality === null ? t("step.any_quality") : `${row.quality}p`;
}

function mood(row: Row): string {
  if (row.step === "failed") return row.verified + row.found > 0 ? "good" : "bad";
  return row.step === "finished" || row.step === "verified" ? "good" : "busy";
}

/** Without a job that lives, `before` says what comes before it. */
export function stepList(progress: Progress, job: Job | null, now: number, before = "scraping.asking"): HTMLElement {
  const rows = job && progress.jobId === job.id ? progress.rows : [];
  const since = Date.parse(job?.started_at ?? job?.requested_at ?? "") || progress.startedAt || now;
  return h("div", { class: "steps" },
    rows.length === 0
      ? h("p", { class: "step" }, h("span", { class: "pulse pulse-busy", "aria-hidden": "true" }),
        t(job && isLive(job) ? (job.state === "queued" ? "scraping.queued" : "step.started") : before))
      : h("ul", {}, ...rows.map((row) =>
        h("li", { class: `step step-${mood(row)}` },
          h("span", { class: `pulse pulse-${mood(row)}`, "aria-hidden": "true" }),
          h("strong", {}, rowName(row)), h("span", {}, rowWords(row))))),
    isLive(job) && h("p", { class: "elapsed", "aria-hidden": "true" }, t("elapsed", { time: duration((now - since) / 1000) })));
}
