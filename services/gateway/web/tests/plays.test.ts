import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_PLAY, faultAt, faultOf, witness, type Moment, type Report } from "../src/domain/plays.ts";

const A = { id: 1, generation: 2 };
const B = { id: 2, generation: 1 };

const loaded = (link = A): Moment => ({ type: "loaded", link });
const moved = (position: number): Moment => ({ type: "moved", position });
const broke = (link = A, over = false): Moment => ({ type: "broke", link, fault: "network", position: 0, over });

function run(moments: Moment[]): { ordinal: number; told: string[] } {
  let play = NO_PLAY;
  const told: string[] = [];
  for (const moment of moments) {
    const outcome = witness(play, moment);
    play = outcome.play;
    if (outcome.report) told.push(words(outcome.report));
  }
  return { ordinal: play.ordinal, told };
}

function words(report: Report): string {
  return [report.outcome, `${report.link.id}.${report.link.generation}`, report.first_try ? "first" : "later", report.reason, report.over ? "over" : null]
    .filter(Boolean).join(" ");
}

const TABLE: [string, Moment[], string[]][] = [
  ["a loaded link says nothing yet", [loaded()], []],
  ["a picture that stands still has not started", [loaded(), moved(0), moved(0)], []],
  ["a picture that moves has started, once", [loaded(), moved(0), moved(0.3), moved(0.6)], ["started 1.2 first"]],
  ["a seek back while starting is borne", [loaded(), moved(61), moved(5), moved(5.2)], ["started 1.2 first"]],
  ["the next link is no first try", [loaded(), broke(), loaded(B), moved(0), moved(1)], ["failed 1.2 first network", "started 2.1 later"]],
  ["a link picked before the first one moved is still a first try", [loaded(), loaded(B), moved(0), moved(1)], ["started 2.1 first"]],
  ["the position of the link before does not start the next", [loaded(), moved(9), broke(), loaded(B), moved(10)], ["failed 1.2 first network"]],
  ["a play that started is not started again", [loaded(), moved(0), moved(1), broke(), loaded(B), moved(1), moved(2)],
    ["started 1.2 first", "failed 1.2 first network"]],
  ["the last link ends the play", [loaded(), broke(A, true)], ["failed 1.2 first network over"]],
  ["another try after the end is another play", [loaded(), broke(A, true), loaded(), moved(0), moved(1)],
    ["failed 1.2 first network over", "started 1.2 first"]],
];

for (const [name, moments, expected] of TABLE) {
  test(name, () => assert.deepEqual(run(moments).told, expected));
}

test("only a try after the end gets a number of its own", () => {
  assert.equal(run([loaded(), broke(), loaded(B), moved(0), moved(1)]).ordinal, 1);
  assert.equal(run([loaded(), broke(A, true), loaded()]).ordinal, 2);
});

test("an error code is told as far as it says something", () => {
  assert.deepEqual([1, 2, 3, 4, undefined].map(faultOf), ["unknown", "network", "decode", "unknown", "unknown"]);
});

test("a link past its time has expired, whatever the player met", () => {
  const then = "2026-01-01T00:00:00Z";
  assert.equal(faultAt("unknown", then, Date.parse(then)), "expired");
  assert.equal(faultAt("decode", then, Date.parse(then) - 1), "decode");
  assert.equal(faultAt("stalled", null, 0), "stalled");
});
