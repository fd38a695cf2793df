// What a scrape has done so far, by quality: a pure fold over its steps.

import type { Step, StepName } from "../types.ts";

export interface Row {
  quality: number | null;
  step: StepName;
  server: string | null;
  host: string | null;
  found: number;
  verified: number;
  code: string | null;
}

export interface Progress {
  jobId: string | null;
  startedAt: number | null;
  rows: readonly Row[];
}

export const NO_PROGRESS: Progress = { jobId: null, startedAt: null, rows: [] };

/** The same page may see the end of one job and the start of the next: a new job starts a new list. */
export function advance(progress: Progress, step: Step): Progress {
  const at = Date.parse(step.at);
  const base: Progress = progress.jobId === step.job_id ? progress : { jobId: step.job_id, startedAt: null, rows: [] };
  const startedAt = base.startedAt ?? (Number.isFinite(at) ? at : null);
  if (step.quality === null && ofWholeJob(base, step.step)) {
    const over = step.step === "finished" || step.step === "failed";
    return { ...base, startedAt, rows: over ? base.rows.map(settle) : base.rows };
  }
  const known = base.rows.find((row) => row.quality === step.quality);
  const row = change(known ?? blank(step.quality), step);
  const rows = known ? base.rows.map((other) => (other === known ? row : other)) : [...base.rows, row];
  return { ...base, startedAt, rows: rows.sort((a, b) => (b.quality ?? -1) - (a.quality ?? -1)) };
}

/** Steps without a quality are the job's own, except those of a source whose quality is not known. */
function ofWholeJob(progress: Progress, step: StepName): boolean {
  if (step === "failed") return !progress.rows.some((row) => row.quality === null);
  return step === "queued" || step === "started" || step === "finished";
}

function blank(quality: number | null): Row {
  return { quality, step: "queued", server: null, host: null, found: 0, verified: 0, code: null };
}

function change(row: Row, step: Step): Row {
  return {
    ...row,
    step: step.step,
    server: step.server,
    host: step.host,
    found: step.step === "found" ? Math.max(row.found, step.count ?? row.found + 1) : row.found,
    verified: step.step === "verified" ? Math.max(row.verified + (step.count === null ? 1 : 0), step.count ?? 0) : row.verified,
    code: step.code ?? row.code,
  };
}

function settle(row: Row): Row {
  return row.step === "failed" ? row : { ...row, step: row.verified + row.found > 0 ? "finished" : "failed" };
}
