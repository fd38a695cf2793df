import assert from "node:assert/strict";
import { test } from "node:test";
import { byQuality, candidates, isWebAddress } from "../src/domain/choose.ts";
import { link } from "./make.ts";

test("only offered and playable links are candidates, and embeds never are", () => {
  const links = [
    link({ id: 1 }), link({ id: 2, offered: false }), link({ id: 3, playable: false }), link({ id: 4, kind: "embed" }),
    link({ id: 5, kind: "download" }),
  ];
  assert.deepEqual(candidates(links).map(({ id }) => id), [1, 5]);
});

test("groups go from the highest quality down, unknown last, with the offered first inside", () => {
  const groups = byQuality([
    link({ id: 1, quality: null }), link({ id: 2, quality: 480 }), link({ id: 3, quality: 1080, offered: false }),
    link({ id: 4, quality: 1080 }),
  ]);
  assert.deepEqual(groups.map((group) => [group.quality, group.links.map(({ id }) => id)]), [
    [1080, [4, 3]], [480, [2]], [null, [1]],
  ]);
});

test("only web addresses can be clicked", () => {
  for (const good of ["https://a.example/x", "http://a.example", "/w/1/1080/x.mp4"]) assert.ok(isWebAddress(good), good);
  for (const bad of ["javascript:alert(1)", " javascript:1", "data:text/html,x", "//evil.example", "file:///etc", ""]) {
    assert.ok(!isWebAddress(bad), bad);
  }
});
