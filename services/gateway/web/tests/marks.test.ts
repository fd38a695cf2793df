import assert from "node:assert/strict";
import { test } from "node:test";
import { skippable } from "../src/domain/marks.ts";

test("a marked stretch can be skipped while it plays", () => {
  const marks = { intro: { start: 60, end: 150 }, outro: { start: 1300, end: 9999 } };
  const table: [number, number | null, ReturnType<typeof skippable>][] = [
    [59.9, 1400, null], [60, 1400, { what: "intro", to: 150 }], [147.9, 1400, { what: "intro", to: 150 }], [148.5, 1400, null],
    [700, 1400, null], [1300, 1400, { what: "outro", to: 1400 }], [1399, 1400, null], [1350, null, { what: "outro", to: 9999 }],
    [70, 30, null],
  ];
  for (const [position, duration, expected] of table) assert.deepEqual(skippable(marks, position, duration), expected, String(position));
  assert.equal(skippable({ intro: null, outro: null }, 70, 1400), null);
});
