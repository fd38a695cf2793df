import assert from "node:assert/strict";
import { test } from "node:test";
import { isNews, milestone, newer, progressOf, type Told } from "../src/domain/bars.ts";

const UPLOAD = { uploadId: "u1", episodeId: 12345, progress: 45, seq: 9, bytesSent: 450, bytesTotal: 1000 };
const TOLD: Told = { kind: "upload", id: "u1", seq: 9, percent: 45, sent: 450, total: 1000 };

const messages: [string, unknown, Told | null][] = [
  ["an upload", { type: "upload_progress", data: UPLOAD }, TOLD],
  ["more than all of it", { type: "upload_progress", data: { ...UPLOAD, progress: 140 } }, { ...TOLD, percent: 100 }],
  ["a download", { type: "download_progress", data: { downloadId: "d1", at: "1970-01-01T00:00:01Z", progress: 7, bytesSent: 7, bytesTotal: 100 } },
    { kind: "download", id: "d1", seq: 1000, percent: 7, sent: 7, total: 100 }],
  ["a download of unknown size", { type: "download_progress", data: { downloadId: "d1", at: "1970-01-01T00:00:01Z", progress: null, bytesSent: 7, bytesTotal: null } },
    { kind: "download", id: "d1", seq: 1000, percent: null, sent: 7, total: null }],
  ["a download at no time", { type: "download_progress", data: { downloadId: "d1", at: "soon" } }, null],
  ["an upload without a name", { type: "upload_progress", data: { ...UPLOAD, uploadId: undefined } }, null],
  ["something else", { type: "links_updated", data: {} }, null],
  ["a heartbeat", { type: "heartbeat" }, null],
  ["nothing", null, null],
];
for (const [name, message, told] of messages) {
  test(`progress: ${name}`, () => assert.deepEqual(progressOf(message), told));
}

test("what comes late changes nothing", () => {
  assert.equal(newer(undefined, TOLD), TOLD);
  assert.equal(newer(TOLD, { ...TOLD, percent: 40, seq: 8 }), TOLD);
  assert.equal(newer(TOLD, { ...TOLD, percent: 40 }), TOLD);
  assert.equal(newer(TOLD, { ...TOLD, percent: 50, seq: 10 }).percent, 50);
});

const steps: [number | null, number | null, number | null][] = [
  [null, 45, null], [24, 25, 25], [25, 26, null], [10, 80, 75], [99, 100, 100], [60, 10, null], [60, null, null],
];
for (const [before, now, said] of steps) {
  test(`from ${before} to ${now}, ${said ?? "nothing"} is said`, () => assert.equal(milestone(before, now), said));
}

test("only ends and new series are news", () => {
  assert.ok(["upload_scheduled", "upload_complete", "upload_error", "download_complete", "download_error"].every(isNews));
  assert.ok(!["upload_progress", "heartbeat", "snapshot", "links_updated"].some(isNews));
});
