import assert from "node:assert/strict";
import { test } from "node:test";
import { expiryOf, howOf, whyOf } from "../src/domain/why.ts";
import type { Link } from "../src/types.ts";
import { link } from "./make.ts";

const AT = "2026-11-21T09:00:00Z";
type Basis = Link["expiry"]["basis"];
const NOW = Date.parse(AT);
const LATER = "2026-11-21T10:00:00Z";

const health = (part: Partial<Link["health"]>) =>
  link({ health: { state: "alive", reason: null, since: null, checked_at: null, ok_at: null, latency_ms: null, ...part } });
const expiry = (at: string | null, basis: Basis, evidence: string | null) => link({ expiry: { at, basis, evidence } });

test("a link says when it was seen alive", () => {
  assert.deepEqual(whyOf(health({ ok_at: AT })), { key: "why.alive", at: AT, code: null });
});

test("a dead link says since when and why", () => {
  const dead = health({ state: "dead", reason: "not_found", since: AT, checked_at: LATER });
  assert.deepEqual(whyOf(dead), { key: "why.dead", at: AT, code: "not_found" });
  assert.deepEqual(whyOf(health({ state: "suspect", checked_at: AT })), { key: "why.suspect", at: AT, code: "other" });
  assert.equal(whyOf(health({ state: "dead" })).key, "why.dead_sometime");
});

test("a link that nobody has looked at says so", () => {
  assert.deepEqual(whyOf(health({ state: "unknown" })), { key: "why.unknown", at: null, code: null });
  const throttled = health({ state: "unknown", checked_at: AT, reason: "throttled" });
  assert.deepEqual(whyOf(throttled), { key: "why.unknown_reason", at: AT, code: "throttled" });
});

test("what the issuer says is certain, and what we learned or assume is a guess", () => {
  assert.equal(expiryOf(expiry(LATER, "parameter", "exp"), NOW).key, "expiry.in");
  assert.equal(expiryOf(expiry(LATER, "learned", null), NOW).key, "expiry.in_guess");
  assert.equal(expiryOf(expiry(AT, "issued_at", null), NOW).key, "expiry.past");
  assert.equal(expiryOf(expiry(null, "default", null), NOW).key, "expiry.unknown");
});

const HOW: [Basis, string | null, string, Record<string, string | number>][] = [
  ["parameter", "X-Amz-Date + X-Amz-Expires", "how.parameter", { evidence: "X-Amz-Date + X-Amz-Expires" }],
  ["parameter", null, "how.parameter_plain", {}],
  ["issued_at", "issued 14:02 + 2 h", "how.issued", { time: "14:02", life: "2 h" }],
  ["issued_at", "Sunset header", "how.issued_at", { evidence: "Sunset header" }],
  ["learned", "learned: 5.8–6.1 h from 38 links of pixel", "how.learned", { span: "5.8–6.1 h", count: 38 }],
  ["default", "definition: 3 h", "how.definition", { life: "3 h" }],
  ["default", "default", "how.default_plain", {}],
  ["default", null, "how.default_plain", {}],
];

for (const [basis, evidence, key, values] of HOW) {
  test(`${basis} by ${evidence} is told as ${key}`, () => {
    assert.deepEqual(howOf(expiry(LATER, basis, evidence)), { key, values });
  });
}

test("where no expiry is known, nobody says how", () => {
  assert.equal(howOf(expiry(null, "default", "default")), null);
});
