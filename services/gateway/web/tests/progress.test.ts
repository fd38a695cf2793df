import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_PROGRESS, advance, type Progress } from "../src/domain/progress.ts";
import type { Step } from "../src/types.ts";
import { step } from "./make.ts";

const fold = (steps: Partial<Step>[]): Progress => steps.reduce((all, part) => advance(all, step(part)), NO_PROGRESS);

test("each quality has one row, highest first", () => {
  const { rows } = fold([{ step: "fetching", quality: 480 }, { step: "fetching", quality: 1080 }, { step: "found", quality: 480, count: 2 }]);
  assert.deepEqual(rows.map((row) => [row.quality, row.step]), [[1080, "fetching"], [480, "found"]]);
});

test("counts are the scraper's own, or one for each step that names none", () => {
  const { rows } = fold([
    { step: "found", quality: 720, count: 3 }, { step: "verified", quality: 720, server: "fsl" },
    { step: "verified", quality: 720, server: "pixel" },
  ]);
  assert.equal(rows[0]?.found, 3);
  assert.equal(rows[0]?.verified, 2);
});

test("a new job starts a new list", () => {
  const progress = fold([{ step: "found", quality: 720, count: 3 }, { job_id: "j2", step: "started" }]);
  assert.equal(progress.jobId, "j2");
  assert.deepEqual(progress.rows, []);
});

test("the end settles every row: with servers it is done, without it has failed", () => {
  const { rows } = fold([
    { step: "found", quality: 1080, count: 3 }, { step: "fetching", quality: 720 }, { step: "failed", quality: 480, code: "dns" },
    { step: "finished" },
  ]);
  assert.deepEqual(rows.map((row) => row.step), ["finished", "failed", "failed"]);
  assert.equal(rows[2]?.code, "dns");
});

test("a job that fails as a whole settles its rows and adds none", () => {
  const { rows } = fold([{ step: "fetching", quality: 720 }, { step: "failed", code: "job_timeout" }]);
  assert.deepEqual(rows.map((row) => [row.quality, row.step]), [[720, "failed"]]);
});

test("the list knows when it began", () => {
  const progress = fold([{ step: "started", at: "2026-01-01T00:00:00Z" }, { step: "fetching", quality: 720, at: "2026-01-01T00:00:09Z" }]);
  assert.equal(progress.startedAt, Date.parse("2026-01-01T00:00:00Z"));
});
