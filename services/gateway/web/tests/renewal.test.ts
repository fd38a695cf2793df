import assert from "node:assert/strict";
import { test } from "node:test";
import type { Candidate } from "../src/domain/following.ts";
import { BEFORE_MS, EDGE_S, LAST_CALL_MS, dueAt, renewalOf } from "../src/domain/renewal.ts";
import { candidate } from "./make.ts";

const HOUR = 3_600_000;
const now = candidate({ id: 1, server: "pixel", expiresAt: HOUR });
const newer = candidate({ id: 1, key: "1:2", server: "pixel", expiresAt: 3 * HOUR });
const other = candidate({ id: 2, server: "fsl", expiresAt: 2 * HOUR });
const poorer = candidate({ id: 3, server: "fsl", quality: 480, expiresAt: 9 * HOUR });

interface Case {
  at?: number;
  ahead?: number;
  still?: boolean;
  current?: Candidate;
  offered?: Candidate[];
  manual?: boolean;
}

function chosen({ at = HOUR - LAST_CALL_MS / 2, ahead = 60, still = false, current = now, offered = [now, other], manual = false }: Case) {
  const state = { offered, current, manual, failures: [], tries: [{ server: "pixel", at: 0 }] };
  return renewalOf(state, { now: at, ahead, still })?.key ?? null;
}

const TABLE: [string, Case, string | null][] = [
  ["early in a link's life nothing happens", { at: HOUR / 2, ahead: 1 }, null],
  ["when it is due, film at hand is played first", { at: 0.9 * HOUR }, null],
  ["when it is due, the edge of what is at hand is the moment", { at: 0.9 * HOUR, ahead: EDGE_S - 1 }, "2:1"],
  ["when it is due, a pause is the moment", { at: 0.9 * HOUR, still: true }, "2:1"],
  ["just before it runs out there is no waiting", {}, "2:1"],
  ["film that is here to its end needs nothing", { ahead: Infinity }, null],
  ["the server's own newer link comes first", { offered: [other, newer] }, "1:2"],
  ["another quality is no renewal", { offered: [now, poorer] }, null],
  ["a link that runs out no later is none either", { offered: [now, candidate({ id: 4, expiresAt: HOUR })] }, null],
  ["one without an end is", { offered: [now, candidate({ id: 4, server: "fsl" })] }, "4:1"],
  ["a person's choice stays on its server", { at: HOUR - LAST_CALL_MS + 1, manual: true }, null],
  ["with a newer link of that server", { manual: true, offered: [other, newer] }, "1:2"],
  ["until it is about to fail", { at: HOUR - LAST_CALL_MS / 3, manual: true }, "2:1"],
  ["a guessed end disturbs no moving picture", { current: { ...now, guessed: true } }, null],
  ["a guessed end is heeded in a pause", { current: { ...now, guessed: true }, still: true }, "2:1"],
  ["nobody knows its end: nothing to do", { current: { ...now, expiresAt: null }, still: true }, null],
];

for (const [name, given, expected] of TABLE) {
  test(name, () => assert.equal(chosen(given), expected));
}

test("a link is due at four fifths of its life, or ninety seconds before its end, but not in its first half", () => {
  assert.equal(dueAt(now, 0), 0.8 * HOUR);
  const short = { ...now, expiresAt: 300_000 };
  assert.equal(dueAt(short, 0), 300_000 - BEFORE_MS);
  assert.equal(dueAt({ ...now, expiresAt: 60_000 }, 0), 30_000);
});
