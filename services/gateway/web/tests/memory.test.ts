import assert from "node:assert/strict";
import { test } from "node:test";
import { ranked } from "../src/domain/choose.ts";
import { NOTHING_KNOWN, itFailed, itWorked, rankOf, readMemory } from "../src/domain/memory.ts";
import { PAUSE_MS, turnOf, VERDICT_MS, type Search, type Turn } from "../src/domain/search.ts";
import type { Snapshot } from "../src/types.ts";
import { job, link, snapshot } from "./make.ts";

const fsl = { quality: 720, server: "fsl" };
const pixel = { quality: 720, server: "pixel" };

test("the server that played last comes first, and one that failed is forgotten", () => {
  const both = itWorked(itWorked(NOTHING_KNOWN, fsl), pixel);
  assert.ok(rankOf(both, pixel) < rankOf(both, fsl));
  assert.equal(rankOf(itFailed(both, pixel), pixel), rankOf(NOTHING_KNOWN, pixel));
  assert.equal(rankOf(both, { ...pixel, quality: 480 }), rankOf(NOTHING_KNOWN, pixel));
});

test("what worked goes before its equals, and never before what is in better health or of higher quality", () => {
  const links = [
    link({ id: 1, quality: 1080, server: "pixel" }), link({ id: 2, quality: 1080, server: "fsl" }),
    link({ id: 3, quality: 1080, server: "10gbps", state: "unknown" }), link({ id: 4, quality: 720, server: "fsl" }),
  ];
  const memory = { quality: null, worked: { 1080: ["10gbps", "fsl"], 720: ["fsl"] } };
  assert.deepEqual(ranked(links, memory).map(({ id }) => id), [2, 1, 3, 4]);
});

test("what was kept is read back, and nonsense is nothing", () => {
  const memory = itWorked({ ...NOTHING_KNOWN, quality: 720 }, fsl);
  assert.deepEqual(readMemory(JSON.stringify(memory)), memory);
  for (const text of [null, "", "{", "3", "null", '{"quality":"x","worked":[1]}', '{"worked":{"720":[1]}}']) {
    const read = readMemory(text);
    assert.equal(read.quality, null, String(text));
    assert.equal(rankOf(read, fsl), rankOf(NOTHING_KNOWN, fsl), String(text));
  }
});

const FRESH: Search = { since: 0, jobId: null, refused: false, ordered: null };
const soon = new Date(60_000).toISOString();
const SEARCHES: [string, Partial<Snapshot>, Partial<Search>, number, Turn][] = [
  ["nothing known", {}, {}, 0, "order"],
  ["a job that runs answers", { job: job() }, {}, 0, "wait"],
  ["an old failure does not bind for ever", { job: job({ state: "failed" }) }, {}, 0, "order"],
  ["its own job has ended", { job: job({ state: "failed" }) }, { jobId: "j1" }, 0, "give_up"],
  ["it ordered for a failure a moment ago", {}, { ordered: 0 }, PAUSE_MS - 1, "give_up"],
  ["it ordered for a failure a while ago", {}, { ordered: 0 }, PAUSE_MS, "order"],
  ["the order was refused", {}, { refused: true }, 0, "give_up"],
  ["there is no page to read", { can_scrape: false }, {}, 0, "give_up"],
  ["a cooldown after failures binds", { cooldown_until: soon }, {}, 0, "give_up"],
  ["a cooldown while links count as good waits for the probes", { cooldown_until: soon, links: [link()] }, {}, 0, "wait"],
  ["but not for ever", { cooldown_until: soon, links: [link()] }, {}, VERDICT_MS, "give_up"],
  ["a cooldown that is over binds nobody", { cooldown_until: soon }, {}, 60_000, "order"],
];

for (const [name, part, search, now, expected] of SEARCHES) {
  test(`${name}: ${expected}`, () => assert.equal(turnOf({ ...FRESH, ...search }, snapshot(part), now), expected));
}
