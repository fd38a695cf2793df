import assert from "node:assert/strict";
import { test } from "node:test";
import { cuesOf, decoded } from "../src/domain/cues.ts";

test("SubRip and WebVTT give the same cues", () => {
  const srt = "1\r\n00:00:01,500 --> 00:00:03,000\r\nHello\r\nthere\r\n\r\n2\r\n00:01:00,000 --> 00:01:02,250\r\n안녕하세요\r\n";
  const vtt = "\uFEFFWEBVTT\n\nNOTE nothing\n\n00:01.500 --> 00:03.000\nHello\nthere\n\ntwo\n00:01:00.000 --> 00:01:02.250\n안녕하세요\n";
  const expected = [
    { start: 1.5, end: 3, text: "Hello\nthere", settings: "" },
    { start: 60, end: 62.25, text: "안녕하세요", settings: "" },
  ];
  assert.deepEqual(cuesOf(srt), expected);
  assert.deepEqual(cuesOf(vtt), expected);
});

test("what is odd is mended or left out", () => {
  assert.deepEqual(cuesOf(""), []);
  assert.deepEqual(cuesOf("<html><body>no</body></html>"), []);
  assert.deepEqual(cuesOf("00:00:05,000 --> 00:00:04,000\nbackwards"), []);
  const glued = "1\n00:00:01,000 --> 00:00:02,000\nOne\n2\n00:00:03,000 --> 00:00:04,000\nTwo";
  assert.deepEqual(cuesOf(glued).map((cue) => cue.text), ["One", "Two"]);
  const marked = "00:01.000 --> 00:02.000 align:start line:0 evil:x\n<font color=red><i>so</i></font>{\\an8}<c.big>!</c>";
  assert.deepEqual(cuesOf(marked), [{ start: 1, end: 2, text: "<i>so</i>!", settings: "align:start line:0" }]);
  assert.equal(cuesOf("00:01.000 --> 00:02.000\n1 < 2 <3")[0]?.text, "1 &lt; 2 &lt;3");
  const late = "00:09.000 --> 00:10.000\nb\n\n00:01.000 --> 00:02.000\na\n";
  assert.deepEqual(cuesOf(late).map((cue) => cue.text), ["a", "b"]);
});

test("bytes are read as what they are in", () => {
  const korean = new Uint8Array([0xbe, 0xc8, 0xb3, 0xe7, 0x0a]);
  assert.equal(decoded(new TextEncoder().encode("안녕 é")), "안녕 é");
  assert.equal(decoded(korean), "안녕\n");
  assert.equal(decoded(new Uint8Array([0xff, 0xfe, 0x41, 0x00])), "A");
  assert.equal(decoded(new Uint8Array([0xfe, 0xff, 0x00, 0x41])), "A");
  assert.equal(decoded(new Uint8Array([0x63, 0x61, 0x66, 0xe9, 0x20, 0x21])), "café !");
});
