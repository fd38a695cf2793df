// Every happening in every state: the row says which state follows, and what the player is told.

import assert from "node:assert/strict";
import { test } from "node:test";
import { START, step, type Effect, type Happening, type Phase, type State } from "../src/domain/failover.ts";
import { DOUBT_MS, STALL_MS } from "../src/domain/following.ts";
import { candidate } from "./make.ts";

const A = candidate({ id: 1, server: "pixel", expiresAt: 1000 });
const B = candidate({ id: 2, server: "fsl" });
const C = candidate({ id: 3, server: "10gbps" });
const AT = 61;

const played: State = { ...START, offered: [A, B], current: A, position: AT, moved: true, tries: [{ server: "pixel", at: -9000 }] };
const lost: State = { ...played, current: A, offered: [], failures: [{ key: A.key, server: "pixel", at: 0, reason: "error" }] };

const STATES: Record<Phase, State> = {
  starting: { ...played, phase: "starting", moved: false, waitingSince: 0, tries: [] },
  playing: { ...played, phase: "playing" },
  paused: { ...played, phase: "paused" },
  waiting: { ...played, phase: "waiting", waitingSince: 0 },
  switching: { ...played, phase: "switching", moved: false, waitingSince: 0 },
  renewing: { ...played, phase: "renewing", renewal: { link: C, still: false } },
  searching: { ...lost, phase: "searching" },
  exhausted: { ...lost, phase: "exhausted" },
};

const HAPPENINGS: Record<string, Happening> = {
  "a list with C": { type: "offered", links: [A, B, C], now: 0 },
  "an empty list": { type: "offered", links: [], now: 0 },
  "B picked": { type: "picked", id: 2, now: 0 },
  automatic: { type: "automatic" },
  error: { type: "error", now: 0 },
  waiting: { type: "waiting", now: 0 },
  progress: { type: "progress", position: 62 },
  sought: { type: "sought", position: 900 },
  paused: { type: "paused" },
  "tick, early": { type: "tick", now: 0, ahead: Infinity },
  "tick, late": { type: "tick", now: STALL_MS, ahead: Infinity },
  "tick, doubtful": { type: "tick", now: DOUBT_MS, ahead: Infinity },
  unheard: { type: "unheard", key: A.key, reason: "stall", now: 0 },
  "B unheard": { type: "unheard", key: B.key, reason: "stall", now: 0 },
  "tick, due": { type: "tick", now: 950, ahead: 5 },
  renewed: { type: "renewed", now: 0 },
  refused: { type: "refused", now: 0 },
  gave_up: { type: "gave_up" },
  forgiven: { type: "forgiven", now: 0 },
};

// one column a state, in the order of STATES; "." stays and says nothing
const TABLE: Record<keyof typeof HAPPENINGS, string[]> = {
  "a list with C": [".", ".", ".", ".", ".", ".", "switching: found B", "switching: found B"],
  "an empty list": [".", ".", ".", ".", ".", ".", ".", "."],
  "B picked": [
    "switching: picked B", "switching: picked B", "switching: picked B", "switching: picked B", "switching: picked B",
    "switching: picked B", ".", "."],
  automatic: [".", ".", ".", ".", ".", ".", ".", "."],
  error: [
    "switching: error B", "switching: error B", "paused: error B still", "switching: error B", "switching: error B",
    "switching: error C", ".", "."],
  waiting: [".", "waiting", "waiting", ".", ".", ".", ".", "."],
  progress: ["playing", ".", "playing", "playing", "playing", ".", ".", "."],
  sought: [".", ".", ".", ".", ".", ".", ".", "."],
  paused: ["paused", "paused", ".", "paused", "paused", ".", ".", "."],
  "tick, early": [".", ".", ".", ".", ".", ".", ".", "."],
  "tick, late": ["switching: stall B", ".", ".", "switching: stall B", "switching: stall B", ".", ".", "."],
  "tick, doubtful": ["starting: doubt A", ".", ".", "waiting: doubt A", "switching: doubt A", ".", ".", "."],
  unheard: ["switching: stall B", ".", ".", "switching: stall B", "switching: stall B", ".", ".", "."],
  "B unheard": [".", ".", ".", ".", ".", ".", ".", "."],
  "tick, due": [".", "renewing: renew B", "renewing: renew B", ".", ".", ".", ".", "."],
  renewed: [".", ".", ".", ".", ".", "playing", ".", "."],
  refused: [".", ".", ".", ".", ".", "playing", ".", "."],
  gave_up: [".", ".", ".", ".", ".", ".", "exhausted", "."],
  forgiven: [".", ".", ".", ".", ".", ".", ".", "searching: search"],
};

const NAMES: Record<string, string> = { [A.key]: "A", [B.key]: "B", [C.key]: "C" };

function words(effect: Effect): string {
  if (effect.type === "load") return `: ${effect.reason} ${NAMES[effect.link.key]}${effect.still ? " still" : ""}`;
  if (effect.type === "doubt" || effect.type === "renew") return `: ${effect.type} ${NAMES[effect.link.key]}`;
  return effect.type === "none" ? "" : `: ${effect.type}`;
}

const PHASES = Object.keys(STATES) as Phase[];

for (const [name, happening] of Object.entries(HAPPENINGS)) {
  PHASES.forEach((phase, column) => {
    const expected = TABLE[name]![column]!;
    test(`${name}, while ${phase}: ${expected === "." ? "stays" : expected}`, () => {
      const { state, effect } = step(STATES[phase], happening);
      assert.equal(`${state.phase}${words(effect)}`, expected === "." ? phase : expected);
    });
  });
}

test("the position is kept wherever links come and go", () => {
  for (const phase of PHASES) {
    const { state, effect } = step(STATES[phase], HAPPENINGS["a list with C"]!);
    assert.equal(effect.type === "load" ? effect.position : state.position, AT, phase);
  }
});

test("where a person went is known in every state that shows a picture", () => {
  for (const phase of PHASES.filter((each) => each !== "searching" && each !== "exhausted")) {
    assert.equal(step(STATES[phase], HAPPENINGS["sought"]!).state.position, 900, phase);
  }
});

test("a pause while a link is renewed outlives the renewal", () => {
  const still = step(STATES.renewing, { type: "paused" }).state;
  assert.equal(step(still, { type: "renewed", now: 0 }).state.phase, "paused");
  assert.equal(step(still, { type: "refused", now: 0 }).state.phase, "paused");
});

test("a link that could not take over has failed, and the next is asked", () => {
  const { state } = step(STATES.renewing, { type: "refused", now: 0 });
  assert.deepEqual(state.failures.map(({ key }) => key), [C.key]);
  assert.equal(state.current?.key, A.key);
});

test("a server is asked once a wait", () => {
  const asked = step(STATES.waiting, HAPPENINGS["tick, doubtful"]!).state;
  assert.equal(step(asked, { type: "tick", now: DOUBT_MS + 1, ahead: 0 }).effect.type, "none");
  const again = step(step(asked, HAPPENINGS["progress"]!).state, { type: "waiting", now: 5000 }).state;
  assert.equal(step(again, { type: "tick", now: 5000 + DOUBT_MS, ahead: 0 }).effect.type, "doubt");
});
