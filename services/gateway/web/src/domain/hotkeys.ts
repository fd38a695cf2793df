// Which key does what: pure, and the same on every keyboard layout.

export type Deed =
  | "toggle" | "fullscreen" | "mute" | "theatre" | "captions" | "pip" | "slower" | "faster" | "next" | "previous"
  | "skip" | "stats" | "help" | "close" | "back" | "forward" | "step_back" | "step_forward" | "louder" | "quieter";

export type Wish = { type: Deed } | { type: "jump"; share: number };

/** What of a keyboard event counts. */
export interface Pressed {
  key: string;
  code: string;
  shiftKey: boolean;
}

const BY_KEY: Record<string, Deed> = {
  " ": "toggle", k: "toggle", f: "fullscreen", m: "mute", t: "theatre", c: "captions", i: "pip", "<": "slower", ">": "faster",
  n: "next", p: "previous", s: "skip", d: "stats", "?": "help", Escape: "close", j: "back", l: "forward",
  ArrowLeft: "step_back", ArrowRight: "step_forward", ArrowUp: "louder", ArrowDown: "quieter",
  MediaPlayPause: "toggle", MediaTrackNext: "next", MediaTrackPrevious: "previous",
};

const BY_PLACE: Record<string, Deed> = { Comma: "slower", Period: "faster", Slash: "help" };

/** By what the key says; where the layout has no Latin letters, by where the key is. */
export function wishOf(pressed: Pressed): Wish | null {
  const key = pressed.key.length === 1 ? pressed.key.toLowerCase() : pressed.key;
  if (/^[0-9]$/.test(key)) return { type: "jump", share: Number(key) / 10 };
  const deed = Object.hasOwn(BY_KEY, key) ? BY_KEY[key] : byPlace(key, pressed);
  return deed ? { type: deed } : null;
}

function byPlace(key: string, pressed: Pressed): Deed | undefined {
  if (pressed.shiftKey && Object.hasOwn(BY_PLACE, pressed.code)) return BY_PLACE[pressed.code];
  const letter = /^Key([A-Z])$/.exec(pressed.code)?.[1]?.toLowerCase();
  // a letter of ASCII means itself: on Dvorak, KeyK says "t"
  return letter && key.length === 1 && key.charCodeAt(0) > 127 ? BY_KEY[letter] : undefined;
}

export const SPEEDS: readonly number[] = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3];

/** The next speed in a direction; the ends hold. */
export function speedAfter(rate: number, direction: 1 | -1): number {
  const further = direction > 0 ? SPEEDS.find((speed) => speed > rate + 0.001) : SPEEDS.filter((speed) => speed < rate - 0.001).at(-1);
  return further ?? (direction > 0 ? SPEEDS.at(-1)! : SPEEDS[0]!);
}

/** A remembered speed that makes sense. */
export function sound(rate: unknown): number {
  return typeof rate === "number" && rate >= 0.25 && rate <= 3 ? rate : 1;
}
