import assert from "node:assert/strict";
import { test } from "node:test";
import { addressOfFields, pageLookedAt, patience, readPlace } from "../src/domain/library.ts";

test("the address says what is chosen and leaves out what is empty", () => {
  const cases: [[string, string][], string][] = [
    [[], "/"],
    [[["q", ""], ["genre", " "]], "/"],
    [[["q", " 더 글로리 "]], "/?q=%EB%8D%94+%EA%B8%80%EB%A1%9C%EB%A6%AC"],
    [[["kind", "movie"], ["q", "a&b"], ["sort", ""]], "/?kind=movie&q=a%26b"],
  ];
  for (const [fields, address] of cases) assert.equal(addressOfFields("/", fields), address);
});

test("the page that is looked at is the last one that begins above the middle", () => {
  const cases: [number[], number][] = [
    [[], 0],
    [[100], 0],
    [[-900, 300, 900], 1],
    [[-900, -300, 400], 2],
    [[500, 1500], 0],
  ];
  for (const [tops, page] of cases) assert.equal(pageLookedAt(tops, 400), page);
});

test("a place is only come back to where it was left", () => {
  const place = { at: "/?cursor=b", pages: ["/", "/?cursor=b"], y: 1200, followed: "/title/a" };
  assert.deepEqual(readPlace(JSON.stringify(place), "/?cursor=b"), place);
  assert.deepEqual(readPlace(JSON.stringify({ ...place, followed: 3 }), "/?cursor=b")?.followed, null);
  for (const kept of [null, "", "{", "3", "null", "{}", JSON.stringify({ ...place, pages: ["/"] }), JSON.stringify({ ...place, y: "9" })]) {
    assert.equal(readPlace(kept, "/?cursor=b"), null, String(kept));
  }
  assert.equal(readPlace(JSON.stringify(place), "/"), null);
});

test("a refused question waits as long as it is told to, within reason", () => {
  assert.deepEqual([patience("3"), patience(null), patience("soon"), patience("9999"), patience("-1")], [3000, 5000, 5000, 60_000, 5000]);
});
