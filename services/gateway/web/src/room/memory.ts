// What this browser remembers of how somebody watches: a convenience, so nothing breaks where it is refused.

export interface Habits {
  rate: number;
  volume: number;
  muted: boolean;
  theatre: boolean;
  /** The language of the subtitles shown last, "" for none; null when nobody ever chose. */
  subtitles: string | null;
}

const HABITS: Habits = { rate: 1, volume: 1, muted: false, theatre: false, subtitles: null };
const KEY = "ws_habits";

export function recall<Value>(key: string, nothing: Value, store: () => Storage = () => localStorage): Value {
  try {
    const held: unknown = JSON.parse(store().getItem(key) ?? "null");
    return typeof held === "object" && held !== null ? (held as Value) : nothing;
  } catch {
    return nothing;
  }
}

export function remember(key: string, value: unknown, store: () => Storage = () => localStorage): void {
  try {
    store().setItem(key, JSON.stringify(value));
  } catch {
    // a private window, or a full one: it is forgotten at the end
  }
}

/** Habits as last changed by any tab of this browser. */
export function habits(): Habits {
  return { ...HABITS, ...recall<Partial<Habits>>(KEY, {}) };
}

export function change(changed: Partial<Habits>): void {
  remember(KEY, { ...habits(), ...changed });
}
