import assert from "node:assert/strict";
import { test } from "node:test";
import { NEVER, beginning, isOver, later, parseMoment, toKeep, type Came } from "../src/domain/resume.ts";

const came = (position: number, duration: number | null = 3600, finished = false): Came => ({ position, duration, finished });

test("a moment of an address is read as people write it", () => {
  const table: [string | null, number | null][] = [
    ["90", 90], ["90s", 90], ["12.5", 12.5], ["2m", 120], ["1h2m3s", 3723], ["1H", 3600], ["1:02:03", 3723], ["02:03", 123], [" 7 ", 7],
    [null, null], ["", null], ["-5", null], ["abc", null], ["1h2", null], ["3s2m", null], ["1:99", null], ["9999999", null], ["1e3", null],
  ];
  for (const [text, seconds] of table) assert.equal(parseMoment(text), seconds, String(text));
});

test("a play goes on where somebody stopped, and an address that names a moment wins", () => {
  const table: [number | null, Came | null, number, boolean][] = [
    [null, null, 0, false],
    [null, came(754), 754, true],
    [null, came(9), 0, false],
    [null, came(10), 10, true],
    [null, came(754, 3600, true), 0, false],
    [null, came(3500), 0, false],
    [null, came(3500, null), 3500, true],
    [30, came(754), 30, false],
    [0, came(754), 0, false],
  ];
  for (const [linked, held, at, resumed] of table) assert.deepEqual(beginning(linked, held), { at, resumed });
});

test("watched is about 95 of 100", () => {
  assert.equal(isOver(94.9, 100), false);
  assert.equal(isOver(95, 100), true);
  assert.equal(isOver(95, null), false);
  assert.equal(isOver(0, 0), false);
});

test("how far somebody came is kept about every ten seconds, and at once when it stops", () => {
  const kept = { at: 100_000, position: 60, finished: false };
  const next = (position: number, finished = false) => ({ position, duration: 100, finished });
  assert.equal(toKeep(NEVER, "moves", 9.9, 100, 0), null, "a look at the beginning");
  assert.deepEqual(toKeep(NEVER, "moves", 10, 100, 0), next(10));
  assert.equal(toKeep(kept, "moves", 69, 100, 109_000), null, "too soon");
  assert.deepEqual(toKeep(kept, "moves", 70, 100, 110_000), next(70));
  assert.deepEqual(toKeep(kept, "stops", 61, 100, 101_000), next(61));
  assert.equal(toKeep(kept, "stops", 60.2, 100, 101_000), null, "nothing new");
  assert.deepEqual(toKeep(kept, "moves", 96, 100, 101_000), next(96, true), "watched is told at once");
  assert.deepEqual(toKeep(kept, "ended", 5, 5, 101_000), { position: 5, duration: 5, finished: true });
  assert.deepEqual(toKeep({ ...kept, finished: true }, "moves", 12, 100, 101_000), next(12), "watched again");
});

test("of what the gateway and this browser keep the later one counts, wherever it stands", () => {
  const [early, late] = [{ ...came(900), at: 1000 }, { ...came(300), at: 2000 }];
  assert.equal(later(early, late), late);
  assert.equal(later(late, early), late);
  assert.equal(later(null, early), early);
  assert.equal(later(early, null), early);
  assert.equal(later(null, null), null);
  // of two alike the gateway's: it comes first
  assert.equal(later(early, { ...late, at: 1000 }), early);
});
