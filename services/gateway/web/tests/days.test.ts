import assert from "node:assert/strict";
import { test } from "node:test";
import { byDay, dayOf } from "../src/domain/days.ts";

const SLOTS = ["2026-11-22T15:00:00+00:00", "2026-11-22T16:00:00+00:00", "2026-11-22T17:00:00+00:00", "2026-11-23T16:59:59+00:00"];

test("a day is the day of whoever looks", () => {
  const table: [string, string[]][] = [
    ["UTC", ["2026-11-22", "2026-11-22", "2026-11-22", "2026-11-23"]],
    ["Asia/Jakarta", ["2026-11-22", "2026-11-22", "2026-11-23", "2026-11-23"]],
    ["America/New_York", ["2026-11-22", "2026-11-22", "2026-11-22", "2026-11-23"]],
    ["Pacific/Kiritimati", ["2026-11-23", "2026-11-23", "2026-11-23", "2026-11-24"]],
  ];
  for (const [zone, days] of table) assert.deepEqual(SLOTS.map((slot) => dayOf(slot, zone)), days, zone);
});

test("what follows each other on one day is a group, and nothing is none", () => {
  assert.deepEqual(byDay(SLOTS, (slot) => dayOf(slot, "Asia/Jakarta")), [
    { day: "2026-11-22", items: SLOTS.slice(0, 2) },
    { day: "2026-11-23", items: SLOTS.slice(2) },
  ]);
  assert.deepEqual(byDay([], String), []);
});
