import assert from "node:assert/strict";
import { test } from "node:test";
import { failureCode, secondsUntil, viewOf, type Playing, type View } from "../src/domain/view.ts";
import type { Snapshot } from "../src/types.ts";
import { job, link, snapshot } from "./make.ts";

const gone = link({ offered: false, state: "dead" });

const idle: Playing = { phase: "exhausted", current: null, failures: [] };
const playing: Playing = { ...idle, phase: "playing", current: {} };
const failed: Playing = { ...idle, current: {}, failures: [{}] };

const TABLE: [string, Partial<Snapshot>, Playing, View][] = [
  ["nothing known", {}, idle, "empty"],
  ["nothing known yet, and a search", {}, { ...idle, phase: "searching" }, "scraping"],
  ["a queued job", { job: job({ state: "queued" }) }, idle, "scraping"],
  ["a failed job", { job: job({ state: "failed" }) }, idle, "failed"],
  ["a cancelled job", { job: job({ state: "cancelled" }) }, idle, "failed"],
  ["a job that found nothing", { job: job({ state: "succeeded" }) }, idle, "failed"],
  ["only dead links", { links: [gone] }, idle, "expired"],
  ["dead links after an old success", { links: [gone], job: job({ state: "succeeded" }) }, idle, "expired"],
  ["only links for other players", { links: [link({ playable: false })] }, idle, "unplayable"],
  ["something to play", { links: [link()] }, { ...idle, phase: "starting" }, "ready"],
  ["something that plays while refreshing", { links: [link()], job: job() }, playing, "ready"],
  ["something that plays after a failed refresh", { links: [link()], job: job({ state: "failed" }) }, playing, "ready"],
  ["something that plays although its link has left the list", { links: [gone] }, playing, "ready"],
  ["everything failed here", { links: [link()] }, failed, "exhausted"],
  ["everything failed here, and the search brought nothing", { links: [gone], job: job({ state: "failed" }) }, failed, "exhausted"],
  ["everything failed here, and more is on the way", { links: [link()], job: job() }, failed, "scraping"],
];

for (const [name, part, state, expected] of TABLE) {
  test(`${name} shows ${expected}`, () => assert.equal(viewOf(snapshot(part), state), expected));
}

test("a failure without a code is explained all the same", () => {
  assert.equal(failureCode(job({ state: "failed", error_code: "drift" })), "drift");
  assert.equal(failureCode(job({ state: "cancelled" })), "cancelled");
  assert.equal(failureCode(job({ state: "succeeded" })), "no_links");
});

test("the time until a moment is whole seconds and never negative", () => {
  const now = Date.parse("2026-01-01T00:00:00Z");
  assert.equal(secondsUntil("2026-01-01T00:00:01.200Z", now), 2);
  assert.equal(secondsUntil("2025-12-31T23:00:00Z", now), 0);
  assert.equal(secondsUntil(null, now), 0);
  assert.equal(secondsUntil("nonsense", now), 0);
});
