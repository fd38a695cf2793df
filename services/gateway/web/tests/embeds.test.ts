import assert from "node:assert/strict";
import { test } from "node:test";
import { frameOf } from "../src/domain/embeds.ts";
import { candidates } from "../src/domain/choose.ts";
import { link } from "./make.ts";

const HOSTS = ["play.example", "*.frames.example", "local.example:8080"];

test("only players of listed hosts are shown, and never less safely than the page", () => {
  const table: [string, boolean, boolean][] = [
    ["https://play.example/e/1", true, true], ["http://play.example/e/1", true, false], ["http://play.example/e/1", false, true],
    ["https://evil.example/e/1", false, false], ["https://play.example.evil/e", false, false], ["https://a.play.example/e", false, false],
    ["https://a.frames.example/e", true, true], ["https://frames.example/e", true, false], ["https://aframes.example/e", true, false],
    ["https://local.example:8080/", true, true], ["https://local.example/", true, false], ["https://play.example:8443/", true, false],
    ["javascript:alert(1)", false, false], ["data:text/html,x", false, false], ["//play.example/", false, false], ["https://play.example@evil.example/", false, false],
    ["https://me:me@play.example/", false, false],
  ];
  for (const [url, secure, shown] of table) {
    assert.equal(frameOf(link({ kind: "embed", url }), HOSTS, secure) !== null, shown, `${url} ${secure}`);
  }
  assert.equal(frameOf(link({ kind: "stream", url: "https://play.example/" }), HOSTS, true), null);
  assert.equal(frameOf(link({ kind: "embed", url: "https://play.example/", offered: false }), HOSTS, true), null);
});

test("an embed is never chosen by itself", () => {
  assert.deepEqual(candidates([link({ kind: "embed", playable: true })]), []);
});
