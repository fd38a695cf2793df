import assert from "node:assert/strict";
import { test } from "node:test";
import { cardFrom, cardOf, type Ending } from "../src/domain/upnext.ts";

const at = (position: number, more: Partial<Ending> = {}): Ending => ({
  position, duration: 1200, outro: null, endedAt: null, now: 0, ...more,
});

test("the card comes in the last half minute, at marked credits, or in a clip's last tenth", () => {
  const table: [number | null, number | null, number | null][] = [
    [1200, null, 1170], [100, null, 90], [1200, 1100, 1100], [1200, 1500, 1170], [1200, 300, 1170], [null, 1100, null],
  ];
  for (const [duration, outro, from] of table) assert.equal(cardFrom({ duration, outro }), from);
});

test("it counts down while the picture moves, and after the end by the clock", () => {
  const table: [Ending, number | null][] = [
    [at(1169.9), null],
    [at(1170), 30],
    [at(1199.5), 1],
    [at(1100, { outro: 1100 }), 10],
    [at(1104.2, { outro: 1100 }), 6],
    [at(1120, { outro: 1100 }), 0],
    [at(1195, { outro: 1195 }), 5],
    [at(1200, { endedAt: 0, now: 0 }), 0],
    [at(12, { duration: 12, endedAt: 0, now: 0 }), 9],
    [at(12, { duration: 12, endedAt: 0, now: 20_000 }), 0],
    [at(500, { duration: null }), null],
  ];
  for (const [ending, left] of table) assert.equal(cardOf(ending)?.left ?? null, left, JSON.stringify(ending));
});
