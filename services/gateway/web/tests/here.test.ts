import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { allHere, forgetHere, keepHere, seenHere } from "../src/room/here.ts";

const held = new Map<string, string>();
Object.assign(globalThis, {
  localStorage: { getItem: (key: string) => held.get(key) ?? null, setItem: (key: string, value: string) => held.set(key, value) },
});
beforeEach(() => held.clear());

const next = (position: number) => ({ position, duration: 3600, finished: false });

test("what was watched last comes first, and what was watched again is not forgotten with what it was", () => {
  keepHere(7, next(100), 1000);
  keepHere(8, next(200), 2000);
  keepHere(7, next(300), 3000);
  assert.deepEqual(allHere().map(([id, seen]) => [id, seen.position, seen.at]), [[7, 300, 3000], [8, 200, 2000]]);
  forgetHere(7, 1000);
  assert.equal(seenHere(7)?.position, 300);
  forgetHere(7, 3000);
  assert.equal(seenHere(7), null);
  assert.equal(seenHere(8)?.position, 200);
});

test("three hundred episodes are remembered, and the oldest go", () => {
  for (let id = 1; id <= 302; id += 1) keepHere(id, next(60), id);
  assert.equal(allHere().length, 300);
  assert.equal(seenHere(2), null);
  assert.equal(seenHere(3)?.position, 60);
});

test("what makes no sense there is left out", () => {
  held.set("ws_progress", JSON.stringify({ x: { p: 1, d: 1, f: false, at: 1 }, 4: { p: "1", at: 1 }, 5: null, 6: { p: -3, at: 1 }, 9: { p: 12, d: "x", at: 5 } }));
  assert.deepEqual(allHere(), [[9, { position: 12, duration: null, finished: false, at: 5 }]]);
  held.set("ws_progress", "nonsense");
  assert.deepEqual(allHere(), []);
});
