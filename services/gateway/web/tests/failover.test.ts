import assert from "node:assert/strict";
import { test } from "node:test";
import { START, step, type Candidate, type Effect, type Happening, type State } from "../src/domain/failover.ts";
import { MINUTE_MS, MOST_TRIES, STALL_MS } from "../src/domain/following.ts";
import { candidate } from "./make.ts";

const A = candidate({ id: 1, server: "pixel" });
const B = candidate({ id: 2, server: "fsl", quality: 720 });
const C = candidate({ id: 3, server: "10gbps" });
const ALL = [A, B, C];
const A2 = candidate({ id: 1, server: "pixel", key: "1:2" });

const offer = (links: Candidate[] = ALL): Happening => ({ type: "offered", links, now: 0 });
const error: Happening = { type: "error", now: 0 };
const moved = (position: number): Happening => ({ type: "progress", position });
const tick = (now: number, ahead = 60): Happening => ({ type: "tick", now, ahead });
const forgiven: Happening = { type: "forgiven", now: 0 };

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
  if (effect.type === "load") return `${effect.reason} ${effect.link.key} at ${effect.position}${effect.still ? " still" : ""}`;
  return effect.type === "renew" || effect.type === "doubt" ? `${effect.type} ${effect.link.key}` : effect.type;
}

const TABLE: [string, Happening[], string[]][] = [
  ["the best link is chosen by itself", [offer()], ["first 1:1 at 0"]],
  ["nothing offered has links found, once", [offer([]), offer([])], ["search"]],
  ["a new list never disturbs what plays", [offer(), offer([B, C, A])], ["first 1:1 at 0"]],
  ["a link that leaves the list goes on playing", [offer(), offer([B])], ["first 1:1 at 0"]],
  ["an error moves on in the same quality, at the same place",
    [offer(), moved(61), error], ["first 1:1 at 0", "error 3:1 at 61"]],
  ["where a person went counts before the picture moves there",
    [offer(), moved(61), { type: "sought", position: 900 }, error], ["first 1:1 at 0", "error 3:1 at 900"]],
  ["without the same quality the next best is taken",
    [offer(), error, error], ["first 1:1 at 0", "error 3:1 at 0", "error 2:1 at 0"]],
  ["when all have failed links are found, once",
    [offer(), error, error, error, error], ["first 1:1 at 0", "error 3:1 at 0", "error 2:1 at 0", "search"]],
  ["where the slider goes while nothing plays does not count",
    [offer([A]), error, { type: "sought", position: 9 }, offer([A2])], ["first 1:1 at 0", "search", "found 1:2 at 0"]],
  ["links that come go on where the viewer was",
    [offer([A]), moved(9), { type: "tick", now: 0, ahead: 0 }, { type: "waiting", now: 0 }, tick(STALL_MS), offer([A2])],
    ["first 1:1 at 0", "search", "found 1:2 at 9"]],
  ["the same dead generation is not tried again", [offer([A]), error, offer([A])], ["first 1:1 at 0", "search"]],
  ["the only link that had played is tried once more after a broken line",
    [offer([A]), moved(9), error, error], ["first 1:1 at 0", "error 1:1 at 9", "search"]],
  ["forgiving starts again where the viewer was",
    [offer([A]), moved(9), error, error, forgiven], ["first 1:1 at 0", "error 1:1 at 9", "search", "found 1:1 at 9"]],
  ["forgiving does not disturb what plays", [offer(), error, forgiven], ["first 1:1 at 0", "error 3:1 at 0"]],
  ["forgiving with nothing offered has links found again",
    [offer([]), { type: "gave_up" }, forgiven], ["search", "search"]],
  ["a short wait is borne, and its server asked",
    [offer(), moved(5), { type: "waiting", now: 1000 }, tick(1000 + STALL_MS - 1)], ["first 1:1 at 0", "doubt 1:1"]],
  ["a long wait moves on",
    [offer(), moved(5), { type: "waiting", now: 1000 }, tick(1000 + STALL_MS)], ["first 1:1 at 0", "stall 3:1 at 5"]],
  ["a repeated wait does not start the clock again",
    [offer(), { type: "waiting", now: 0 }, { type: "waiting", now: 7000 }, tick(STALL_MS)], ["first 1:1 at 0", "stall 3:1 at 0"]],
  ["a link that never starts is a stall too", [offer(), tick(STALL_MS)], ["first 1:1 at 0", "stall 3:1 at 0"]],
  ["a pause is no stall",
    [offer(), moved(5), { type: "waiting", now: 0 }, { type: "paused" }, tick(60_000)], ["first 1:1 at 0"]],
  ["an error in a pause moves on, and the picture stays still",
    [offer(), moved(5), { type: "paused" }, error], ["first 1:1 at 0", "error 3:1 at 5 still"]],
  ["one that goes on after a pause and waits is waited for no longer than others",
    [offer(), moved(5), { type: "paused" }, { type: "waiting", now: 0 }, tick(STALL_MS)], ["first 1:1 at 0", "stall 3:1 at 5"]],
  ["a person's choice is obeyed, also for a link that failed",
    [offer(), error, { type: "picked", id: 1, now: 0 }], ["first 1:1 at 0", "error 3:1 at 0", "picked 1:1 at 0"]],
  ["a choice that is not offered is ignored", [offer(), { type: "picked", id: 99, now: 0 }], ["first 1:1 at 0"]],
  ["choosing what plays does not start it again", [offer(), moved(3), { type: "picked", id: 1, now: 0 }], ["first 1:1 at 0"]],
];

for (const [name, happenings, expected] of TABLE) {
  test(name, () => assert.deepEqual(run(happenings).told, expected));
}

test("the chosen quality is kept after a person chose it, and the choice ends with its failure", () => {
  const d = candidate({ id: 4, server: "pixel", quality: 720 });
  const { told, state } = run([offer([...ALL, d]), { type: "picked", id: 2, now: 0 }, error]);
  assert.equal(told.at(-1), "error 4:1 at 0");
  assert.equal(state.manual, false);
});

test("a remembered quality is begun with", () => {
  assert.equal(step({ ...START, prefer: 720 }, offer()).state.current?.id, 2);
});

test("links of one server are started so often within a minute, and no more", () => {
  const links = Array.from({ length: MOST_TRIES + 2 }, (_, at) => candidate({ id: at + 1, server: "pixel" }));
  const { told } = run([offer(links), ...links.map(() => error)]);
  assert.equal(told.filter((each) => each !== "search").length, MOST_TRIES);
  assert.equal(told.at(-1), "search");
});

test("what failed more than a minute ago is tried before giving up", () => {
  const later = 2 * MINUTE_MS;
  const { told } = run([offer([A, C]), error, moved(7), { type: "waiting", now: later - STALL_MS }, tick(later)]);
  assert.deepEqual(told, ["first 1:1 at 0", "error 3:1 at 0", "stall 1:1 at 7"]);
});
