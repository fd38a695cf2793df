import assert from "node:assert/strict";
import { test } from "node:test";
import { failureCode, secondsUntil, viewOf, type View } from "../src/domain/view.ts";
import type { Snapshot } from "../src/types.ts";
import { job, link, snapshot } from "./make.ts";

const gone = link({ offered: false, state: "dead" });

const TABLE: [string, Partial<Snapshot>, boolean, View][] = [
  ["nothing known", {}, false, "empty"],
  ["a queued job", { job: job({ state: "queued" }) }, false, "scraping"],
  ["a failed job", { job: job({ state: "failed" }) }, false, "failed"],
  ["a cancelled job", { job: job({ state: "cancelled" }) }, false, "failed"],
  ["a job that found nothing", { job: job({ state: "succeeded" }) }, false, "failed"],
  ["only dead links", { links: [gone] }, false, "expired"],
  ["dead links after an old success", { links: [gone], job: job({ state: "succeeded" }) }, false, "expired"],
  ["only links for other players", { links: [link({ playable: false })] }, false, "unplayable"],
  ["something to play", { links: [link()] }, false, "ready"],
  ["something to play while refreshing", { links: [link()], job: job() }, false, "ready"],
  ["something to play after a failed refresh", { links: [link()], job: job({ state: "failed" }) }, false, "ready"],
  ["everything failed here", { links: [link()] }, true, "exhausted"],
  ["everything failed here, and more is on the way", { links: [link()], job: job() }, true, "scraping"],
];

for (const [name, part, exhausted, expected] of TABLE) {
  test(`${name} shows ${expected}`, () => assert.equal(viewOf(snapshot(part), exhausted), expected));
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
