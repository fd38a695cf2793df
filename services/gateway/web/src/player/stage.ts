// Draws what stands where the picture would be: nothing yet, at work, failed.

import { failureCode, secondsUntil, type View } from "../domain/view.ts";
import { h } from "../element.ts";
import { clock, failure, t } from "../i18n.ts";
import type { Snapshot } from "../types.ts";
import { masterList } from "./servers.ts";
import { triedList, type Tried } from "./tried.ts";

export interface StageOptions {
  snapshot: Snapshot;
  view: View;
  now: number;
  position: number;
  /** A refusal of the last order, as a code; null when it was taken. */
  refusal: string | null;
  ordering: boolean;
  /** What failed here, the first try first. */
  tried: readonly Tried[];
  steps: () => HTMLElement;
  onScrape: () => void;
  onRetry: () => void;
  jobsUrl: string | null;
}

/** What the stage shows; null when the picture has it. */
export function stagePanel(options: StageOptions): HTMLElement | null {
  const { view, snapshot } = options;
  if (view === "ready") return null;
  if (view === "scraping") return findingPanel(options);
  if (view === "exhausted") return exhaustedPanel(options);
  if (view === "failed") return failedPanel(options);
  return h("div", { class: "calm" },
    h("h2", {}, t(`${view}.title`)), h("p", {}, t(`${view}.text`)),
    refusalLine(options), scrapeButton(options, "scrape"), masterList(snapshot.masters));
}

/** At work: what is known, what is done, and where it goes on. */
function findingPanel(options: StageOptions): HTMLElement {
  const { snapshot, position } = options;
  const first = snapshot.links.length === 0;
  return h("div", { class: "calm calm-finding" },
    h("p", { class: "calm-warning" }, t(first ? "empty.title" : options.tried.length > 0 ? "exhausted.title" : "expired.title")),
    h("h2", {}, t(first ? "scraping.title" : "scraping.fresh")),
    options.steps(),
    h("p", {}, position > 0 ? t("scraping.goes_on", { time: clock(position) }) : t("scraping.then")),
    refusalLine(options), scrapeButton(options, "scrape", true), first ? masterList(snapshot.masters) : null);
}

/** All was tried in vain: what, why, and one way on. */
function exhaustedPanel(options: StageOptions): HTMLElement {
  const { job, masters } = options.snapshot;
  // what was found a moment ago binds: then nothing was looked for
  const held = secondsUntil(options.snapshot.cooldown_until, options.now) > 0 && options.snapshot.links.some((link) => link.offered);
  const text = held ? "exhausted.held" : options.position > 0 ? "exhausted.text" : "exhausted.start";
  const lost = job?.state === "failed" || job?.state === "cancelled";
  return h("div", { class: "calm calm-exhausted" },
    h("h2", {}, t("exhausted.title")),
    h("p", {}, t(text, { time: clock(options.position) })),
    lost ? h("p", { class: "quiet" }, t("failed.note", { reason: failure(failureCode(job)).reason })) : null,
    triedList(options.tried),
    refusalLine(options),
    h("div", { class: "actions" },
      h("button", { type: "button", class: "button button-large", "data-key": "retry", click: () => options.onRetry() }, t("exhausted.retry")),
      scrapeButton(options, "scrape", true)),
    masterList(masters));
}

function failedPanel(options: StageOptions): HTMLElement {
  const { job } = options.snapshot;
  const { reason, advice } = failure(failureCode(job));
  return h("div", { class: "calm calm-failed" },
    h("h2", {}, t(job?.state === "cancelled" ? "failed.cancelled" : "failed.title")),
    h("p", {}, h("strong", {}, reason), " ", advice),
    refusalLine(options),
    scrapeButton(options, "scrape_again"),
    options.jobsUrl && job ? h("p", {}, h("a", { href: `${options.jobsUrl}${encodeURIComponent(job.id)}` }, t("failed.job"))) : null,
    masterList(options.snapshot.masters));
}

function refusalLine(options: StageOptions): HTMLElement | null {
  if (!options.refusal) return null;
  const { reason, advice } = failure(options.refusal);
  return h("p", { class: "refusal", role: "alert" }, `${reason} ${advice}`);
}

/** The order's button; during a cooldown it stays reachable and counts down. */
export function scrapeButton(options: Pick<StageOptions, "snapshot" | "now" | "ordering" | "onScrape">, label: string, quiet = false): HTMLElement {
  const left = secondsUntil(options.snapshot.cooldown_until, options.now);
  const look = quiet ? "button button-quiet button-small" : "button button-large";
  if (left > 0) {
    return h("div", { class: "cooldown" },
      h("button", { type: "button", class: look, "aria-disabled": "true", "data-key": "scrape" }, t("cooldown", { time: clock(left) })),
      quiet ? null : h("p", { class: "quiet" }, t("cooldown_note", { time: clock(left) })));
  }
  if (!options.snapshot.can_scrape) return h("p", { class: "quiet" }, t("sign_in_to_scrape"));
  return h("button", {
    type: "button", class: look, "data-key": "scrape", "data-action": "scrape",
    "aria-disabled": options.ordering ? "true" : null, click: () => options.onScrape(),
  }, t(label));
}
