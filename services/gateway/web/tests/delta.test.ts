import assert from "node:assert/strict";
import { test } from "node:test";
import { follow } from "../src/domain/delta.ts";
import { job, link, snapshot } from "./make.ts";

const before = snapshot({ links: [link({ id: 1 }), link({ id: 2, server: "fsl" })] });

test("a link that died takes the place of the one that lived", () => {
  const dead = link({ id: 2, server: "fsl", state: "dead", offered: false });
  assert.deepEqual(follow(before, { episode_id: 1, links: [dead] }), { ...before, links: [before.links[0], dead] });
});

test("a new link comes last unless an order says otherwise", () => {
  const third = link({ id: 3 });
  assert.deepEqual(follow(before, { episode_id: 1, links: [third] }).links.map((one) => one.id), [1, 2, 3]);
  const ordered = follow(before, { episode_id: 1, links: [third], gone: [1], order: [3, 2] });
  assert.deepEqual(ordered.links.map((one) => one.id), [3, 2]);
});

test("values that changed are set and the rest stays", () => {
  const running = job({ state: "running" });
  const after = follow(before, { episode_id: 1, set: { job: running, stale: true } });
  assert.deepEqual(after, { ...before, job: running, stale: true });
  assert.equal(before.job, null);
});

test("an order that names a link nobody knows leaves it out", () => {
  assert.deepEqual(follow(before, { episode_id: 1, order: [2, 9, 1] }).links.map((one) => one.id), [2, 1]);
});
