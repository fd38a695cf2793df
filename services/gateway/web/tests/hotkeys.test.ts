import assert from "node:assert/strict";
import { test } from "node:test";
import { SPEEDS, sound, speedAfter, wishOf } from "../src/domain/hotkeys.ts";

const pressed = (key: string, code = "", shiftKey = false) => wishOf({ key, code, shiftKey });
const deed = (type: string) => ({ type });

test("keys of a Latin layout mean what they say", () => {
  const table: [string, string, string][] = [
    ["k", "KeyK", "toggle"], ["K", "KeyK", "toggle"], [" ", "Space", "toggle"], ["j", "KeyJ", "back"], ["l", "KeyL", "forward"],
    ["ArrowLeft", "ArrowLeft", "step_back"], ["ArrowUp", "ArrowUp", "louder"], ["m", "KeyM", "mute"], ["f", "KeyF", "fullscreen"],
    ["t", "KeyT", "theatre"], ["c", "KeyC", "captions"], ["i", "KeyI", "pip"], ["<", "Comma", "slower"], [">", "Period", "faster"],
    ["n", "KeyN", "next"], ["p", "KeyP", "previous"], ["s", "KeyS", "skip"], ["?", "Slash", "help"], ["Escape", "Escape", "close"],
    ["t", "KeyK", "theatre"], ["m", "Semicolon", "mute"],
  ];
  for (const [key, code, type] of table) assert.deepEqual(pressed(key, code, key === "<" || key === ">"), deed(type), key);
});

test("where letters are not Latin, the place of a key counts", () => {
  assert.deepEqual(pressed("л", "KeyK"), deed("toggle"));
  assert.deepEqual(pressed("ㅏ", "KeyK"), deed("toggle"));
  assert.deepEqual(pressed("ㄹ", "KeyF"), deed("fullscreen"));
  assert.deepEqual(pressed("Б", "Comma", true), deed("slower"));
  assert.deepEqual(pressed(",", "Slash", true), deed("help"));
});

test("digits jump, and everything else is left alone", () => {
  assert.deepEqual(pressed("0", "Digit0"), { type: "jump", share: 0 });
  assert.deepEqual(pressed("9", "Numpad9"), { type: "jump", share: 0.9 });
  assert.deepEqual(pressed("5", "Digit5", true), { type: "jump", share: 0.5 });
  for (const [key, code] of [["Enter", "Enter"], ["Tab", "Tab"], ["q", "KeyQ"], [",", "Comma"], ["constructor", ""], ["ы", "Backquote"]]) {
    assert.equal(pressed(key!, code), null, key);
  }
});

test("speeds go from one to the next, and the ends hold", () => {
  assert.equal(speedAfter(1, 1), 1.25);
  assert.equal(speedAfter(1, -1), 0.75);
  assert.equal(speedAfter(1.1, 1), 1.25);
  assert.equal(speedAfter(1.1, -1), 1);
  assert.equal(speedAfter(3, 1), 3);
  assert.equal(speedAfter(SPEEDS[0]!, -1), SPEEDS[0]);
  for (const nonsense of [null, "2", 0, 99, Number.NaN]) assert.equal(sound(nonsense), 1);
  assert.equal(sound(1.75), 1.75);
});
