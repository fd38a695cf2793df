import assert from "node:assert/strict";
import { test } from "node:test";
import { START, STALL_MS, step, type Candidate, type Effect, type Happening, type State } from "../src/domain/failover.ts";

const A: Candidate = { id: 1, generation: 1, quality: 1080 };
const B: Candidate = { id: 2, generation: 1, quality: 720 };
const C: Candidate = { id: 3, generation: 1, quality: 1080 };
const ALL = [A, B, C];

const offer = (links: Candidate[] = ALL): Happening => ({ type: "offered", links, now: 0 });
const error: Happening = { type: "error", now: 0 };

function run(happenings: Happening[]): { state: State; told: string[] } {
  let state = START;
  const told: string[] = [];
  for (const happening of happenings) {
    const outcome = step(state, happening);
    state = outcome.state;
    if (outcome.effect.type !== "none") told.push(words(outcome.effect));
  }
  return { state, told };
}

function words(effect: Effect): string {
  if (effect.type === "load") return `${effect.reason} ${effect.link.id}.${effect.link.generation} at ${effect.position}`;
  return effect.type;
}

const TABLE: [string, Happening[], string[]][] = [
  ["the best link is chosen by itself", [offer()], ["first 1.1 at 0"]],
  ["nothing offered starts nothing", [offer([])], []],
  ["a new list never disturbs what plays", [offer(), offer([B, C, A])], ["first 1.1 at 0"]],
  ["a link that leaves the list goes on playing", [offer(), offer([B])], ["first 1.1 at 0"]],
  ["an error moves on in the same quality, at the same place",
    [offer(), { type: "progress", position: 61 }, error], ["first 1.1 at 0", "error 3.1 at 61"]],
  ["without the same quality the next best is taken",
    [offer(), error, error], ["first 1.1 at 0", "error 3.1 at 0", "error 2.1 at 0"]],
  ["when all have failed it says so once",
    [offer(), error, error, error, error], ["first 1.1 at 0", "error 3.1 at 0", "error 2.1 at 0", "exhausted"]],
  ["a renewed link is tried again where the viewer was",
    [offer([A]), { type: "progress", position: 9 }, error, offer([{ ...A, generation: 2 }])],
    ["first 1.1 at 0", "exhausted", "first 1.2 at 9"]],
  ["the same dead generation is not tried again", [offer([A]), error, offer([A])], ["first 1.1 at 0", "exhausted"]],
  ["forgiving starts again where the viewer was",
    [offer([A]), { type: "progress", position: 9 }, error, { type: "forgiven", now: 0 }],
    ["first 1.1 at 0", "exhausted", "first 1.1 at 9"]],
  ["forgiving does not disturb what plays", [offer(), error, { type: "forgiven", now: 0 }], ["first 1.1 at 0", "error 3.1 at 0"]],
  ["a short wait is borne",
    [offer(), { type: "progress", position: 5 }, { type: "waiting", now: 1000 }, { type: "tick", now: 1000 + STALL_MS - 1 }],
    ["first 1.1 at 0"]],
  ["a long wait moves on",
    [offer(), { type: "progress", position: 5 }, { type: "waiting", now: 1000 }, { type: "tick", now: 1000 + STALL_MS }],
    ["first 1.1 at 0", "stall 3.1 at 5"]],
  ["a repeated wait does not start the clock again",
    [offer(), { type: "waiting", now: 0 }, { type: "waiting", now: 7000 }, { type: "tick", now: STALL_MS }],
    ["first 1.1 at 0", "stall 3.1 at 0"]],
  ["a link that never starts is a stall too", [offer(), { type: "tick", now: STALL_MS }], ["first 1.1 at 0", "stall 3.1 at 0"]],
  ["a pause is no stall",
    [offer(), { type: "progress", position: 5 }, { type: "waiting", now: 0 }, { type: "paused" }, { type: "tick", now: 60_000 }],
    ["first 1.1 at 0"]],
  ["a person's choice is obeyed, also for a link that failed",
    [offer(), error, { type: "picked", id: 1, now: 0 }], ["first 1.1 at 0", "error 3.1 at 0", "picked 1.1 at 0"]],
  ["a choice that is not offered is ignored", [offer(), { type: "picked", id: 99, now: 0 }], ["first 1.1 at 0"]],
];

for (const [name, happenings, expected] of TABLE) {
  test(name, () => assert.deepEqual(run(happenings).told, expected));
}

test("the chosen quality is kept after a person chose it", () => {
  const d: Candidate = { id: 4, generation: 1, quality: 720 };
  const { told } = run([offer([...ALL, d]), { type: "picked", id: 2, now: 0 }, error]);
  assert.equal(told.at(-1), "error 4.1 at 0");
});
